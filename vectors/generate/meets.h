// Whether a vector shows what a goal demands. Uses only the vector and the reference model, never the solver. Tests:
// tests/vectors/goals/goals_test.cpp.
#pragma once

#include "vectors/goals/goals.h"

namespace vectors {

// Whether a vector with this goal may be the case (of an entry: the walk that leads to it): it meets the goal, and is
// as sane as every vector is. The constraints of formula.h say the same.
bool solves(const spec::Spec& spec, const Goal& goal, const Case& asked);

bool meets(const spec::Spec& spec, const Goal& goal, const Vector& vector);

// Whether the goal demands of the configuration what the profile does not have: no solver needs to be asked then. False
// says nothing.
bool is_out_of_reach(const spec::Spec& spec, const Goal& goal, const spec::Profile& profile);

}  // namespace vectors
