// Draws at random all bits of a case that do not matter for what it is to show. Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include <functional>

#include "vectors/format/random.h"
#include "vectors/goals/literals.h"

namespace vectors {

// Whether a case still shows what it is to show.
using Holds = std::function<bool(const Case&)>;

// Turns round bits of a word of the case, which holds: all of them at once, or what can be turned of each half.
void turn_round(Case& asked, ept_word& word, ept_word bits, const Holds& holds);

class Scatter {
 public:
  // References are kept.
  Scatter(const spec::Spec& spec, const LiteralBits& vocabulary, Random& random)
      : spec_(spec), vocabulary_(vocabulary), random_(random) {}

  // From a case that holds: another one that does.
  Case operator()(const Case& start, const Holds& holds);

 private:
  void put(ept_word& word, ept_word value);
  void draw(ept_word& word, ept_word bits) { turn_round(asked_, word, random_.next() & bits, *holds_); }

  const spec::Spec& spec_;
  const LiteralBits& vocabulary_;
  Random& random_;
  Case asked_;
  const Holds* holds_ = nullptr;
};

}  // namespace vectors
