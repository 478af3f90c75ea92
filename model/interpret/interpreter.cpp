#include "model/interpret/interpreter.h"

#include <algorithm>
#include <stdexcept>

namespace model {

using spec::Condition;

struct Interpreter::Facts {
  explicit Facts(const Circumstances& of) : machine(&of), maxphyaddr(of.maxphyaddr) {}

  const Circumstances* machine;
  int maxphyaddr;
  const spec::Format* format = nullptr;
  std::optional<std::uint64_t> eptp{};                  // what is checked in place of the EPTP
  std::array<std::uint64_t, spec::kWalkWords> words{};  // of the walk

  std::uint64_t& operator[](spec::Word word) { return words.at(static_cast<std::size_t>(word)); }
  std::uint64_t operator[](spec::Word word) const { return words.at(static_cast<std::size_t>(word)); }
};

struct Interpreter::Entry {
  const spec::Format* format = nullptr;
  bool present = false;
  std::uint64_t rules = 0;  // as if it were present
  std::uint64_t reserved_bits = 0;
};

struct Interpreter::Used {
  std::uint64_t levels = 0;
  std::uint64_t leaf = 0;  // the level of the leaf, as a bit
};

namespace {

using spec::Word;

std::uint64_t bit(int position) { return std::uint64_t{1} << position; }

// The bits of all fields of a kind, one after the other.
std::uint64_t bits_of_kind(const spec::Format& format, spec::FieldKind kind, int maxphyaddr) {
  std::uint64_t result = 0;
  for (const spec::Field& field : format.fields) {
    if (field.kind != kind) continue;
    for (int position = field.bits.low.at(maxphyaddr); position <= field.bits.high.at(maxphyaddr); ++position)
      result |= bit(position);
  }
  return result;
}

std::uint64_t field_value(std::uint64_t word, spec::Bits bits) {
  std::uint64_t value = 0;
  for (unsigned position = bits.high + 1; position-- > bits.low;) value = 2 * value + (word >> position & 1);
  return value;
}

// 0 when the format has no such field.
std::uint64_t value_of(const spec::Format& format, const char* id, std::uint64_t entry) {
  const spec::Field* const field = find_id(format.fields, id);
  return field == nullptr ? 0 : field_value(entry, bits_at(field->bits));
}

bool matches(const spec::Format& format, std::uint64_t entry) {
  return std::ranges::all_of(format.fields, [&](const spec::Field& field) {
    return field.kind != spec::FieldKind::fixed || field_value(entry, bits_at(field.bits)) == field.value;
  });
}

}  // namespace

Interpreter::Interpreter(const spec::Spec& spec, Combine combine)
    : spec_(spec),
      combine_(combine),
      present_(named("present")),
      five_level_walk_(named("five_level_walk")),
      eptp_(word_of(spec, "eptp")),
      sub_page_table_pointer_(word_of(spec, "sub_page_table_pointer")) {
  for (const spec::OutcomeMember& member : spec.outcome) {
    if (member.id == "qualification") cleared_ = member.cleared;
    if (member.id == "guest_physical_address") with_address_ = member.results;
  }
}

std::uint64_t Interpreter::derived(const spec::Derivation& from, const Facts& facts) const {
  if (from.constant) return *from.constant;
  if (from.part) return field_value(value(from.part->word, facts), from.part->bits);
  if (from.place) {
    std::uint64_t place = value(from.place->address, facts);
    place += value(from.place->number, facts) * from.place->size;
    return from.place->byte_before ? place - 1 : place;
  }
  for (const spec::Derivation::Choice& choice : from.choices) {
    if (!choice.when || holds(*choice.when, facts)) return value(choice.word, facts);
  }
  return 0;
}

std::uint64_t Interpreter::value(Word word, const Facts& facts) const {
  if (!spec::is_register(word)) return facts[word];
  if (facts.eptp && word == eptp_) return *facts.eptp;
  const spec::Register& one = spec_.registers[spec::register_at(word)];
  return one.derivation ? derived(*one.derivation, facts) : facts.machine->registers.at(spec::register_at(word));
}

std::uint64_t Interpreter::value(const Circumstances& machine, Word word) const { return value(word, Facts(machine)); }

bool Interpreter::holds(const Circumstances& machine, const Condition& condition) const {
  return holds(condition, Facts(machine));
}

bool Interpreter::compared(const Condition& condition, const Facts& facts) const {
  const std::uint64_t a = field_value(value(condition.word, facts), condition.bits);
  const std::uint64_t b = condition.other ? field_value(value(condition.other->word, facts), condition.other->bits)
                                          : condition.values.front();
  switch (condition.relation) {
    case spec::Relation::within:
      for (int position = 0; position < 64; ++position) {
        if ((a & bit(position)) != 0 && (b & bit(position)) == 0) return false;
      }
      return true;
    case spec::Relation::at_most: return !(b < a);
    case spec::Relation::equal: return a == b;
  }
  throw std::logic_error("unknown relation");
}

const Condition& Interpreter::named(const std::string& id) const {
  if (const spec::NamedCondition* const found = find_id(spec_.conditions, id)) return found->when;
  throw std::logic_error("there is no condition " + id);
}

bool Interpreter::holds(const Condition& condition, const Facts& facts) const {
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
    case Condition::Kind::nonzero: return field_value(value(condition.word, facts), condition.bits) > 0;
    case Condition::Kind::one_of:
      for (const std::uint64_t value : condition.values) {
        if (field_value(this->value(condition.word, facts), condition.bits) == value) return true;
      }
      return false;
    case Condition::Kind::any_of_kind: {
      const bool is_register = spec::is_register(condition.word);
      const spec::Format& format = is_register ? spec_.registers.at(spec::register_at(condition.word)) : *facts.format;
      return (value(condition.word, facts) & bits_of_kind(format, condition.field_kind, facts.maxphyaddr)) != 0;
    }
    case Condition::Kind::compared: return compared(condition, facts);
    case Condition::Kind::named: return holds(spec_.conditions[condition.named].when, facts);
  }
  throw std::logic_error("unknown kind of condition");
}

