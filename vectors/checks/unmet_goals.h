// Which goals of the checks are not shown, and why. Tests: tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "spec/ir.h"

namespace vectors {

// Why a goal is not among those that are shown.
struct Unmet {
  std::string goal;
  std::string profile;               // that can show it; empty when none can
  std::vector<std::string> lacking;  // of the profile asked last; empty when it is proved that no processor can
};
std::vector<Unmet> unmet_goals(const spec::Spec& spec, const std::set<std::string>& shown);

}  // namespace vectors
