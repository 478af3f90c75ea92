// The specification as JSON, for readers without a YAML parser: names resolved, citations written out.
// Tests: tests/model/emit_test.cpp, tests/golden.
#pragma once

#include <ostream>

#include "spec/ir.h"

namespace model {

void emit_json(const spec::Spec& spec, std::ostream& out);

}  // namespace model
