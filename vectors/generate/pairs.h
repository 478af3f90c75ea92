// Which pairs of literals a set of cases has shown in one situation, each literal in both polarities. Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include <vector>

#include "vectors/goals/literals.h"

namespace vectors {

class Pairs {
 public:
  Pairs() : rows_(2 * kLiteralWords * 64) {}

  static LiteralSet row_of(const Assignment& assignment);
  [[nodiscard]] std::size_t gain(const LiteralSet& row) const;  // pairs that are new
  // Of one literal with those of the row.
  [[nodiscard]] std::size_t gain(const LiteralSet& row, std::size_t word, unsigned bit) const;
  void add(const LiteralSet& row);
  void add_alone(const LiteralSet& row);  // the literals, not their pairs
  // The literals that were seen together with this one.
  [[nodiscard]] const LiteralSet& with(std::size_t word, unsigned bit) const { return rows_[word * 64 + bit]; }
  // All literals that were seen.
  [[nodiscard]] const LiteralSet& seen() const { return seen_; }

 private:
  std::vector<LiteralSet> rows_;
  LiteralSet seen_{};
};

}  // namespace vectors
