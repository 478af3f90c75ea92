// Names for conditions of the configuration that have none.
#include <algorithm>

#include <fmt/format.h>

#include "spec/names.h"

namespace spec {

namespace {

bool same(const Condition& a, const Condition& b) {
  return a.kind == b.kind && a.word == b.word && a.bits == b.bits && a.values == b.values &&
         a.field_kind == b.field_kind && a.operands.empty() && b.operands.empty();
}

// "capability.page_2m" → "capability_page_2m", "any_bit_of reserved" → "any_bit_of_reserved", with the values if there
// are any.
std::string id_of(const Condition& atom) {
  std::string id = atom.name;
  std::ranges::replace_if(
      id, [](char c) { return c == '.' || c == ' '; }, '_');
  for (const std::uint64_t value : atom.values) id += fmt::format("_{}", value);
  return id;
}

class Naming {
 public:
  explicit Naming(Spec& spec) : spec_(spec) {}

  void name(Condition& condition) {
    for (Condition& operand : condition.operands) name(operand);
    if (!is_about_word(condition) || stage_of(condition, spec_.conditions) != Stage::configuration) return;
    Condition named;
    named.kind = Condition::Kind::named;
    named.place = condition.place;
    named.named = index_of(condition);
    named.name = "condition." + spec_.conditions[named.named].id;
    condition = named;
  }

 private:
  std::size_t index_of(const Condition& atom) {
    const auto found = std::ranges::find_if(
        spec_.conditions, [&](const NamedCondition& condition) { return same(condition.when, atom); });
    if (found != spec_.conditions.end()) return static_cast<std::size_t>(found - spec_.conditions.begin());
    spec_.conditions.push_back({{id_of(atom), {}, atom.name, "", atom.place}, atom, Stage::configuration, free_bit()});
    return spec_.conditions.size() - 1;
  }

  [[nodiscard]] std::optional<unsigned> free_bit() const {
    for (unsigned bit = kMostConditions; bit-- > 0;) {
      if (std::ranges::find(spec_.conditions, bit, &NamedCondition::bit) == spec_.conditions.end()) return bit;
    }
    return std::nullopt;
  }

  Spec& spec_;
};

}  // namespace

Spec with_names_for_all(const Spec& spec) {
  Spec result = spec;
  Naming naming(result);
  for (std::size_t i = 0; i < spec.conditions.size(); ++i) {  // not a reference: the list grows
    if (spec.conditions[i].stage == Stage::configuration) continue;
    Condition when = spec.conditions[i].when;
    naming.name(when);
    result.conditions[i].when = when;
  }
  for (Rule& rule : result.misconfigurations) naming.name(rule.when);
  for (Rule& rule : result.violations) naming.name(rule.when);
  for (Flag& flag : result.flags) naming.name(flag.when);
  naming.name(result.sub_page_check.when);
  naming.name(result.convertible.when);
  naming.name(result.convertible.undefined);
  for (QualificationBit& bit : result.qualification) {
    naming.name(bit.set);
    if (bit.undefined) naming.name(*bit.undefined);
  }
  return result;
}

}  // namespace spec
