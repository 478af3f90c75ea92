#include "model/smt/meaning.h"

#include <algorithm>
#include <stdexcept>

namespace model {

namespace {

using spec::Condition;
using spec::Word;

// Values of the term `kind`, in the order of the emitted header's enumeration.
constexpr std::uint64_t kNotPresent = 0;
constexpr std::uint64_t kMisconfigured = 1;
constexpr std::uint64_t kTable = 2;
constexpr std::uint64_t kPage = 3;

}  // namespace

Meaning::Meaning(z3::context& context, const spec::Spec& spec, const Inputs& inputs)
    : context_(context), spec_(spec), inputs_(inputs) {}

Words Meaning::no_words() {
  Words words;
  words.values.resize(spec::kWalkWords, word(context_, 0));
  return words;
}

z3::expr Meaning::field(const spec::Bits& bits, Word of, const Words& words) {
  const unsigned above = kWordBits - 1 - (bits.high - bits.low);
  return z3::zext(bits_of(bits, value(of, words)), above);
}

z3::expr Meaning::derived(const spec::Derivation& from, const Words& words) {
  if (from.constant) return word(context_, *from.constant);
  if (from.part) return field(from.part->bits, from.part->word, words);
  if (from.place) {
    const spec::Derivation::Place& place = *from.place;
    const z3::expr end = value(place.address, words) + value(place.number, words) * word(context_, place.size);
    return place.byte_before ? end - word(context_, 1) : end;
  }
  z3::expr result = word(context_, 0);
  for (std::size_t n = from.choices.size(); n-- > 0;) {
    const spec::Derivation::Choice& choice = from.choices[n];
    const z3::expr chosen = value(choice.word, words);
    result = choice.when ? z3::ite(holds(*choice.when, words), chosen, result) : chosen;
  }
  return result;
}

z3::expr Meaning::value(Word of, const Words& words) {
  if (!spec::is_register(of)) return words[of];
  if (words.eptp && of == inputs_.eptp_word) return *words.eptp;
  const spec::Register& one = spec_.registers.at(spec::register_at(of));
  return one.derivation ? derived(*one.derivation, words) : inputs_.configuration[of];
}

z3::expr Meaning::compared(const Condition& condition, const Words& words) {
  const z3::expr a = field(condition.bits, condition.word, words);
  const z3::expr b = condition.other ? field(condition.other->bits, condition.other->word, words)
                                     : word(context_, condition.values.front());
  switch (condition.relation) {
    case spec::Relation::within: return (a & ~b) == word(context_, 0);
    case spec::Relation::at_most: return z3::ule(a, b);
    case spec::Relation::equal: return a == b;
  }
  throw std::logic_error("unknown relation");
}

z3::expr Meaning::bits_of(const spec::Bits& bits, const z3::expr& value) { return value.extract(bits.high, bits.low); }

z3::expr Meaning::holds(const Condition& condition, const Words& words, const spec::Format* format) {
  z3::expr_vector operands(context_);
  for (const Condition& operand : condition.operands) operands.push_back(holds(operand, words, format));
  switch (condition.kind) {
    case Condition::Kind::all_of: return all_of(operands);
    case Condition::Kind::any_of: return any_of(operands);
    case Condition::Kind::negation: return !operands[0];
    case Condition::Kind::nonzero: {
      const z3::expr field = bits_of(condition.bits, value(condition.word, words));
      return field != context_.bv_val(0, field.get_sort().bv_size());
    }
    case Condition::Kind::one_of: {
      const z3::expr field = bits_of(condition.bits, value(condition.word, words));
      for (const std::uint64_t value : condition.values)
        operands.push_back(field == context_.bv_val(value, field.get_sort().bv_size()));
      return any_of(operands);
    }
    case Condition::Kind::any_of_kind: {
      const bool is_register = spec::is_register(condition.word);
      const spec::Format* const of = is_register ? &spec_.registers.at(spec::register_at(condition.word)) : format;
      if (of == nullptr) throw std::logic_error("reserved bits of an entry of unknown format");
      return (value(condition.word, words) & mask_of_kind(*of, condition.field_kind)) != word(context_, 0);
    }
    case Condition::Kind::compared: return compared(condition, words);
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
  Words words = no_words();
  words[Word::entry] = entry;
  return holds(spec_.conditions.at(spec_.present).when, words);
}

z3::expr Meaning::broken(const spec::Rule& rule, std::size_t format, const z3::expr& entry) {
  if (std::ranges::count(rule.formats, format) == 0) return context_.bool_val(false);
  Words words = no_words();
  words[Word::entry] = entry;
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
  return {{"rules", set_of(eptp_rules(spec_), [&](const spec::Rule& rule) { return holds(rule.when, words); })}};
}

// How a check takes part in a whole one: when, on which words, and which ending of the whole each of its own is.
struct Meaning::Checking {
  const spec::Check& whole;
  z3::expr applies;
  Words words;
  std::function<std::size_t(std::size_t)> ending;
};

void Meaning::add_rules(const spec::Check& check, const Checking& how, std::vector<RuleInCheck>& rules) {
  for (const spec::Rule& rule : check.rules)
    rules.push_back({&check, &rule, how.ending(rule.result), how.applies && holds(rule.when, how.words)});
  for (const spec::Part& part : check.parts) {
    const spec::Check& of_part = spec_.checks.at(part.check);
    Checking next{how.whole, part.when ? how.applies && holds(*part.when, how.words) : how.applies, how.words, {}};
    if (part.of) next.words.eptp = value(*part.of, how.words);
    next.ending = [&](std::size_t n) {
      if (part.ending) return how.ending(*part.ending);
      return static_cast<std::size_t>(find_id(how.whole.endings, of_part.endings.at(n).id) - how.whole.endings.data());
    };
    add_rules(of_part, next, rules);
  }
}

std::vector<Meaning::RuleInCheck> Meaning::rules_in(const spec::Check& check) {
  std::vector<RuleInCheck> rules;
  add_rules(check, {check, context_.bool_val(true), no_words(), [](std::size_t n) { return n; }}, rules);
  return rules;
}

Terms Meaning::check(const spec::Check& check) {
  Terms terms;
  std::vector<z3::expr> ends(check.endings.size(), context_.bool_val(false));
  for (const RuleInCheck& one : rules_in(check)) {
    const std::string name = "rules_" + one.check->id;
    if (terms.empty() || terms.back().name != name) terms.push_back({name, word(context_, 0)});
    terms.back().value = terms.back().value | flag_bit(one.broken, one.rule->bit);
    ends.at(one.ending) = ends.at(one.ending) || one.broken;
  }
  z3::expr outcome = word(context_, 0);
  for (std::size_t n = ends.size(); n-- > 0;) outcome = z3::ite(ends[n], word(context_, n + 1), outcome);
  terms.push_back({"outcome", outcome});
  return terms;
}

const spec::Level& Meaning::level_of(int level) const {
  return *std::ranges::find(spec_.levels, level, &spec::Level::level);
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

z3::expr Meaning::five_levels() { return holds(find_id(spec_.conditions, "five_level_walk")->when, no_words()); }

}  // namespace model
