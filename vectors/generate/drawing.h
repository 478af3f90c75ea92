// The dense vectors of one situation: drawn from canonical ones, then where most pairs of literals are missing. Owns
// what is drawn next and when it is enough; not where the canonical ones come from (dense.h). Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include <vector>

#include "vectors/format/vector.h"
#include "vectors/generate/pairs.h"
#include "vectors/generate/scatter.h"
#include "vectors/generate/solving.h"
#include "vectors/goals/situations.h"

namespace vectors {

// A walk in which a situation comes about; of a question about an entry, the walk that leads to it.
struct Start {
  const Goal* goal;
  Case walk;
};

Goal of_walk(Goal goal);

class Drawing {
 public:
  // References are kept. The situation's name is the seed. What the solver finds depends on what it was asked before.
  Drawing(const spec::Spec& spec, const Literals& literals, const Situation& situation, Solving& solving);

  // A vector for each goal and each literal that a start has; then those that the solver finds; then more with the
  // literals of which most pairs are missing. `seen` is what vectors of other situations show of this one.
  std::vector<Vector> make(const std::vector<Start>& starts, const Pairs& seen);

 private:
  struct Drawn {
    Start start;
    Vector vector;
    LiteralSet row{};
  };
  // What was drawn for one goal.
  struct OfGoal {
    std::vector<std::vector<std::size_t>> examples;  // of each literal, some that have it: indexes into drawns_
    LiteralSet exhausted{};                          // literals with which hardly a pair was new
  };
  static constexpr Literal kAny = {2 * kLiteralWords, 0};  // none in particular

  void read(Drawn& drawn) const;
  void draw_unseen(const Start& start);
  std::size_t draw(Drawn drawn, const Literal& kept, std::size_t enough = 0);
  [[nodiscard]] bool has(const Goal& goal, const Case& asked, const Literal& literal) const;
  void take(Drawn drawn);
  bool draw_most_missing();
  void improve(Drawn& drawn, const Holds& holds);
  void add_stragglers(const Goal& goal);
  [[nodiscard]] LiteralPairs missing_alone(const LiteralBits& known) const;
  OfGoal& of(const Goal* goal) { return of_goals_[static_cast<std::size_t>(goal - situation_.goals.data())]; }

  const spec::Spec& spec_;
  const Literals& literals_;
  const Situation& situation_;
  Solving& solving_;
  Random random_;
  Scatter scatter_;
  Pairs pairs_;
  std::vector<Vector> taken_;
  std::vector<Drawn> drawns_;        // what they were made from
  std::vector<std::size_t> bounds_;  // of each literal: not more of its pairs are missing, among those of bounded_
  LiteralSet bounded_{};
  std::vector<OfGoal> of_goals_;
};

}  // namespace vectors
