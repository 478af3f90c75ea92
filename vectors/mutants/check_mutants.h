// Mutants of the checks of registers, and which vectors of the checks detect them. Owns the places that are changed and
// how it is decided; not the changes (mutant.h). Tests: tests/vectors/mutants/check_mutants_test.cpp.
#pragma once

#include "vectors/format/document.h"
#include "vectors/mutants/adequacy.h"
#include "vectors/mutants/mutant.h"

namespace vectors {

// Of each rule, of each part, and of each word that is chosen by a condition.
Mutants check_mutants(const spec::Spec& spec);

// In the order of the mutants. A vector that ends otherwise detects one; names of rules do not count, no processor
// tells them.
std::vector<Finding> assess_checks(const spec::Spec& spec, const Mutants& mutants,
                                   const std::vector<Document>& documents);

}  // namespace vectors
