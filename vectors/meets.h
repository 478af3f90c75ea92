// Whether a vector shows what a goal demands, judged by the vector alone and the reference model; the solver has no
// say. Tests: tests/vectors/goals_test.cpp.
#pragma once

#include "vectors/goals.h"

namespace vectors {

bool meets(const spec::Spec& spec, const Goal& goal, const Vector& vector);

}  // namespace vectors
