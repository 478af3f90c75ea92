// What is emitted: the reference model, its names, and the specification as JSON. Tests: tests/golden, tests/agreement,
// tests/sdm, tests/harness/support/names_test.cpp, tests/model/emit_test.cpp.
#pragma once

#include <ostream>

#include "spec/ir.h"

namespace model {

// One C11 and C++20 header without library, allocation or globals. Owns its text; the meaning comes from the
// specification. That the text means what the constraints mean is proven in model/proof.
void emit_c_header(const spec::Spec& spec, std::ostream& out);

// A header for the registers of the specification, alone.
void emit_c_registers(const spec::Spec& spec, std::ostream& out);

// A header for the checks of registers, in the same way as the first one. It includes both.
void emit_c_controls(const spec::Spec& spec, std::ostream& out);

// A further header that gives each bit of the model's vocabulary its name and the place where the manual defines it,
// for programs that report rules and bits to people.
void emit_c_names(const spec::Spec& spec, std::ostream& out);

// For readers without a YAML parser: names resolved, citations written out.
void emit_json(const spec::Spec& spec, std::ostream& out);

}  // namespace model
