// Literals: every bit of a case that an implementation could look at by mistake, and three properties that are no
// single bit. Owns the vocabulary and how a case sets it; not the rules (situations.h). Tests:
// tests/vectors/goals/situations_test.cpp.
#pragma once

#include <array>
#include <bit>
#include <string>
#include <utility>
#include <vector>

#include "spec/ir.h"
#include "vectors/format/names.h"
#include "vectors/goals/goals.h"

namespace vectors {

// The words whose bits are literals; of a sub-page check the entries are those of its own table. The last three have
// one bit for each value: which of the usual accesses it is, by its place in the specification; which of bits 2:0 and
// 10 of the judged entry are 1, bit 10 as bit 3; where the walk ends, bit n for level n.
enum class LiteralWord : std::size_t {
  capability,
  controls,  // the first of them
  eptp = controls + kControls.size(),
  sub_page_table_pointer,
  guest_physical_address,
  access,
  entry_5,
  entry_4,
  entry_3,
  entry_2,
  entry_1,
  usual_access,
  permissions,
  level,
};
constexpr std::size_t at(LiteralWord word) { return static_cast<std::size_t>(word); }
inline constexpr std::size_t kLiteralWords = at(LiteralWord::level) + 1;
constexpr bool is_controls(std::size_t word) {
  return word >= at(LiteralWord::controls) && word < at(LiteralWord::eptp);
}
// Of such a word.
inline const Controls& controls_at(std::size_t word) { return kControls[word - at(LiteralWord::controls)]; }
constexpr std::size_t entry_word(int level) { return at(LiteralWord::entry_1) + 1 - static_cast<std::size_t>(level); }
constexpr int level_of_word(std::size_t word) { return static_cast<int>(at(LiteralWord::entry_1) - word) + 1; }
constexpr bool is_one_of_many(std::size_t word) { return word >= at(LiteralWord::usual_access); }

// The bits of an entry that a value of LiteralWord::permissions stands for.
constexpr ept_word permission_bits(unsigned value) { return (value & 7) | (value >> 3) << 10; }

using LiteralBits = std::array<ept_word, kLiteralWords>;

// A set of literals: those of `word` that are 1, and, kLiteralWords further on, those that are 0.
using LiteralSet = std::array<ept_word, 2 * kLiteralWords>;
constexpr std::size_t opposite(std::size_t place) { return (place + kLiteralWords) % (2 * kLiteralWords); }

// Calls `visit` with the place (index into the set) and the bit of each.
template <class Visit>
void each_literal(const LiteralSet& set, const Visit& visit) {
  for (std::size_t place = 0; place < set.size(); ++place) {
    for (ept_word left = set[place]; left != 0; left &= left - 1)
      visit(place, static_cast<unsigned>(std::countr_zero(left)));
  }
}

// A literal by its place in such a set.
struct Literal {
  std::size_t place = 0;
  unsigned bit = 0;
  bool operator==(const Literal&) const = default;
};

// Without the literals that are no partners of this one: itself, its opposite, other values of a word that has one bit
// for each.
constexpr LiteralSet partners_in(LiteralSet set, const Literal& of) {
  const ept_word same = is_one_of_many(of.place % kLiteralWords) ? ~ept_word{0} : ept_word{1} << of.bit;
  set[of.place] &= ~same;
  set[opposite(of.place)] &= ~same;
  return set;
}

// Pairs of literals: each with the set of its partners.
using LiteralPairs = std::vector<std::pair<Literal, LiteralSet>>;

// What a case says of the literals: of those that are `known`, which are 1. An entry that the walk does not use is not
// known, nor is the access of a question about an entry, nor what is not in the question: the permissions of an entry
// of the sub-page permission table.
struct Assignment {
  LiteralBits known{};
  LiteralBits set{};
};

class Literals {
 public:
  explicit Literals(const spec::Spec& spec);  // kept
  [[nodiscard]] const LiteralBits& vocabulary() const { return vocabulary_; }
  [[nodiscard]] Assignment of(const Vector& vector) const;
  [[nodiscard]] LiteralBits known_by(const Goal& goal) const;  // what of() knows of every vector of the goal
  // "entry 2 bit 13", "secondary ept_violation_ve"
  [[nodiscard]] std::string name(std::size_t word, unsigned bit) const;

 private:
  const spec::Spec& spec_;
  LiteralBits vocabulary_{};
};

}  // namespace vectors
