// What a case that breaks one rule is told apart from: the nearest one that is accepted. Knows no solver. Tests:
// tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <optional>

#include "vectors/checks/check_case.h"

namespace vectors {

// The accepted case with the fewest changes in what the rule depends on, and of those the smallest change; nothing when
// there are more than two. `rule` is one of whole_rules.
std::optional<Choice> nearest_accepted(const spec::Spec& spec, CheckedProcessor& processor, std::size_t check,
                                       const WholeRule& rule, Choice choice);

// Whether a vector with this goal is told apart from one that is accepted.
bool names_neighbour(const CheckGoal& goal);

}  // namespace vectors
