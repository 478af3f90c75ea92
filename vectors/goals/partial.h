// Conditions of the specification judged by what is known of the words that they speak about. With everything known the
// answer is yes or no. Only tells which goals are worth asking the solver about, and whether a case meets a goal; what
// a condition means is model/smt. Tests: tests/vectors/goals/goals_test.cpp.
#pragma once

#include <vector>

#include "spec/ir.h"
#include "spec/partial.h"

namespace vectors {

using spec::judge;  // bits of a kind of field (any_of_kind) are never known: a bit alone is a way of its own
using spec::Knowledge;
using spec::known;
using spec::Partial;
using spec::Truth;

// The condition as it would be if one bit of `word`, that of `mask`, were the other way.
spec::Condition with_flipped(const spec::Spec& spec, const spec::Condition& condition, spec::Word word,
                             std::uint64_t mask);

// The bits of `word` that a condition names, through named conditions.
std::uint64_t bits_named(const spec::Spec& spec, const spec::Condition& condition, spec::Word word);

}  // namespace vectors
