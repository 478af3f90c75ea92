#include "spec/partial.h"

#include <algorithm>

namespace spec {

namespace {

Truth opposite(Truth truth) { return static_cast<Truth>(static_cast<int>(Truth::yes) - static_cast<int>(truth)); }

Partial moved_down(Partial word, Bits bits) {
  const std::uint64_t mask = mask_of(bits) & word.mask;
  return {mask >> bits.low, (word.value & mask) >> bits.low};
}

bool is_whole(const Partial& field, Bits bits) { return field.mask == mask_of(bits) >> bits.low; }

Truth nonzero(const Condition& condition, const Partial& field) {
  if (field.value != 0) return Truth::yes;
  return is_whole(field, condition.bits) ? Truth::no : Truth::maybe;
}

Truth one_of(const Condition& condition, const Partial& field) {
  const bool possible =
      std::ranges::any_of(condition.values, [&](std::uint64_t value) { return (value & field.mask) == field.value; });
  if (!possible) return Truth::no;
  return is_whole(field, condition.bits) ? Truth::yes : Truth::maybe;
}

Truth any_of_kind(const Condition& condition, const Partial& word, const Kinds& kinds) {
  const auto of_word = kinds.find(condition.word);
  if (of_word == kinds.end()) return Truth::maybe;
  const auto found = of_word->second.find(condition.field_kind);
  const std::uint64_t bits = found == of_word->second.end() ? 0 : found->second;
  if ((word.value & word.mask & bits) != 0) return Truth::yes;
  return (bits & ~word.mask) == 0 ? Truth::no : Truth::maybe;
}

Truth compared(const Spec& spec, const Condition& condition, const Knowledge& knowledge) {
  const Partial a = moved_down(value_of(spec, condition.word, knowledge), condition.bits);
  const Partial b = condition.other ? value_of(spec, *condition.other, knowledge) : known(condition.values.front());
  if (!is_whole(a, condition.bits) || (condition.other && !is_whole(b, condition.other->bits))) return Truth::maybe;
  return has_relation(a.value, condition.relation, b.value) ? Truth::yes : Truth::no;
}

Partial derived(const Spec& spec, const Derivation& from, const Knowledge& knowledge) {
  if (from.constant) return known(*from.constant);
  if (from.part) {
    const Partial part = value_of(spec, *from.part, knowledge);
    return {part.mask | ~mask_of({from.part->bits.high - from.part->bits.low, 0}), part.value};
  }
  if (from.place) {
    const Partial address = value_of(spec, from.place->address, knowledge);
    const Partial number = value_of(spec, from.place->number, knowledge);
    if (~address.mask != 0 || ~number.mask != 0) return {};
    return known(address.value + number.value * from.place->size - (from.place->byte_before ? 1 : 0));
  }
  for (const Derivation::Choice& choice : from.choices) {
    const Truth holds = choice.when ? judge(spec, *choice.when, knowledge) : Truth::yes;
    if (holds == Truth::maybe) return {};
    if (holds == Truth::yes) return value_of(spec, choice.word, knowledge);
  }
  return known(0);
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

Knowledge knowledge_of(const Spec& spec, const Profile& profile) {
  Knowledge knowledge;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const Role role = spec.registers[n].role;
    if (role == Role::capability || role == Role::choice)
      knowledge.emplace(word_of_register(n), known(profile.registers.at(n)));
  }
  return knowledge;
}

Partial value_of(const Spec& spec, Word word, const Knowledge& knowledge) {
  const auto found = knowledge.find(word);
  if (found != knowledge.end()) return found->second;
  if (!is_register(word)) return {};
  const std::optional<Derivation>& derivation = spec.registers.at(register_at(word)).derivation;
  return derivation ? derived(spec, *derivation, knowledge) : Partial{};
}

Partial value_of(const Spec& spec, const Operand& operand, const Knowledge& knowledge) {
  return moved_down(value_of(spec, operand.word, knowledge), operand.bits);
}

Truth judge(const Spec& spec, const Condition& condition, const Knowledge& knowledge, const Kinds& kinds) {
  const auto word = [&] { return value_of(spec, condition.word, knowledge); };
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
    case Condition::Kind::nonzero: return nonzero(condition, moved_down(word(), condition.bits));
    case Condition::Kind::one_of: return one_of(condition, moved_down(word(), condition.bits));
    case Condition::Kind::any_of_kind: return any_of_kind(condition, word(), kinds);
    case Condition::Kind::compared: return compared(spec, condition, knowledge);
    case Condition::Kind::named: return operand(spec.conditions.at(condition.named).when);
  }
  return Truth::maybe;
}

}  // namespace spec
