// The emitted reference model: one C11 and C++20 header without library, allocation or globals. Owns its text; the
// meaning comes from the specification. That the text means what the constraints mean is proven in model/proof. Tests:
// tests/golden, tests/agreement, tests/sdm.
#pragma once

#include <ostream>

#include "spec/ir.h"

namespace model {

void emit_c_header(const spec::Spec& spec, std::ostream& out);

}  // namespace model
