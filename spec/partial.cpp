#include "spec/partial.h"

#include <algorithm>

namespace spec {

namespace {

Truth opposite(Truth truth) { return static_cast<Truth>(static_cast<int>(Truth::yes) - static_cast<int>(truth)); }

Partial field_of(Word word, Bits bits, const Knowledge& knowledge) {
  const auto found = knowledge.find(word);
  if (found == knowledge.end()) return {};
  const std::uint64_t mask = mask_of(bits) & found->second.mask;
  return {mask >> bits.low, (found->second.value & mask) >> bits.low};
}
Partial field_of(const Condition& condition, const Knowledge& knowledge) {
  return field_of(condition.word, condition.bits, knowledge);
}

Truth nonzero(const Condition& condition, const Knowledge& knowledge) {
  const Partial field = field_of(condition, knowledge);
  if (field.value != 0) return Truth::yes;
  return field.mask == mask_of(condition.bits) >> condition.bits.low ? Truth::no : Truth::maybe;
}

Truth one_of(const Condition& condition, const Knowledge& knowledge) {
  const Partial field = field_of(condition, knowledge);
  const bool possible =
      std::ranges::any_of(condition.values, [&](std::uint64_t value) { return (value & field.mask) == field.value; });
  if (!possible) return Truth::no;
  return field.mask == mask_of(condition.bits) >> condition.bits.low ? Truth::yes : Truth::maybe;
}

Truth any_of_kind(const Condition& condition, const Knowledge& knowledge, const Kinds& kinds) {
  const auto word = knowledge.find(condition.word);
  const auto of_word = kinds.find(condition.word);
  if (word == knowledge.end() || of_word == kinds.end()) return Truth::maybe;
  const auto found = of_word->second.find(condition.field_kind);
  const std::uint64_t bits = found == of_word->second.end() ? 0 : found->second;
  if ((word->second.value & word->second.mask & bits) != 0) return Truth::yes;
  return (bits & ~word->second.mask) == 0 ? Truth::no : Truth::maybe;
}

// Known only where both values are.
Truth compared(const Condition& condition, const Knowledge& knowledge) {
  const Partial a = field_of(condition, knowledge);
  const Partial b = condition.other ? field_of(condition.other->word, condition.other->bits, knowledge)
                                    : known(condition.values.front());
  const bool whole = a.mask == mask_of(condition.bits) >> condition.bits.low &&
                     (!condition.other || b.mask == mask_of(condition.other->bits) >> condition.other->bits.low);
  if (!whole) return Truth::maybe;
  return has_relation(a.value, condition.relation, b.value) ? Truth::yes : Truth::no;
}

}  // namespace

bool has_relation(std::uint64_t a, Relation relation, std::uint64_t b) {
  switch (relation) {
    case Relation::within: return (a & ~b) == 0;
    case Relation::at_most: return a <= b;
    case Relation::equal: return a == b;
  }
  return false;
}

std::map<FieldKind, std::uint64_t> kinds_of(const Format& format, int maxphyaddr) {
  std::map<FieldKind, std::uint64_t> bits;
  for (const Field& field : format.fields) {
    if (field.bits.high.at(maxphyaddr) >= field.bits.low.at(maxphyaddr))
      bits[field.kind] |= mask_of(bits_at(field.bits, maxphyaddr));
  }
  return bits;
}

Truth judge(const Spec& spec, const Condition& condition, const Knowledge& knowledge, const Kinds& kinds) {
  const auto operand = [&](const Condition& of) { return judge(spec, of, knowledge, kinds); };
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
    case Condition::Kind::any_of_kind: return any_of_kind(condition, knowledge, kinds);
    case Condition::Kind::compared: return compared(condition, knowledge);
    case Condition::Kind::named: return operand(spec.conditions.at(condition.named).when);
  }
  return Truth::maybe;
}

}  // namespace spec
