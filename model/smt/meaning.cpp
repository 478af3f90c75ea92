#include "model/smt/meaning.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace model {

namespace {

using spec::Condition;
using spec::Word;

// Values of the terms `kind`, `step` and `result`, in the order of the emitted header's enumerations.
constexpr std::uint64_t kNotPresent = 0;
constexpr std::uint64_t kMisconfigured = 1;
constexpr std::uint64_t kTable = 2;
constexpr std::uint64_t kPage = 3;
constexpr std::uint64_t kStepTable = 0;
constexpr std::uint64_t kStepPage = 1;
constexpr std::uint64_t kStepViolation = 2;
constexpr std::uint64_t kStepMisconfiguration = 3;
constexpr std::uint64_t kTranslated = 0;
constexpr std::uint64_t kSubPageCheck = 1;
constexpr std::uint64_t kViolation = 2;
constexpr std::uint64_t kMisconfiguration = 3;

bool contains(const std::vector<std::size_t>& list, std::size_t value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

unsigned index(spec::WalkFact fact) { return static_cast<unsigned>(fact); }

}  // namespace

Meaning::Meaning(z3::context& context, const spec::Spec& spec, const Inputs& inputs)
    : context_(context), spec_(spec), inputs_(inputs) {}

Words Meaning::no_words() {
  const z3::expr zero = word(context_, 0);
  return {zero, zero, zero, zero, zero, zero, zero, zero};
}

z3::expr Meaning::word_of(Word which, const Words& words) {
  const Configuration& configuration = inputs_.configuration;
  switch (which) {
    case Word::capability: return configuration.capability;
    case Word::pin_based: return configuration.pin_based;
    case Word::primary: return configuration.primary;
    case Word::secondary: return configuration.secondary;
    case Word::tertiary: return configuration.tertiary;
    case Word::parameter: return configuration.parameters;
    case Word::eptp: return inputs_.eptp;
    case Word::gpa: return words.gpa;
    case Word::entry: return words.entry;
    case Word::all: return words.all;
    case Word::nonleaf: return words.nonleaf;
    case Word::leaf: return words.leaf;
    case Word::access: return words.access;
    case Word::walk: return words.walk;
    case Word::violation: return words.violation;
  }
  throw std::logic_error("unknown word");
}

z3::expr Meaning::bits_of(const spec::Bits& bits, const z3::expr& value) { return value.extract(bits.high, bits.low); }

z3::expr Meaning::in_values(const Condition& condition, const Words& words) {
  const z3::expr field = bits_of(condition.bits, word_of(condition.word, words));
  z3::expr_vector cases(context_);
  for (const std::uint64_t value : condition.values) {
    cases.push_back(field == context_.bv_val(value, field.get_sort().bv_size()));
  }
  return any_of(cases);
}

z3::expr Meaning::holds(const Condition& condition, const Words& words, const spec::Format* format) {
  z3::expr_vector operands(context_);
  for (const Condition& operand : condition.operands) operands.push_back(holds(operand, words, format));
  switch (condition.kind) {
    case Condition::Kind::all_of: return all_of(operands);
    case Condition::Kind::any_of: return any_of(operands);
    case Condition::Kind::negation: return !operands[0];
    case Condition::Kind::nonzero: {
      const z3::expr field = bits_of(condition.bits, word_of(condition.word, words));
      return field != context_.bv_val(0, field.get_sort().bv_size());
    }
    case Condition::Kind::one_of: return in_values(condition, words);
    case Condition::Kind::any_of_kind: {
      const spec::Format& of = condition.word == Word::eptp ? spec_.eptp : *format;
      return (word_of(condition.word, words) & mask_of_kind(of, condition.field_kind)) != word(context_, 0);
    }
    case Condition::Kind::named: return holds(spec_.conditions.at(condition.named).when, words, format);
  }
  throw std::logic_error("unknown kind of condition");
}

z3::expr Meaning::bound(const spec::Bound& bound) {
  if (!bound.from_maxphyaddr) return word(context_, static_cast<std::uint64_t>(bound.offset));
  return inputs_.configuration.maxphyaddr +
         word(context_, static_cast<std::uint64_t>(static_cast<std::int64_t>(bound.offset)));
}

z3::expr Meaning::covers(const spec::Range& range, const z3::expr& bit) {
  return z3::ule(bound(range.low), bit) && z3::ule(bit, bound(range.high));
}

z3::expr Meaning::range_mask(const spec::Range& range) {
  const z3::expr one = word(context_, 1);
  const z3::expr up_to_high = z3::shl(z3::shl(one, bound(range.high)) - one, one) | one;
  const z3::expr below_low = z3::shl(one, bound(range.low)) - one;
  return up_to_high & ~below_low;
}

z3::expr Meaning::mask_of_kind(const spec::Format& format, spec::FieldKind kind) {
  z3::expr mask = word(context_, 0);
  for (const spec::Field& field : format.fields) {
    if (field.kind == kind) mask = mask | range_mask(field.bits);
  }
  return mask;
}

z3::expr Meaning::matches(const spec::Format& format, const z3::expr& entry) {
  z3::expr_vector parts(context_);
  for (const spec::Field& field : format.fields) {
    if (field.kind != spec::FieldKind::fixed) continue;
    const z3::expr bits = bits_of(bits_at(field.bits), entry);
    parts.push_back(bits == context_.bv_val(field.value, bits.get_sort().bv_size()));
  }
  return all_of(parts);
}

z3::expr Meaning::present(const z3::expr& entry) {
  const auto found = std::find_if(spec_.conditions.begin(), spec_.conditions.end(),
                                  [](const spec::NamedCondition& condition) { return condition.id == "present"; });
  Words words = no_words();
  words.entry = entry;
  return holds(found->when, words);
}

z3::expr Meaning::broken(const spec::Rule& rule, std::size_t format, const z3::expr& entry) {
  if (!contains(rule.formats, format)) return context_.bool_val(false);
  Words words = no_words();
  words.entry = entry;
  return holds(rule.when, words, &spec_.formats.at(format));
}

z3::expr Meaning::flag_bit(const z3::expr& condition, unsigned bit) {
  return z3::ite(condition, word(context_, std::uint64_t{1} << bit), word(context_, 0));
}

z3::expr Meaning::set_of(const std::vector<spec::Rule>& rules,
                         const std::function<z3::expr(const spec::Rule&)>& holds) {
  z3::expr set = word(context_, 0);
  for (const spec::Rule& rule : rules) set = set | flag_bit(holds(rule), rule.bit);
  return set;
}

Terms Meaning::eptp_check() {
  const Words words = no_words();
  return {{"rules",
           set_of(spec_.eptp_rules, [&](const spec::Rule& rule) { return holds(rule.when, words, &spec_.eptp); })}};
}

const spec::Level& Meaning::level_of(int level) const {
  return *std::find_if(spec_.levels.begin(), spec_.levels.end(),
                       [&](const spec::Level& l) { return l.level == level; });
}

Meaning::EntryState Meaning::judge(int level, const z3::expr& entry) {
  EntryState state{present(entry), context_.bool_val(false), context_.bool_val(false), word(context_, 0),
                   word(context_, 0)};
  for (const std::size_t f : level_of(level).formats) {
    const spec::Format& format = spec_.formats[f];
    const z3::expr here = matches(format, entry);
    const z3::expr rules =
        set_of(spec_.misconfigurations, [&](const spec::Rule& rule) { return broken(rule, f, entry); });
    const z3::expr must_be_zero =
        mask_of_kind(format, spec::FieldKind::reserved) | mask_of_kind(format, spec::FieldKind::beyond_maxphyaddr);
    state.rules = z3::ite(here, rules, state.rules);
    state.reserved_bits = z3::ite(here, entry & must_be_zero, state.reserved_bits);
    state.maps_page = z3::ite(here, context_.bool_val(format.maps_page), state.maps_page);
  }
  state.misconfigured = state.rules != word(context_, 0);
  return state;
}

Terms Meaning::classify(int level, const z3::expr& entry) {
  const EntryState state = judge(level, entry);
  z3::expr format = word(context_, 0);
  for (const std::size_t f : level_of(level).formats)
    format = z3::ite(matches(spec_.formats[f], entry), word(context_, f), format);
  const z3::expr misconfigured = state.present && state.misconfigured;
  const z3::expr zero = word(context_, 0);
  const z3::expr good = z3::ite(state.maps_page, word(context_, kPage), word(context_, kTable));
  return {{"kind", z3::ite(!state.present, word(context_, kNotPresent),
                           z3::ite(state.misconfigured, word(context_, kMisconfigured), good))},
          {"format", format},
          {"rules", z3::ite(misconfigured, state.rules, zero)},
          {"reserved_bits", z3::ite(misconfigured, state.reserved_bits, zero)}};
}

z3::expr Meaning::five_levels() {
  const auto found =
      std::find_if(spec_.conditions.begin(), spec_.conditions.end(),
                   [](const spec::NamedCondition& condition) { return condition.id == "five_level_walk"; });
  return holds(found->when, no_words());
}

Progress Meaning::begin(int levels) {
  const z3::expr ones = word(context_, ~std::uint64_t{0});
  const z3::expr zero = word(context_, 0);
  const z3::expr root =
      z3::concat(context_.bv_val(0, 12), z3::concat(inputs_.eptp.extract(51, 12), context_.bv_val(0, 12)));
  return {levels, root, zero, ones, ones, zero, zero, zero};
}

z3::expr Meaning::entry_address(const Progress& progress, const z3::expr& gpa) {
  const z3::expr index = bits_of(level_of(progress.level).index, gpa);
  return z3::concat(progress.table.extract(63, 12), z3::concat(index, context_.bv_val(0, 3)));
}

Progress Meaning::use(const Progress& progress, const z3::expr& entry, bool maps_page) {
  Progress next = progress;
  const z3::expr here = word(context_, std::uint64_t{1} << progress.level);
  next.entry = entry;
  next.all = progress.all & entry;
  next.used = progress.used | here;
  if (maps_page) {
    next.page = here;
    return next;
  }
  next.nonleaf = progress.nonleaf & entry;
  next.table = z3::concat(context_.bv_val(0, 12), z3::concat(entry.extract(51, 12), context_.bv_val(0, 12)));
  next.level = progress.level - 1;
  return next;
}

Terms Meaning::step(const Progress& progress, const z3::expr& entry) {
  const EntryState state = judge(progress.level, entry);
  const bool present_first = spec_.order.each_entry.front() == spec::Check::not_present;
  const z3::expr violation = present_first ? !state.present : !state.present && !state.misconfigured;
  const z3::expr misconfigured = present_first ? state.present && state.misconfigured : state.misconfigured;
  const Progress page = use(progress, entry, true);
  const Progress table = use(progress, entry, false);
  const auto terms = [&](std::uint64_t ending, const Progress& p) -> Terms {
    return {{"step", word(context_, ending)},
            {"level", word(context_, static_cast<std::uint64_t>(p.level))},
            {"table", p.table},
            {"entry", entry},
            {"all", p.all},
            {"nonleaf", p.nonleaf},
            {"used", p.used},
            {"page", p.page}};
  };
  return choose(violation, terms(kStepViolation, progress),
                choose(misconfigured, terms(kStepMisconfiguration, progress),
                       choose(state.maps_page, terms(kStepPage, page), terms(kStepTable, table))));
}

Words Meaning::words_at(const Progress& progress, const z3::expr& access) {
  Words words = no_words();
  words.entry = progress.entry;
  words.all = progress.all;
  words.nonleaf = progress.nonleaf;
  words.leaf = progress.entry;
  words.access = access;
  words.walk = flag_bit(progress.page != word(context_, 0), index(spec::WalkFact::complete)) |
               flag_bit(progress.page == word(context_, 2), index(spec::WalkFact::leaf_is_pte));
  words.violation = progress.early;
  return words;
}

z3::expr Meaning::permission_violations(const Words& words) {
  return set_of(spec_.violations, [&](const spec::Rule& rule) {
    return rule.stage == spec::ViolationStage::permissions ? holds(rule.when, words) : context_.bool_val(false);
  });
}

z3::expr Meaning::early_violations() {
  Words words = no_words();
  words.gpa = inputs_.gpa;
  words.access = inputs_.access;
  return set_of(spec_.violations, [&](const spec::Rule& rule) {
    return rule.stage == spec::ViolationStage::before_walk ? holds(rule.when, words) : context_.bool_val(false);
  });
}

void Meaning::add_violation(Terms& terms, const Words& words, const z3::expr& is_violation) {
  z3::expr set = word(context_, 0);
  z3::expr defined = word(context_, 0);
  for (const spec::QualificationBit& bit : spec_.qualification) {
    set = set | flag_bit(holds(bit.set, words), bit.bit);
    const z3::expr undefined = bit.undefined ? holds(*bit.undefined, words) : context_.bool_val(false);
    defined = defined | flag_bit(!undefined, bit.bit);
  }
  const z3::expr zero = word(context_, 0);
  const z3::expr open = holds(spec_.convertible.undefined, words);
  const z3::expr convertible = !open && holds(spec_.convertible.when, words);
  terms.push_back({"qualification", z3::ite(is_violation, set & defined, zero)});
  terms.push_back({"qualification_defined", z3::ite(is_violation, defined, zero)});
  terms.push_back({"convertible", flag_bit(is_violation && convertible, 0)});
  terms.push_back({"convertible_defined", flag_bit(is_violation && !open, 0)});
}

void Meaning::add_flags(Terms& terms, const Progress& progress, const Words& words, const z3::expr& success,
                        const z3::expr& refused, const z3::expr& misconfigured) {
  for (const spec::Flag& flag : spec_.flags) {
    const z3::expr levels = flag.leaf_only ? progress.page : progress.used;
    const z3::expr zero = word(context_, 0);
    for (const auto& [effect, name] : {std::pair{spec::Effect::must, "must"}, {spec::Effect::may, "may"}}) {
      const z3::expr now = (context_.bool_val(flag.on_success == effect) && success) ||
                           (context_.bool_val(flag.on_violation == effect) && refused) ||
                           (context_.bool_val(flag.on_misconfiguration == effect) && misconfigured);
      terms.push_back({fmt::format("{}_{}", flag.id, name), z3::ite(now && holds(flag.when, words), levels, zero)});
    }
  }
}

Terms Meaning::conclude(const Progress& progress, Ending ending, const z3::expr& gpa, const z3::expr& access) {
  const z3::expr zero = word(context_, 0);
  Words words = words_at(progress, access);
  EntryState state = progress.level > 0 ? judge(progress.level, progress.entry)
                                        : EntryState{context_.bool_val(false), context_.bool_val(false),
                                                     context_.bool_val(false), zero, zero};
  z3::expr rules = state.rules;
  z3::expr success = context_.bool_val(false);
  z3::expr sub_page = context_.bool_val(false);
  if (ending == Ending::page) {
    rules = permission_violations(words);
    success = rules == zero;
    const std::uint64_t only = std::uint64_t{1} << spec_.violations.at(spec_.sub_page_check.only).bit;
    sub_page = rules == word(context_, only) && holds(spec_.sub_page_check.when, words);
  } else if (ending == Ending::violation) {
    words.violation = progress.early;
    rules = progress.early | set_of(spec_.violations, [&](const spec::Rule& rule) {
              return context_.bool_val(progress.level > 0 && rule.stage == spec::ViolationStage::entry);
            });
  }
  const z3::expr misconfigured = context_.bool_val(ending == Ending::misconfiguration);
  const z3::expr violation = !misconfigured && !success && !sub_page;
  words.violation = z3::ite(violation, rules, zero);
  const z3::expr reached = success || sub_page;
  const unsigned offset_bits = progress.level > 0 ? level_of(progress.level).index.low : 12;
  const z3::expr page_address = z3::concat(z3::concat(context_.bv_val(0, 12), progress.entry.extract(51, offset_bits)),
                                           gpa.extract(offset_bits - 1, 0));
  Terms terms = {
      {"result", z3::ite(misconfigured, word(context_, kMisconfiguration),
                         z3::ite(success, word(context_, kTranslated),
                                 z3::ite(sub_page, word(context_, kSubPageCheck), word(context_, kViolation))))},
      {"level", word(context_, static_cast<std::uint64_t>(progress.level))},
      {"host_physical_address", z3::ite(reached, page_address, zero)},
      {"memory_type", z3::ite(reached, z3::zext(progress.entry.extract(5, 3), 61), zero)},
      {"ignore_pat", z3::ite(reached, z3::zext(progress.entry.extract(6, 6), 63), zero)},
      {"rules", z3::ite(reached, zero, rules)},
      {"reserved_bits", z3::ite(misconfigured, state.reserved_bits, zero)},
  };
  add_violation(terms, words, violation);
  add_flags(terms, progress, words, success, violation || sub_page, misconfigured);
  return terms;
}

Terms Meaning::choose(const z3::expr& condition, const Terms& yes, const Terms& no) {
  Terms terms;
  for (const Term& term : yes) terms.push_back({term.name, z3::ite(condition, term.value, value_of(no, term.name))});
  return terms;
}

Terms Meaning::walk_from(const Progress& progress, const std::vector<Term>& addresses) {
  std::vector<Term> read = addresses;
  for (Term& address : read) {
    if (address.name == fmt::format("address_{}", progress.level)) address.value = entry_address(progress, inputs_.gpa);
  }
  const auto ended = [&](const Progress& at, Ending ending) {
    Terms terms = conclude(at, ending, inputs_.gpa, inputs_.access);
    terms.insert(terms.end(), read.begin(), read.end());
    return terms;
  };
  const z3::expr& entry = inputs_.entry(progress.level);
  Progress here = progress;
  here.entry = entry;
  const z3::expr step_taken = value_of(step(progress, entry), "step");
  const Terms page = ended(use(progress, entry, true), Ending::page);
  const Terms below = progress.level > 1 ? walk_from(use(progress, entry, false), read) : page;
  return choose(step_taken == word(context_, kStepViolation), ended(here, Ending::violation),
                choose(step_taken == word(context_, kStepMisconfiguration), ended(here, Ending::misconfiguration),
                       choose(step_taken == word(context_, kStepPage), page, below)));
}

Terms Meaning::walk() {
  std::vector<Term> addresses;
  for (int level = 5; level >= 1; --level) addresses.push_back({fmt::format("address_{}", level), word(context_, 0)});
  const z3::expr early = early_violations();
  Progress none = begin(0);
  none.early = early;
  Terms refused = conclude(none, Ending::violation, inputs_.gpa, inputs_.access);
  refused.insert(refused.end(), addresses.begin(), addresses.end());
  const Terms walked = choose(five_levels(), walk_from(begin(5), addresses), walk_from(begin(4), addresses));
  return choose(early != word(context_, 0), refused, walked);
}

}  // namespace model
