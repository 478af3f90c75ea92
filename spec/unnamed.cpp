// Names for conditions of the configuration that have none.
#include <algorithm>

#include <fmt/format.h>

#include "spec/names.h"

namespace spec {

namespace {

bool same(const std::optional<Operand>& a, const std::optional<Operand>& b) {
  return a && b ? a->word == b->word && a->bits == b->bits : !a && !b;
}

bool same(const Condition& a, const Condition& b) {
  return a.kind == b.kind && a.word == b.word && a.bits == b.bits && a.values == b.values &&
         a.field_kind == b.field_kind && a.relation == b.relation && same(a.other, b.other) && a.operands.empty() &&
         b.operands.empty();
}

// "capability.page_2m" → "capability_page_2m", "any_bit_of reserved" → "any_bit_of_reserved", with the relation if
// there is one, and the other name or the values.
std::string id_of(const Condition& atom) {
  std::string id = atom.name;
  if (atom.kind == Condition::Kind::compared) id += " " + to_string(atom.relation);
  if (atom.other) id += " " + atom.other->name;
  std::ranges::replace_if(
      id, [](char c) { return c == '.' || c == ' '; }, '_');
  for (const std::uint64_t value : atom.values) id += fmt::format("_{}", value);
  return id;
}

std::optional<unsigned> free_bit(const Spec& spec) {
  for (unsigned bit = kMostConditions; bit-- > 0;) {
    if (std::ranges::find(spec.conditions, bit, &NamedCondition::bit) == spec.conditions.end()) return bit;
  }
  return std::nullopt;
}

std::size_t index_of(const Condition& atom, Spec& spec) {
  const auto found = std::ranges::find_if(spec.conditions,
                                          [&](const NamedCondition& condition) { return same(condition.when, atom); });
  if (found != spec.conditions.end()) return static_cast<std::size_t>(found - spec.conditions.begin());
  spec.conditions.push_back({{id_of(atom), {}, atom.name, "", atom.place}, atom, Stage::configuration, free_bit(spec)});
  return spec.conditions.size() - 1;
}

void name(Condition& condition, Spec& spec) {
  for (Condition& operand : condition.operands) name(operand, spec);
  if (!is_about_word(condition) || stage_of(condition, spec.conditions) != Stage::configuration) return;
  Condition named;
  named.kind = Condition::Kind::named;
  named.place = condition.place;
  named.named = index_of(condition, spec);
  named.name = "condition." + spec.conditions[named.named].id;
  condition = named;
}

}  // namespace

Spec with_names_for_all(const Spec& spec) {
  Spec result = spec;
  for (std::size_t i = 0; i < spec.conditions.size(); ++i) {  // not a reference: the list grows
    if (spec.conditions[i].stage == Stage::configuration) continue;
    Condition when = spec.conditions[i].when;
    name(when, result);
    result.conditions[i].when = when;
  }
  for_each_of_walk(result, [&](Condition& condition) { name(condition, result); });
  return result;
}

}  // namespace spec