const spec::Format& Interpreter::format_of(int level, std::uint64_t entry) const {
  for (const spec::Format& format : spec_.formats) {
    if (format.level == level && matches(format, entry)) return format;
  }
  throw std::logic_error("an entry has no format");
}

std::uint64_t Interpreter::broken(const spec::Format& format, const Facts& facts) const {
  std::uint64_t rules = 0;
  for (const spec::Rule& rule : spec_.misconfigurations) {
    for (const std::size_t concerned : rule.formats) {
      if (&spec_.formats[concerned] == &format && holds(rule.when, facts)) rules += std::uint64_t{1} << rule.bit;
    }
  }
  return rules;
}

std::uint64_t Interpreter::refused(spec::ViolationStage stage, const Facts& facts) const {
  std::uint64_t rules = 0;
  for (const spec::Rule& rule : spec_.violations) {
    if (rule.stage == stage && holds(rule.when, facts)) rules += std::uint64_t{1} << rule.bit;
  }
  return rules;
}

std::uint64_t Interpreter::eptp_rules(const Circumstances& machine) const {
  return check(machine, *find_id(spec_.checks, "eptp")).rules.front().second;
}

std::vector<std::string> Interpreter::add_check(const spec::Check& check, const Facts& facts, bool applies,
                                                CheckResult& result) const {
  std::vector<std::string> endings;
  std::uint64_t rules = 0;
  for (const spec::Rule& rule : check.rules) {
    if (!applies || !holds(rule.when, facts)) continue;
    rules += std::uint64_t{1} << rule.bit;
    endings.push_back(check.endings.at(rule.result).id);
  }
  if (!check.rules.empty()) result.rules.emplace_back(check.id, rules);
  for (const spec::Part& part : check.parts) {
    Facts of_part = facts;
    if (part.of) of_part.eptp = value(*part.of, facts);
    const bool part_applies = applies && (!part.when || holds(*part.when, facts));
    for (const std::string& ending : add_check(spec_.checks.at(part.check), of_part, part_applies, result))
      endings.push_back(part.ending ? check.endings.at(*part.ending).id : ending);
  }
  return endings;
}

CheckResult Interpreter::check(const Circumstances& machine, const spec::Check& check) const {
  CheckResult result;
  const std::vector<std::string> endings = add_check(check, Facts(machine), true, result);
  for (std::size_t n = check.endings.size(); n > 0; --n) {
    if (std::ranges::count(endings, check.endings[n - 1].id) != 0) result.outcome = n;
  }
  return result;
}

// Of the entry in `facts`.
Interpreter::Entry Interpreter::judge(int level, Facts& facts) const {
  const std::uint64_t entry = facts[Word::entry];
  const spec::Format& format = format_of(level, entry);
  facts.format = &format;
  const std::uint64_t rules = broken(format, facts);
  if (rules == 0) return {&format, holds(present_, facts), 0, 0};
  const std::uint64_t must_be_zero = bits_of_kind(format, spec::FieldKind::reserved, facts.maxphyaddr) |
                                     bits_of_kind(format, spec::FieldKind::beyond_maxphyaddr, facts.maxphyaddr);
  return {&format, holds(present_, facts), rules, entry & must_be_zero};
}

Classification Interpreter::classify(const Circumstances& machine, int level, std::uint64_t entry) const {
  Facts facts(machine);
  facts[Word::entry] = entry;
  const Entry found = judge(level, facts);
  if (!found.present) return {Kind::not_present, found.format->id, 0, 0};
  if (found.rules != 0) return {Kind::misconfigured, found.format->id, found.rules, found.reserved_bits};
  return {found.format->maps_page ? Kind::page : Kind::table, found.format->id, 0, 0};
}

