#include "vectors/goals/partial.h"

namespace vectors {

namespace {

using spec::Condition;

// Calls `visit` for each condition of the tree, through names.
template <class Visit>
void walk(const spec::Spec& spec, const Condition& condition, const Visit& visit) {
  visit(condition);
  for (const Condition& operand : condition.operands) walk(spec, operand, visit);
  if (condition.kind == Condition::Kind::named) walk(spec, spec.conditions.at(condition.named).when, visit);
}

}  // namespace

Condition with_flipped(const spec::Spec& spec, const Condition& condition, spec::Word word, std::uint64_t mask) {
  if ((bits_named(spec, condition, word) & mask) == 0) return condition;
  if (condition.kind == Condition::Kind::named)
    return with_flipped(spec, spec.conditions.at(condition.named).when, word, mask);
  Condition changed = condition;
  for (Condition& operand : changed.operands) operand = with_flipped(spec, operand, word, mask);
  const std::uint64_t bit = mask >> condition.bits.low;
  if (condition.kind == Condition::Kind::one_of) {
    for (std::uint64_t& value : changed.values) value ^= bit;
  }
  if (condition.kind == Condition::Kind::nonzero) {  // the field would be 0 if it were only this bit
    changed.kind = Condition::Kind::one_of;
    changed.values = {bit};
    Condition other;
    other.kind = Condition::Kind::negation;
    other.operands = {changed};
    return other;
  }
  return changed;
}

std::uint64_t bits_named(const spec::Spec& spec, const Condition& condition, spec::Word word) {
  std::uint64_t bits = 0;
  walk(spec, condition, [&](const Condition& of) {
    const bool names = of.kind == Condition::Kind::nonzero || of.kind == Condition::Kind::one_of;
    if (names && of.word == word) bits |= spec::mask_of(of.bits);
  });
  return bits;
}

}  // namespace vectors
