// Vectors for every goal of the checks, each the smallest case of the first processor that shows it, and what each that
// breaks one rule is told apart from. Tests: tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ept_controls.h"
#include "vectors/checks/check_goals.h"

namespace vectors {

struct CheckVector {
  std::vector<std::string> goals;  // sorted; a neighbour may have none
  std::string cite;
  ept_check_id check = EPT_CHECK_VM_ENTRY;
  ept_registers registers{};
  ept_check_result expected{};
  std::optional<std::size_t> neighbour;  // index of the nearest case that is accepted
};

struct CheckVectors {
  std::string profile;
  std::vector<CheckVector> vectors;  // in the order of their first goal; neighbours that have none at the end
  std::vector<std::string> not_met;  // goals that this processor was asked for and cannot show
};

// A goal is shown by the first of these profiles that can, so one alone shows all that it can. In the order of the
// profiles. Throws as CheckSolving does.
std::vector<CheckVectors> check_vectors(const spec::Spec& spec, const std::vector<const spec::Profile*>& profiles,
                                        unsigned seed = 0);

// Why processors do not show a goal. Empty: some profile shows it.
struct Unmet {
  std::string goal;
  std::vector<std::string> lacking;  // of the last profile; empty when it is proved that no processor can
};
std::vector<Unmet> unmet_goals(const spec::Spec& spec, const std::vector<CheckVectors>& of);

}  // namespace vectors
