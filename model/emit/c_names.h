// The emitted names: a second C11 and C++20 header that gives each bit of the model's vocabulary its name and the place
// where the manual defines it, for programs that report rules and bits to people. Tests:
// tests/harness/support/names_test.cpp, tests/golden.
#pragma once

#include <ostream>

#include "spec/ir.h"

namespace model {

void emit_c_names(const spec::Spec& spec, std::ostream& out);

}  // namespace model
