// Mutants of the checks of registers, and which vectors of the checks detect them. Owns the places that are changed and
// how it is decided; not the changes (mutant.h). Tests: tests/vectors/mutants/check_mutants_test.cpp.
#pragma once

#include "vectors/checks/check_vectors.h"
#include "vectors/mutants/mutant.h"

namespace vectors {

// Of each rule, of each part, and of each word that is chosen by a condition.
Mutants check_mutants(const spec::Spec& spec);

struct CheckFinding {
  enum class Fate {
    killed,      // a vector ends otherwise; names of rules do not count, no processor tells them
    equivalent,  // proved: no case of any processor ends otherwise
    other,       // some processor shows it, proved: no processor of the profiles does
    alive,       // some profile shows it, but no vector
  };
  Fate fate = Fate::alive;
  std::string text;  // the profile and first goal of the vector that detects it; of alive the profile
};

// In the order of the mutants.
std::vector<CheckFinding> assess_checks(const spec::Spec& spec, const Mutants& mutants,
                                        const std::vector<CheckVectors>& vectors);

}  // namespace vectors
