#include "vectors/generate/pairs.h"

#include <bit>

namespace vectors {

LiteralSet Pairs::row_of(const Assignment& assignment) {
  LiteralSet row{};
  for (std::size_t word = 0; word < kLiteralWords; ++word) {
    row[word] = assignment.set[word];
    row[word + kLiteralWords] = assignment.known[word] & ~assignment.set[word];
  }
  return row;
}

std::size_t Pairs::gain(const LiteralSet& row, std::size_t word, unsigned bit) const {
  const LiteralSet& known = with(word, bit);
  std::size_t count = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const ept_word fresh = row[i] & ~known[i];
    if (fresh != 0) count += static_cast<std::size_t>(std::popcount(fresh));  // mostly nothing is new
  }
  return count;
}

std::size_t Pairs::gain(const LiteralSet& row) const {
  std::size_t count = 0;
  each_literal(row, [&](std::size_t word, unsigned bit) { count += gain(row, word, bit); });
  return count / 2;
}

void Pairs::add(const LiteralSet& row) {
  each_literal(row, [&](std::size_t word, unsigned bit) {
    LiteralSet& known = rows_[word * 64 + bit];
    for (std::size_t i = 0; i < row.size(); ++i) known[i] |= row[i];
  });
  add_alone(row);
}

void Pairs::add_alone(const LiteralSet& row) {
  for (std::size_t i = 0; i < row.size(); ++i) seen_[i] |= row[i];
}

}  // namespace vectors
