// Conditions of the specification judged by what is known of the words that they speak about. With everything known the
// answer is yes or no. Only tells which goals are worth asking the solver about, and whether a case meets a goal; what
// a condition means is model/smt. Tests: tests/vectors/goals/goals_test.cpp.
#pragma once

#include <map>

#include "spec/ir.h"

namespace vectors {

enum class Truth { no, maybe, yes };

// The bits of `mask` are known and have the values in `value`.
struct Partial {
  std::uint64_t mask = 0;
  std::uint64_t value = 0;
};

// A word that is not named is not known at all.
using Knowledge = std::map<spec::Word, Partial>;

constexpr Partial known(std::uint64_t value) { return {~std::uint64_t{0}, value}; }

// Bits of a kind of field (any_of_kind) are never known: a bit alone is a way of its own.
Truth judge(const spec::Spec& spec, const spec::Condition& condition, const Knowledge& knowledge);

// The condition as it would be if one bit of `word`, that of `mask`, were the other way.
spec::Condition with_flipped(const spec::Spec& spec, const spec::Condition& condition, spec::Word word,
                             std::uint64_t mask);

// The bits of `word` that a condition names, through named conditions.
std::uint64_t bits_named(const spec::Spec& spec, const spec::Condition& condition, spec::Word word);

// The kinds of field of which the condition forbids any bit.
std::vector<spec::FieldKind> kinds_named(const spec::Spec& spec, const spec::Condition& condition);

}  // namespace vectors