void Interpreter::report_violation(const Facts& facts, Outcome& outcome) const {
  for (const spec::QualificationBit& one : spec_.qualification) {
    if (one.undefined && holds(*one.undefined, facts)) continue;
    outcome.qualification_defined |= std::uint64_t{1} << one.bit;
    if (holds(one.set, facts)) outcome.qualification |= std::uint64_t{1} << one.bit;
  }
  if (holds(spec_.convertible.undefined, facts)) return;
  outcome.convertible_defined = 1;
  outcome.convertible = holds(spec_.convertible.when, facts) ? 1 : 0;
}

void Interpreter::finish(const Facts& facts, const Used& used, Outcome& outcome) const {
  if (outcome.result == Result::violation) report_violation(facts, outcome);
  const std::uint64_t result = bit(static_cast<int>(outcome.result));
  if ((cleared_ & result) != 0) outcome.qualification_defined = ~std::uint64_t{0};
  if ((with_address_ & result) != 0) outcome.guest_physical_address = facts[Word::gpa];
  for (const spec::Flag& flag : spec_.flags) {
    Effects& effects = flag.id == "accessed" ? outcome.accessed : outcome.dirty;
    if (!holds(flag.when, facts)) continue;
    const spec::Effect effect = outcome.result == Result::translated         ? flag.on_success
                                : outcome.result == Result::misconfiguration ? flag.on_misconfiguration
                                                                             : flag.on_violation;
    const std::uint64_t levels = flag.leaf_only ? used.leaf : used.levels;
    if (effect == spec::Effect::must) effects.must = levels;
    if (effect == spec::Effect::may) effects.may = levels;
  }
}

void Interpreter::complete(const spec::Format& format, std::uint64_t gpa, Facts& facts, Outcome& outcome) const {
  if (std::ranges::count(spec_.order.complete_walk, spec::WalkCheck::permissions) != 0)
    outcome.rules = refused(spec::ViolationStage::permissions, facts);
  if (outcome.rules != 0) {
    const bool only = outcome.rules == std::uint64_t{1} << spec_.violations[spec_.sub_page_check.only].bit;
    const bool undecided = only && holds(spec_.sub_page_check.when, facts);
    outcome.result = undecided ? Result::sub_page_check : Result::violation;
    facts[Word::violation] = outcome.rules;
    if (!undecided) return;
    outcome.rules = 0;
    facts[Word::violation] = 0;
  }
  const std::uint64_t entry = facts[Word::entry];
  const std::uint64_t of_page = bits_of_kind(format, spec::FieldKind::address, spec_.max_maxphyaddr);
  for (int position = 0; position < 52; ++position)
    outcome.host_physical_address |= ((of_page & bit(position)) != 0 ? entry : gpa) & bit(position);
  outcome.memory_type = value_of(format, "memory_type", entry);
  outcome.ignore_pat = value_of(format, "ignore_pat", entry);
}

// What ends a walk before it is complete, or nothing while it goes on.
bool Interpreter::ended_by(const Entry& entry, Facts& facts, Outcome& outcome) const {
  for (const spec::WalkCheck check : spec_.order.each_entry) {
    switch (check) {
      case spec::WalkCheck::not_present:
        if (entry.present) break;
        outcome.result = Result::violation;
        for (const spec::Rule& rule : spec_.violations) {
          if (rule.stage == spec::ViolationStage::entry) outcome.rules = std::uint64_t{1} << rule.bit;
        }
        break;
      case spec::WalkCheck::misconfiguration:
        if (entry.rules == 0) break;
        outcome.result = Result::misconfiguration;
        outcome.rules = entry.rules;
        outcome.reserved_bits = entry.reserved_bits;
        return true;
      case spec::WalkCheck::permissions: {
        Facts so_far = facts;
        so_far[Word::all] &= facts[Word::entry];
        so_far[Word::leaf] = facts[Word::entry];
        outcome.rules = refused(spec::ViolationStage::permissions, so_far);
        if (outcome.rules != 0) outcome.result = Result::violation;
        break;
      }
    }
    facts[Word::violation] = outcome.rules;
    if (outcome.result == Result::violation) return true;
  }
  return false;
}

std::uint64_t Interpreter::combined(std::uint64_t so_far, std::uint64_t entry, bool is_first) const {
  switch (combine_) {
    case Combine::every: return so_far & entry;
    case Combine::any: return is_first ? entry : so_far | entry;
    case Combine::first: return is_first ? entry : so_far;
    case Combine::last: return entry;
  }
  throw std::logic_error("unknown way to combine");
}

