#include "vectors/checks/whole_rules.h"

#include <algorithm>
#include <bit>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using spec::Condition;

Condition of_word(Condition condition, spec::Word from, spec::Word to) {
  for (Condition& operand : condition.operands) operand = of_word(operand, from, to);
  if (condition.word == from) condition.word = to;
  if (condition.other && condition.other->word == from) condition.other->word = to;
  return condition;
}

// How a check takes part in a whole one.
struct Role {
  std::vector<Condition> applies;
  std::optional<spec::Word> eptp;    // what is checked in place of the EPTP
  std::vector<std::size_t> endings;  // by its own: that of the whole
};

void add_rules(const spec::Spec& spec, std::size_t number, const spec::Check& whole, const Role& role,
               std::vector<WholeRule>& rules) {
  const spec::Check& check = spec.checks.at(number);
  for (const spec::Rule& rule : check.rules) {
    std::vector<Condition> all = role.applies;
    all.push_back(role.eptp ? of_word(rule.when, word_of(spec, "eptp"), *role.eptp) : rule.when);
    rules.push_back({number, &rule, role.endings.at(rule.result), all_hold(std::move(all))});
  }
  for (const spec::Part& part : check.parts) {
    Role next{role.applies, part.of ? part.of : role.eptp, {}};
    if (part.when) next.applies.push_back(*part.when);
    for (const spec::Ending& ending : spec.checks.at(part.check).endings) {
      const auto* const same = find_id(whole.endings, ending.id);
      next.endings.push_back(part.ending ? role.endings.at(*part.ending)
                                         : static_cast<std::size_t>(same - whole.endings.data()));
    }
    add_rules(spec, part.check, whole, next, rules);
  }
}

void add_word(const spec::Spec& spec, spec::Word word, std::uint64_t mask, Support& support) {
  if (!spec::is_register(word)) return;
  const std::optional<spec::Derivation>& from = spec.registers.at(spec::register_at(word)).derivation;
  if (!from) {
    support[spec::register_at(word)] |= mask;
    return;
  }
  for (const spec::Derivation::Choice& choice : from->choices) {
    if (choice.when) add_support(spec, *choice.when, support);
    add_word(spec, choice.word, mask, support);
  }
  if (from->part) add_word(spec, from->part->word, mask << from->part->bits.low & mask_of(from->part->bits), support);
  if (!from->place) return;
  for (const spec::Word source : {from->place->address, from->place->number})
    add_word(spec, source, spec::mask_of({origin_of(spec, source).width - 1, 0}), support);
}

}  // namespace

Condition all_hold(std::vector<Condition> operands) {
  if (operands.size() == 1) return operands.front();
  Condition all;
  all.operands = std::move(operands);
  return all;
}

Condition bits_set(spec::Word word, spec::Bits bits) {
  Condition condition;
  condition.kind = Condition::Kind::nonzero;
  condition.word = word;
  condition.bits = bits;
  return condition;
}

Condition has_value(spec::Word word, spec::Bits bits, std::vector<std::uint64_t> values) {
  Condition condition = bits_set(word, bits);
  condition.kind = Condition::Kind::one_of;
  condition.values = std::move(values);
  return condition;
}

std::vector<WholeRule> whole_rules(const spec::Spec& spec, const spec::Check& check) {
  std::vector<WholeRule> rules;
  Role role;
  for (std::size_t n = 0; n < check.endings.size(); ++n) role.endings.push_back(n);
  add_rules(spec, static_cast<std::size_t>(&check - spec.checks.data()), check, role, rules);
  return rules;
}

std::vector<std::size_t> checks_of_processors(const spec::Spec& spec) {
  std::vector<std::size_t> found;
  for (std::size_t n = 0; n < spec.checks.size(); ++n) {
    const auto shows = [](const spec::Ending& one) {
      return !one.vm_instruction_errors.empty() || one.exit_reason || one.exception;
    };
    if (is_whole(spec, n) && std::ranges::any_of(spec.checks[n].endings, shows)) found.push_back(n);
  }
  return found;
}

std::vector<Condition> conjuncts_of(const Condition& condition) {
  if (condition.kind != Condition::Kind::all_of) return {condition};
  std::vector<Condition> list;
  for (const Condition& operand : condition.operands) {
    for (Condition& one : conjuncts_of(operand)) list.push_back(std::move(one));
  }
  return list;
}

void add_support(const spec::Spec& spec, const Condition& condition, Support& support) {
  for (const Condition& operand : condition.operands) add_support(spec, operand, support);
  switch (condition.kind) {
    case Condition::Kind::nonzero:
    case Condition::Kind::one_of: add_word(spec, condition.word, mask_of(condition.bits), support); break;
    case Condition::Kind::any_of_kind:
      add_word(spec, condition.word, spec::mask_of({origin_of(spec, condition.word).width - 1, 0}), support);
      break;
    case Condition::Kind::compared:
      add_word(spec, condition.word, mask_of(condition.bits), support);
      if (condition.other) add_word(spec, condition.other->word, mask_of(condition.other->bits), support);
      break;
    case Condition::Kind::named: add_support(spec, spec.conditions.at(condition.named).when, support); break;
    case Condition::Kind::all_of:
    case Condition::Kind::any_of:
    case Condition::Kind::negation: break;
  }
}

Support support_of(const spec::Spec& spec, const Condition& condition) {
  Support support;
  add_support(spec, condition, support);
  return support;
}

const spec::Derivation::Choice* effect_of(const spec::Spec& spec, spec::Word word) {
  if (!spec::is_register(word)) return nullptr;
  const std::optional<spec::Derivation>& from = spec.registers.at(spec::register_at(word)).derivation;
  const bool one = from && from->choices.size() == 1 && from->choices.front().when;
  return one ? &from->choices.front() : nullptr;
}

std::vector<Condition> given_of(const spec::Spec& spec, const spec::Check& check) {
  std::vector<Condition> all;
  const auto add = [&](const std::vector<spec::Given>& given) {
    for (const spec::Given& one : given) all.push_back(one.when);
  };
  add(check.given);
  for (const spec::Register& one : spec.registers) add(one.given);
  return all;
}

bool contradict(const spec::Spec& spec, const spec::Check& check, const std::vector<Condition>& conditions) {
  spec::Knowledge known;
  for (const Condition& condition : conditions) {
    const bool zero = condition.kind == Condition::Kind::negation;
    const Condition& one = zero ? condition.operands.front() : condition;
    const std::uint64_t mask = mask_of(one.bits);
    const bool bits = one.kind == Condition::Kind::nonzero && (zero || std::has_single_bit(mask));
    const bool value = one.kind == Condition::Kind::one_of && !zero && one.values.size() == 1;
    if (!bits && !value) continue;
    const std::uint64_t set = value ? one.values.front() << one.bits.low : mask;
    spec::Partial& word = known[one.word];
    word = {word.mask | mask, (word.value & ~mask) | (zero ? 0 : set)};
  }
  const auto fails = [&](const Condition& one) { return judge(spec, one, known) == spec::Truth::no; };
  return std::ranges::any_of(conditions, fails) || std::ranges::any_of(given_of(spec, check), fails);
}

}  // namespace vectors
