// Situations: what a rule of the specification decides, alone, in a case. A mistake that adds a literal to the rule
// ("only if X", "also if X") shows in the situations of the rule and nowhere else. Owns which situations there are; not
// the literals (literals.h). Tests: tests/vectors/goals/situations_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "vectors/goals/goals.h"

namespace vectors {

struct Situation {
  // What decides: a rule that refuses or ends something; nothing that refuses; or what is reported of a case of another
  // situation.
  enum class Kind { rule, good, report };
  std::string id;           // "misconfiguration/pde_2m/reserved_bit", "qualification/readable/clear", "translated/pte"
  std::vector<Goal> goals;  // the ways in which it comes about, by the number of levels and where the walk ends
  Kind kind = Kind::rule;
};

// Of every question, in an order that does not change.
std::vector<Situation> all_situations(const spec::Spec& spec);

}  // namespace vectors
