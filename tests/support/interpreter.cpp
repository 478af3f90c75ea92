#include "tests/support/interpreter.h"

#include <map>
#include <stdexcept>

namespace support {

using spec::Condition;
using spec::Word;

struct Interpreter::Facts {
  int maxphyaddr = 0;
  const spec::Format* format = nullptr;
  std::map<Word, std::uint64_t> words;
};

namespace {

bool bit(std::uint64_t value, int position) { return (value >> position & 1) == 1; }

// The field that bit `position` belongs to.
const spec::Field& field_at(const spec::Format& format, int position, int maxphyaddr) {
  for (const spec::Field& field : format.fields) {
    if (field.bits.low.at(maxphyaddr) <= position && position <= field.bits.high.at(maxphyaddr)) return field;
  }
  throw std::logic_error("no field at this bit");
}

std::uint64_t bits_of_kind(const spec::Format& format, spec::FieldKind kind, int maxphyaddr) {
  std::uint64_t result = 0;
  for (int position = 0; position < 64; ++position) {
    if (field_at(format, position, maxphyaddr).kind == kind) result += std::uint64_t{1} << position;
  }
  return result;
}

std::uint64_t field_value(std::uint64_t word, spec::Bits bits) {
  std::uint64_t value = 0;
  for (unsigned position = bits.high + 1; position-- > bits.low;)
    value = 2 * value + (bit(word, static_cast<int>(position)) ? 1 : 0);
  return value;
}

std::map<Word, std::uint64_t> configuration_words(const Machine& machine) {
  return {{Word::capability, machine.capability},
          {Word::pin_based, machine.pin_based},
          {Word::primary, machine.primary},
          {Word::secondary, machine.secondary},
          {Word::tertiary, machine.tertiary},
          {Word::parameter, machine.parameters},
          {Word::eptp, machine.eptp}};
}

void add_effect(spec::Effect effect, std::uint64_t levels, Effects& effects) {
  if (effect == spec::Effect::must) effects.must = levels;
  if (effect == spec::Effect::may) effects.may = levels;
}

}  // namespace

bool Interpreter::holds(const Condition& condition, const Facts& facts) const {
  const auto word = [&](Word which) {
    const auto found = facts.words.find(which);
    return found == facts.words.end() ? 0 : found->second;
  };
  switch (condition.kind) {
    case Condition::Kind::all_of:
      for (const Condition& operand : condition.operands) {
        if (!holds(operand, facts)) return false;
      }
      return true;
    case Condition::Kind::any_of:
      for (const Condition& operand : condition.operands) {
        if (holds(operand, facts)) return true;
      }
      return false;
    case Condition::Kind::negation: return !holds(condition.operands.front(), facts);
    case Condition::Kind::nonzero: return field_value(word(condition.word), condition.bits) > 0;
    case Condition::Kind::one_of:
      for (const std::uint64_t value : condition.values) {
        if (field_value(word(condition.word), condition.bits) == value) return true;
      }
      return false;
    case Condition::Kind::any_of_kind: {
      const spec::Format& format = condition.word == Word::eptp ? spec_.eptp : *facts.format;
      return (word(condition.word) & bits_of_kind(format, condition.field_kind, facts.maxphyaddr)) != 0;
    }
    case Condition::Kind::named: return holds(spec_.conditions[condition.named].when, facts);
  }
  throw std::logic_error("unknown kind of condition");
}

bool Interpreter::holds(const std::string& named, const Facts& facts) const {
  for (const spec::NamedCondition& condition : spec_.conditions) {
    if (condition.id == named) return holds(condition.when, facts);
  }
  throw std::logic_error("there is no condition " + named);
}

const spec::Format& Interpreter::format_of(int level, std::uint64_t entry) const {
  for (const spec::Format& format : spec_.formats) {
    if (format.level != level) continue;
    bool matches = true;
    for (const spec::Field& field : format.fields) {
      if (field.kind == spec::FieldKind::fixed && bit(entry, field.bits.high.offset) != (field.value == 1))
        matches = false;
    }
    if (matches) return format;
  }
  throw std::logic_error("an entry has no format");
}

std::uint64_t Interpreter::broken(const spec::Format& format, const Facts& facts) const {
  std::uint64_t rules = 0;
  for (const spec::Rule& rule : spec_.misconfigurations) {
    for (const std::size_t concerned : rule.formats) {
      if (spec_.formats[concerned].id == format.id && holds(rule.when, facts)) rules += std::uint64_t{1} << rule.bit;
    }
  }
  return rules;
}

std::uint64_t Interpreter::eptp_rules(const Machine& machine) const {
  const Facts facts{machine.maxphyaddr, nullptr, configuration_words(machine)};
  std::uint64_t rules = 0;
  for (const spec::Rule& rule : spec_.eptp_rules) {
    if (holds(rule.when, facts)) rules += std::uint64_t{1} << rule.bit;
  }
  return rules;
}

Classification Interpreter::classify(const Machine& machine, int level, std::uint64_t entry) const {
  const spec::Format& format = format_of(level, entry);
  Facts facts{machine.maxphyaddr, &format, configuration_words(machine)};
  facts.words[Word::entry] = entry;
  Classification result;
  result.format = format.id;
  if (!holds("present", facts)) return result;
  const std::uint64_t rules = broken(format, facts);
  if (rules != 0) {
    result.kind = Kind::misconfigured;
    result.rules = rules;
    result.reserved_bits = entry & (bits_of_kind(format, spec::FieldKind::reserved, machine.maxphyaddr) |
                                    bits_of_kind(format, spec::FieldKind::beyond_maxphyaddr, machine.maxphyaddr));
    return result;
  }
  result.kind = format.maps_page ? Kind::page : Kind::table;
  return result;
}

void Interpreter::report_violation(const Facts& facts, Outcome& outcome) const {
  for (const spec::QualificationBit& one : spec_.qualification) {
    if (one.undefined && holds(*one.undefined, facts)) continue;
    outcome.qualification_defined += std::uint64_t{1} << one.bit;
    if (holds(one.set, facts)) outcome.qualification += std::uint64_t{1} << one.bit;
  }
  if (holds(spec_.convertible.undefined, facts)) return;
  outcome.convertible_defined = 1;
  outcome.convertible = holds(spec_.convertible.when, facts) ? 1 : 0;
}

void Interpreter::finish(const Facts& facts, std::uint64_t used, std::uint64_t leaf, Outcome& outcome) const {
  if (outcome.result == Result::violation) report_violation(facts, outcome);
  for (const spec::Flag& flag : spec_.flags) {
    Effects& effects = flag.id == "accessed" ? outcome.accessed : outcome.dirty;
    if (!holds(flag.when, facts)) continue;
    const std::uint64_t levels = flag.leaf_only ? leaf : used;
    switch (outcome.result) {
      case Result::translated: add_effect(flag.on_success, levels, effects); break;
      case Result::sub_page_check:
      case Result::violation: add_effect(flag.on_violation, levels, effects); break;
      case Result::misconfiguration: add_effect(flag.on_misconfiguration, levels, effects); break;
    }
  }
}

void Interpreter::complete(const spec::Format& format, std::uint64_t gpa, Facts& facts, Outcome& outcome) const {
  facts.words[Word::leaf] = facts.words[Word::entry];
  facts.words[Word::walk] = 1 + (format.level == 1 ? 2 : 0);
  for (const spec::Rule& rule : spec_.violations) {
    if (rule.stage == spec::ViolationStage::permissions && holds(rule.when, facts))
      outcome.rules += std::uint64_t{1} << rule.bit;
  }
  if (outcome.rules != 0) {
    const bool only = outcome.rules == std::uint64_t{1} << spec_.violations[spec_.sub_page_check.only].bit;
    const bool undecided = only && holds(spec_.sub_page_check.when, facts);
    outcome.result = undecided ? Result::sub_page_check : Result::violation;
    facts.words[Word::violation] = outcome.rules;
    if (!undecided) return;
    outcome.rules = 0;
    facts.words[Word::violation] = 0;
  }
  const std::uint64_t entry = facts.words[Word::entry];
  for (int position = 0; position < 52; ++position) {
    const bool of_page = field_at(format, position, spec_.max_maxphyaddr).kind == spec::FieldKind::address;
    if (of_page ? bit(entry, position) : bit(gpa, position))
      outcome.host_physical_address += std::uint64_t{1} << position;
  }
  outcome.memory_type = field_value(entry, {5, 3});
  outcome.ignore_pat = field_value(entry, {6, 6});
}

// What ends a walk before it is complete, or nothing while it goes on.
bool Interpreter::ended_by(const Classification& found, Facts& facts, Outcome& outcome) const {
  if (found.kind == Kind::not_present) {
    outcome.result = Result::violation;
    for (const spec::Rule& rule : spec_.violations) {
      if (rule.stage == spec::ViolationStage::entry) outcome.rules = std::uint64_t{1} << rule.bit;
    }
    facts.words[Word::violation] = outcome.rules;
    return true;
  }
  if (found.kind != Kind::misconfigured) return false;
  outcome.result = Result::misconfiguration;
  outcome.rules = found.rules;
  outcome.reserved_bits = found.reserved_bits;
  return true;
}

void Interpreter::descend(const Machine& machine, std::uint64_t gpa, const Read& read, Facts& facts,
                          Outcome& outcome) const {
  std::uint64_t used = 0;
  std::uint64_t table = field_value(machine.eptp, {51, 12}) << 12;
  for (const spec::Level& level : spec_.levels) {
    if (level.level == 5 && !holds("five_level_walk", facts)) continue;
    const std::uint64_t entry = read(table + 8 * field_value(gpa, level.index));
    const Classification found = classify(machine, level.level, entry);
    facts.words[Word::entry] = entry;
    outcome.level = level.level;
    if (ended_by(found, facts, outcome)) break;
    facts.words[Word::all] &= entry;
    used += std::uint64_t{1} << level.level;
    if (found.kind == Kind::page) {
      complete(format_of(level.level, entry), gpa, facts, outcome);
      finish(facts, used, std::uint64_t{1} << level.level, outcome);
      return;
    }
    facts.words[Word::nonleaf] &= entry;
    table = field_value(entry, {51, 12}) << 12;
  }
  finish(facts, used, 0, outcome);
}

Outcome Interpreter::walk(const Machine& machine, std::uint64_t gpa, std::uint64_t access, const Read& read) const {
  Facts facts{machine.maxphyaddr, nullptr, configuration_words(machine)};
  facts.words[Word::access] = access;
  facts.words[Word::gpa] = gpa;
  facts.words[Word::all] = ~std::uint64_t{0};
  facts.words[Word::nonleaf] = ~std::uint64_t{0};
  Outcome outcome;
  for (const spec::Rule& rule : spec_.violations) {
    if (rule.stage == spec::ViolationStage::before_walk && holds(rule.when, facts))
      outcome.rules += std::uint64_t{1} << rule.bit;
  }
  if (outcome.rules == 0) {
    descend(machine, gpa, read, facts, outcome);
    return outcome;
  }
  outcome.result = Result::violation;
  facts.words[Word::violation] = outcome.rules;
  finish(facts, 0, 0, outcome);
  return outcome;
}

}  // namespace support
