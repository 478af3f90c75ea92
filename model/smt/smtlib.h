// SMT-LIB 2 text, for solvers other than the one that is linked. Tests: tests/end_to_end, tests/model/proof_test.cpp.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <z3++.h>

#include "spec/ir.h"

namespace model {

// A script that declares what occurs in the formulas, asserts them and asks for satisfiability (logic QF_BV).
std::string to_smtlib(z3::context& context, const std::vector<z3::expr>& formulas);

// The constraints as one script over declared inputs and outputs: EPTP check, classification of each level, whole
// walks. It is satisfiable; a user adds assertions of his own.
void emit_smtlib(const spec::Spec& spec, std::ostream& out);

}  // namespace model
