// Vectors for every goal of the checks, each the smallest case of the first processor that shows it, and what each that
// breaks one rule is told apart from. Tests: tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ept_controls.h"
#include "vectors/checks/check_case.h"

namespace vectors {

struct CheckVector {
  std::vector<std::string> goals;  // sorted; a neighbour may have none
  ept_check_id check = EPT_CHECK_VM_ENTRY;
  ept_registers registers{};
  ept_check_result expected{};
};

struct CheckPurpose {
  std::string goal;
  std::string cite;
  std::size_t vector = 0;                // index of the one that shows the goal
  std::optional<std::size_t> neighbour;  // index of its nearest case that is accepted
};

struct CheckVectors {
  std::string profile;
  std::vector<CheckVector> vectors;    // in the order of their first goal; neighbours that have none at the end
  std::vector<CheckPurpose> purposes;  // sorted by goal
};

// A goal is shown by the first of these profiles that can, so one alone shows all that it can. In the order of the
// profiles. Throws as CheckSolving does.
std::vector<CheckVectors> check_vectors(const spec::Spec& spec, const std::vector<const spec::Profile*>& profiles,
                                        unsigned seed = 0);

}  // namespace vectors
