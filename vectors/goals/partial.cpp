#include "vectors/goals/partial.h"

#include <algorithm>

namespace vectors {

namespace {

using spec::Condition;

Truth opposite(Truth truth) {
  switch (truth) {
    case Truth::no: return Truth::yes;
    case Truth::maybe: return Truth::maybe;
    case Truth::yes: return Truth::no;
  }
  return Truth::maybe;
}

Partial field_of(const Condition& condition, const Knowledge& knowledge) {
  const auto found = knowledge.find(condition.word);
  if (found == knowledge.end()) return {};
  const std::uint64_t mask = spec::mask_of(condition.bits) & found->second.mask;
  return {mask >> condition.bits.low, (found->second.value & mask) >> condition.bits.low};
}

Truth nonzero(const Condition& condition, const Knowledge& knowledge) {
  const Partial field = field_of(condition, knowledge);
  if (field.value != 0) return Truth::yes;
  return field.mask == spec::mask_of(condition.bits) >> condition.bits.low ? Truth::no : Truth::maybe;
}

Truth one_of(const Condition& condition, const Knowledge& knowledge) {
  const Partial field = field_of(condition, knowledge);
  const bool possible = std::any_of(condition.values.begin(), condition.values.end(),
                                    [&](std::uint64_t value) { return (value & field.mask) == field.value; });
  if (!possible) return Truth::no;
  return field.mask == spec::mask_of(condition.bits) >> condition.bits.low ? Truth::yes : Truth::maybe;
}

// Calls `visit` for each condition of the tree, through names.
template <class Visit>
void walk(const spec::Spec& spec, const Condition& condition, const Visit& visit) {
  visit(condition);
  for (const Condition& operand : condition.operands) walk(spec, operand, visit);
  if (condition.kind == Condition::Kind::named) walk(spec, spec.conditions.at(condition.named).when, visit);
}

}  // namespace

Truth judge(const spec::Spec& spec, const Condition& condition, const Knowledge& knowledge) {
  const auto operand = [&](const Condition& of) { return judge(spec, of, knowledge); };
  switch (condition.kind) {
    case Condition::Kind::all_of: {
      Truth all = Truth::yes;
      for (const Condition& of : condition.operands) all = std::min(all, operand(of));
      return all;
    }
    case Condition::Kind::any_of: {
      Truth any = Truth::no;
      for (const Condition& of : condition.operands) any = std::max(any, operand(of));
      return any;
    }
    case Condition::Kind::negation: return opposite(operand(condition.operands.front()));
    case Condition::Kind::nonzero: return nonzero(condition, knowledge);
    case Condition::Kind::one_of: return one_of(condition, knowledge);
    case Condition::Kind::any_of_kind: return Truth::maybe;
    case Condition::Kind::named: return operand(spec.conditions.at(condition.named).when);
  }
  return Truth::maybe;
}

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

std::vector<spec::FieldKind> kinds_named(const spec::Spec& spec, const Condition& condition) {
  std::vector<spec::FieldKind> kinds;
  walk(spec, condition, [&](const Condition& of) {
    if (of.kind == Condition::Kind::any_of_kind) kinds.push_back(of.field_kind);
  });
  return kinds;
}

}  // namespace vectors
