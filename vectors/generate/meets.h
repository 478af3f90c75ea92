// Whether a vector shows what a goal demands, and what one that breaks one rule is told apart from: its nearest legal
// neighbour and its twin that is not present. Uses only the vector and the reference model, never the solver. Tests:
// tests/vectors/goals/goals_test.cpp, tests/vectors/generate/generate_test.cpp.
#pragma once

#include <optional>

#include "vectors/goals/goals.h"

namespace vectors {

// Whether a vector with this goal may be the case (of an entry: the walk that leads to it): it meets the goal, and is
// as sane as every vector is. The constraints of formula.h say the same.
bool solves(const spec::Spec& spec, const Goal& goal, const Case& asked);

bool meets(const spec::Spec& spec, const Goal& goal, const Vector& vector);

// Whether the goal demands of the configuration what the profile does not have: no solver needs to be asked then. False
// says nothing.
bool is_out_of_reach(const spec::Spec& spec, const Goal& goal, const spec::Profile& profile);

// Whether the address of a walk is too wide and an entry that it would use is misconfigured: which of them is found
// first is nowhere stated (docs/decisions/0002-what-the-manual-leaves-open.md).
bool is_of_open_order(const Case& asked);

// The same case with the fewest bits of the EPTP, or of the entry of `level`, changed so that no rule is broken; among
// those the one whose changed bits, read as a number, are the smallest. Nothing when more than four bits would change.
std::optional<Case> nearest_legal(const Case& asked, int level);

// The same case with the bits that make the entry of `level` present cleared.
Case not_present_twin(const Case& asked, int level);

}  // namespace vectors