void Interpreter::descend(std::uint64_t gpa, const Read& read, Facts& facts, Outcome& outcome) const {
  Used used;
  std::uint64_t table = value(eptp_, facts) & bits_of_kind(spec_.registers[spec::register_at(eptp_)],
                                                           spec::FieldKind::address, spec_.max_maxphyaddr);
  for (const spec::Level& level : spec_.levels) {
    if (level.level == 5 && !holds(five_level_walk_, facts)) continue;
    const std::uint64_t entry = read(table + 8 * field_value(gpa, level.index));
    facts[Word::entry] = entry;
    outcome.level = level.level;
    const Entry found = judge(level.level, facts);
    if (ended_by(found, facts, outcome)) break;
    const bool is_first = used.levels == 0;
    facts[Word::all] = combined(facts[Word::all], entry, is_first);
    used.levels |= bit(level.level);
    if (found.format->maps_page) {
      used.leaf = bit(level.level);
      facts[Word::leaf] = entry;
      facts[Word::walk] = 1 + (level.level == 1 ? 2 : 0);
      complete(*found.format, gpa, facts, outcome);
      break;
    }
    facts[Word::nonleaf] = combined(facts[Word::nonleaf], entry, is_first);
    table = entry & bits_of_kind(*found.format, spec::FieldKind::address, spec_.max_maxphyaddr);
  }
  finish(facts, used, outcome);
}

Outcome Interpreter::walk(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access,
                          const Read& read) const {
  Facts facts(machine);
  facts[Word::access] = access;
  facts[Word::gpa] = gpa;
  facts[Word::all] = ~std::uint64_t{0};
  facts[Word::nonleaf] = ~std::uint64_t{0};
  Outcome outcome;
  outcome.rules = refused(spec::ViolationStage::before_walk, facts);
  if (outcome.rules == 0) {
    descend(gpa, read, facts, outcome);
    return outcome;
  }
  outcome.result = Result::violation;
  facts[Word::violation] = outcome.rules;
  finish(facts, {}, outcome);
  return outcome;
}

// Of the entry in `facts`, with what is reported then.
bool Interpreter::breaks_sub_page_rule(const spec::Format& format, Facts& facts, Outcome& outcome) const {
  facts.format = &format;
  for (const spec::Rule& rule : spec_.sub_page.rules) {
    const bool concerned =
        std::ranges::any_of(rule.formats, [&](std::size_t f) { return &spec_.sub_page.formats[f] == &format; });
    if (!concerned || !holds(rule.when, facts)) continue;
    if (outcome.rules == 0) outcome.result = static_cast<Result>(rule.result);
    outcome.rules += std::uint64_t{1} << rule.bit;
  }
  if (outcome.rules == 0) return false;
  const auto result = static_cast<int>(outcome.result);
  facts[Word::ended] = bit(result);
  if ((find_id(spec_.outcome, "reserved_bits")->results & bit(result)) != 0) {
    for (const spec::FieldKind kind : {spec::FieldKind::reserved, spec::FieldKind::beyond_maxphyaddr})
      outcome.reserved_bits |= facts[Word::sub_page] & bits_of_kind(format, kind, facts.maxphyaddr);
  }
  for (const spec::QualificationBit& one : spec_.sub_page.qualification) {
    if (one.undefined && holds(*one.undefined, facts)) continue;
    outcome.sub_page_qualification_defined |= std::uint64_t{1} << one.bit;
    if (holds(one.set, facts)) outcome.sub_page_qualification |= std::uint64_t{1} << one.bit;
  }
  return true;
}

Outcome Interpreter::check_sub_page(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access,
                                    const Read& read) const {
  Facts facts(machine);
  facts[Word::access] = access;
  Outcome outcome;
  std::uint64_t table = value(sub_page_table_pointer_, facts) &
                        bits_of_kind(spec_.sub_page.formats.front(), spec::FieldKind::address, spec_.max_maxphyaddr);
  for (const spec::Level& level : spec_.sub_page.levels) {
    const spec::Format& format = spec_.sub_page.formats[level.formats.front()];
    const std::uint64_t entry = read(table + 8 * field_value(gpa, level.index));
    facts[Word::sub_page] = entry;
    outcome.level = level.level;
    if (breaks_sub_page_rule(format, facts, outcome)) return outcome;
    table = entry & bits_of_kind(format, spec::FieldKind::address, spec_.max_maxphyaddr);
  }
  const spec::SubPagePermission& permission = spec_.sub_page.permission;
  const std::uint64_t place = permission.first + permission.step * field_value(gpa, permission.index);
  const bool allowed = place < 64 && (facts[Word::sub_page] >> place & 1) != 0;
  outcome.result = static_cast<Result>(allowed ? permission.allowed : permission.refused);
  return outcome;
}

}  // namespace model
