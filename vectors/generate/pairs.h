// Which pairs of literals a set of cases has shown in one situation, each literal in both polarities. Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include <vector>

#include "vectors/goals/literals.h"

namespace vectors {

class Pairs {
 public:
  static constexpr std::size_t kWords = 2 * kLiteralWords;
  using Row = LiteralSet;

  Pairs() : rows_(kWords * 64) {}

  static Row row_of(const Assignment& assignment);
  [[nodiscard]] std::size_t gain(const Row& row) const;  // pairs that are new
  // Of one literal with those of the row.
  [[nodiscard]] std::size_t gain(const Row& row, std::size_t word, unsigned bit) const;
  void add(const Row& row);
  // The literals that were seen together with this one.
  [[nodiscard]] const Row& with(std::size_t word, unsigned bit) const { return rows_[word * 64 + bit]; }
  // All literals that were seen.
  [[nodiscard]] const Row& seen() const { return seen_; }

 private:
  std::vector<Row> rows_;
  Row seen_{};
};

}  // namespace vectors
