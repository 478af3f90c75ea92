// Cases that break one rule and are random in everything else, so that a processor shows a rule that it checks only
// where an unrelated bit is 0, or 1. Each bit is turned as long as the rule stays the only one that is broken, and
// where that shows a literal (a bit of a register, set or clear) that no case of the rule has yet. Tests:
// tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include "vectors/checks/check_case.h"

namespace vectors {

class DrawnCases {
 public:
  // Of a goal that shows a rule alone, or one without it, from a case that does. References are kept.
  DrawnCases(const spec::Spec& spec, CheckedProcessor& processor, CheckGoal goal, const Choice& start);

  // The next; nothing when it would show no literal that the others do not.
  std::optional<Choice> next();

 private:
  struct Place {
    std::size_t word;  // of a choice
    unsigned bit;
  };

  CheckedProcessor& processor_;
  CheckGoal goal_;
  Choice start_;
  std::vector<Place> places_;          // bits that are turned
  std::vector<std::uint64_t> seen_0_;  // by word of a choice: literals of the cases so far
  std::vector<std::uint64_t> seen_1_;
  std::uint64_t seed_;
};

}  // namespace vectors
