// The constants of the emitted header: a name for every bit, rule and access of the specification.
// Tests: tests/golden.
#pragma once

#include <ostream>

#include "spec/ir.h"

namespace model {

void emit_c_vocabulary(const spec::Spec& spec, std::ostream& out);

}  // namespace model
