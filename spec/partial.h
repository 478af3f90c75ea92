// Conditions judged by what is known of the words that they speak about. With everything known the answer is yes or no.
// Owns no opinion on what a rule means; that is model/smt. Tests:
// tests/vectors/goals/goals_test.cpp, tests/model/emit_test.cpp.
#pragma once

#include <map>

#include "spec/ir.h"

namespace spec {

enum class Truth { no, maybe, yes };

// The bits of `mask` are known and have the values in `value`.
struct Partial {
  std::uint64_t mask = 0;
  std::uint64_t value = 0;
};

bool has_relation(std::uint64_t a, Relation relation, std::uint64_t b);

// A word that is not named is not known at all.
using Knowledge = std::map<Word, Partial>;

constexpr Partial known(std::uint64_t value) { return {~std::uint64_t{0}, value}; }

// By word, EPTP or entry: which bits are of a kind of field. Of a word that is not there no such bit is known.
using Kinds = std::map<Word, std::map<FieldKind, std::uint64_t>>;
std::map<FieldKind, std::uint64_t> kinds_of(const Format& format, int maxphyaddr);

// The capability registers and choices of a profile. One that it does not list counts as 0, also 486H to 489H, which
// no profile lists yet: a rule that asks for those is not to be judged by this.
Knowledge knowledge_of(const Spec& spec, const Profile& profile);

// What is known of a register or of one that is derived from others; of an operand its bits, moved down to bit 0.
Partial value_of(const Spec& spec, Word word, const Knowledge& knowledge);
Partial value_of(const Spec& spec, const Operand& operand, const Knowledge& knowledge);

Truth judge(const Spec& spec, const Condition& condition, const Knowledge& knowledge, const Kinds& kinds = {});

}  // namespace spec
