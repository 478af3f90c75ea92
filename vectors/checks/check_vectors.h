// Vectors for every goal of the checks, each the smallest case of the first processor that shows it, and what each that
// breaks one rule is told apart from. Tests: tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <optional>
#include <set>
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

// The accepted case with the fewest changes in what the rule depends on, and of those the smallest change; nothing when
// there are more than two. `rule` is one of whole_rules.
std::optional<Choice> nearest_accepted(const spec::Spec& spec, CheckedProcessor& processor, std::size_t check,
                                       const WholeRule& rule, Choice choice);

// Whether a vector with this goal is told apart from one that is accepted.
bool names_neighbour(const CheckGoal& goal);

// Why a goal is not among those that are shown.
struct Unmet {
  std::string goal;
  std::string profile;               // that can show it; empty when none can
  std::vector<std::string> lacking;  // of the profile asked last; empty when it is proved that no processor can
};
std::vector<Unmet> unmet_goals(const spec::Spec& spec, const std::set<std::string>& shown);

}  // namespace vectors
