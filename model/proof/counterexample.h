// A model of a refuted obligation as a person reads it: configuration, EPTP and entries field by field, what each side
// says. Tests: tests/model/proof_test.cpp.
#pragma once

#include <string>

#include <z3++.h>

#include "model/proof/obligations.h"

namespace model {

std::string describe(const spec::Spec& spec, const Claim& claim, const z3::model& found);

}  // namespace model
