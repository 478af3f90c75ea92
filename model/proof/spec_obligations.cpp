// What the specification owes itself, for every configuration at once.
#include <algorithm>

#include <fmt/format.h>

#include "model/proof/obligations.h"
#include "model/smt/meaning.h"

namespace model {

namespace {

using spec::Condition;
using spec::Rule;

std::string origin(const spec::Place& place, const std::string& what) {
  return fmt::format("{}: {}", to_string(place), what);
}

// Not push_back({...}) in place: g++ 12 then warns of its own copying of short texts.
void add(std::vector<Part>& to, const z3::expr& formula, const std::string& origin) { to.push_back({formula, origin}); }

z3::expr exactly_one(const std::vector<Part>& parts) {
  z3::context& context = parts.front().formula.ctx();
  z3::expr count = word(context, 0);
  for (const Part& part : parts) count = count + z3::ite(part.formula, word(context, 1), word(context, 0));
  return count == word(context, 1);
}

void state_tiling(const spec::Format& format, Claim& claim, Meaning& meaning) {
  z3::context& context = claim.inputs.context();
  const z3::expr bit = context.bv_const("bit", kWordBits);
  for (const spec::Field& field : format.fields) {
    add(claim.witnesses, meaning.covers(field.bits, bit),
        origin(field.place, fmt::format("{} ({})", field.id, to_string(field.bits))));
  }
  add(claim.parts, z3::ule(bit, word(context, format.width - 1)), fmt::format("bits {}:0", format.width - 1));
  add(claim.parts, !exactly_one(claim.witnesses), "one field for each bit");
}

// The conjuncts of a rule, each with its place, and that no other of the rules is broken.
void state_only_rule(const Rule& rule, const std::vector<Rule>& rules, Claim& claim,
                     const std::function<z3::expr(const Condition&)>& holds,
                     const std::function<z3::expr(const Rule&)>& broken) {
  const bool several = rule.when.kind == Condition::Kind::all_of;
  for (const Condition& part : several ? rule.when.operands : std::vector<Condition>{rule.when})
    add(claim.parts, holds(part), origin(part.place, "this condition"));
  for (const Rule& other : rules) {
    if (other.id != rule.id)
      add(claim.parts, !broken(other), origin(other.place, fmt::format("'{}' is not broken", other.id)));
  }
}

void state_misconfiguration(const spec::Spec& spec, const Rule& rule, std::size_t f, Claim& claim, Meaning& meaning) {
  const spec::Format& format = spec.formats[f];
  const z3::expr& entry = claim.inputs.entry(format.level);
  Words words = meaning.no_words();
  words[spec::Word::entry] = entry;
  add(claim.parts, meaning.matches(format, entry), origin(format.place, fmt::format("the format {}", format.id)));
  add(claim.parts, meaning.present(entry), "the entry is present");
  state_only_rule(
      rule, spec.misconfigurations, claim, [&](const Condition& part) { return meaning.holds(part, words, &format); },
      [&](const Rule& other) { return meaning.broken(other, f, entry); });
}

void state_eptp(const spec::Spec& spec, const Rule& rule, Claim& claim, Meaning& meaning) {
  const auto holds = [&](const Condition& when) { return meaning.holds(when, meaning.no_words()); };
  state_only_rule(rule, eptp_rules(spec), claim, holds, [&](const Rule& other) { return holds(other.when); });
}

constexpr std::uint64_t kSomeWidth = 46;

// Each rule of a whole check and its parts can be broken alone.
void state_rules_of_check(const spec::Check& whole, Claim& claim, Meaning& meaning) {
  const z3::expr& width = claim.inputs.configuration.maxphyaddr;
  add(claim.parts, width == word(width.ctx(), kSomeWidth), "a width of 46 bits, which is as good as any");
  std::vector<Part> broken;
  for (const Meaning::RuleInCheck& one : meaning.rules_in(whole))
    add(broken, one.broken, origin(one.rule->place, fmt::format("'{}' is broken", one.rule->id)));
  // Of numbered rules exactly one: a number says which, so that what the rules have in common is stated once.
  const z3::expr which = width.ctx().bv_const("which", kWordBits);
  for (std::size_t n = 0; n < broken.size(); ++n) {
    const z3::expr number = word(width.ctx(), n);
    add(claim.parts, broken[n].formula == (which == number), broken[n].origin + " alone");
    add(claim.each, which == number, broken[n].origin);
  }
}

void state_sub_page(const spec::Spec& spec, const Rule& rule, std::size_t f, Claim& claim, Meaning& meaning) {
  Words words = meaning.no_words();
  words[spec::Word::sub_page] = claim.inputs.entry(1);
  const spec::Format& format = spec.sub_page.formats[f];
  const auto holds = [&](const Condition& when) { return meaning.holds(when, words, &format); };
  const auto broken = [&](const Rule& other) {
    const bool concerned = std::ranges::find(other.formats, f) != other.formats.end();
    return concerned ? holds(other.when) : words[spec::Word::sub_page].ctx().bool_val(false);
  };
  state_only_rule(rule, spec.sub_page.rules, claim, holds, broken);
}

// A walk over good entries (EPTP accepted) whose only violation is the rule.
void state_violation(const Rule& rule, Claim& claim, Meaning& meaning) {
  z3::context& context = claim.inputs.context();
  const Terms walk = meaning.walk();
  add(claim.parts, value_of(meaning.eptp_check(), "rules") == word(context, 0), "the EPTP is accepted");
  add(claim.parts, value_of(walk, "result") == word(context, 2), "the walk ends as EPT violation");
  add(claim.parts, value_of(walk, "rules") == word(context, std::uint64_t{1} << rule.bit),
      origin(rule.place, fmt::format("'{}' is the only reason", rule.id)));
}

void state_classes(const spec::Spec& spec, const spec::Level& level, Claim& claim, Meaning& meaning) {
  const z3::expr& entry = claim.inputs.entry(level.level);
  const z3::expr present = meaning.present(entry);
  add(claim.witnesses, !present, "not present");
  for (const std::size_t f : level.formats) {
    const spec::Format& format = spec.formats[f];
    z3::expr_vector rules(entry.ctx());
    for (const Rule& rule : spec.misconfigurations) rules.push_back(meaning.broken(rule, f, entry));
    const z3::expr here = present && meaning.matches(format, entry);
    add(claim.witnesses, here && any_of(rules), origin(format.place, "misconfigured " + format.id));
    add(claim.witnesses, here && !any_of(rules),
        origin(format.place, (format.maps_page ? "page by " : "table by ") + format.id));
  }
  add(claim.parts, !exactly_one(claim.witnesses), "exactly one class");
}

// A processor on which no EPTP is accepted has no EPT.
void state_profile(const spec::Spec& spec, const spec::Profile& profile, Claim& claim, Meaning& meaning) {
  const Configuration& configuration = claim.inputs.configuration;
  const auto is = [](const z3::expr& input, std::uint64_t value) { return input == word(input.ctx(), value); };
  add(claim.parts, is(configuration.maxphyaddr, static_cast<std::uint64_t>(profile.maxphyaddr)),
      origin(profile.place, profile.id));
  for (std::size_t n = 0; n < configuration.size(); ++n) {
    const spec::Register& one = spec.registers.at(n);
    if (one.role == spec::Role::capability || one.role == spec::Role::choice)
      add(claim.parts, is(configuration.at(n), profile.registers.at(n)), "its " + one.id);
  }
  add(claim.parts, is(value_of(meaning.eptp_check(), "rules"), 0), "some EPTP is accepted");
}

// A format without a field of the rule's kind cannot break it; that is no contradiction.
bool concerns(const Rule& rule, const spec::Format& format) {
  return rule.when.kind != Condition::Kind::any_of_kind ||
         std::ranges::find(format.fields, rule.when.field_kind, &spec::Field::kind) != format.fields.end();
}

using State = std::function<void(Claim&, Meaning&)>;  // fills a claim that assumes the widths already
using Add = std::function<void(const std::string&, const std::string&, Aim, const State&)>;

void add_check_rules(const spec::Spec& spec, const Add& add) {
  for (std::size_t n = 0; n < spec.checks.size(); ++n) {
    if (!is_whole(spec, n)) continue;
    add("rules." + spec.checks[n].id, "each rule can be the only reason: " + spec.checks[n].title, Aim::a_model,
        [&whole = spec.checks[n]](Claim& claim, Meaning& meaning) { state_rules_of_check(whole, claim, meaning); });
  }
}

}  // namespace

std::vector<Obligation> specification_obligations(const spec::Spec& spec) {
  std::vector<Obligation> list;
  const auto add = [&](const std::string& id, const std::string& text, Aim goal, const State& state) {
    list.push_back({id, text, goal, [&spec, state](z3::context& context) {
                      Claim claim{Inputs(context, spec), {}, {}, {}, {}, {}};
                      Meaning meaning(context, spec, claim.inputs);
                      claim.parts = {{width_in_range(spec, claim.inputs.configuration), "widths"}};
                      state(claim, meaning);
                      return claim;
                    }});
  };
  std::vector<const spec::Format*> formats;
  for (const spec::Register& one : spec.registers) {
    if (one.of_walk != 0) formats.push_back(&one);  // of all others the loader has tried every bit at every width
  }
  for (const spec::Format& format : spec.sub_page.formats) formats.push_back(&format);
  for (const spec::Format& format : spec.formats) formats.push_back(&format);
  for (const spec::Format* format : formats) {
    add("tiling." + format->id, fmt::format("the fields of {} tile bits {}:0", format->id, format->width - 1),
        Aim::no_model, [format](Claim& claim, Meaning& meaning) { state_tiling(*format, claim, meaning); });
  }
  for (const spec::Level& level : spec.levels) {
    add(fmt::format("classes.{}", level.level),
        fmt::format("the classes of an entry of level {} are disjoint and complete", level.level), Aim::no_model,
        [&spec, &level](Claim& claim, Meaning& meaning) { state_classes(spec, level, claim, meaning); });
  }
  for (const Rule& rule : eptp_rules(spec)) {
    add("rule." + rule.id, rule.id + " can be the only reason", Aim::a_model,
        [&spec, &rule](Claim& claim, Meaning& meaning) { state_eptp(spec, rule, claim, meaning); });
  }
  add_check_rules(spec, add);
  for (const Rule& rule : spec.misconfigurations) {
    for (const std::size_t f : rule.formats) {
      if (!concerns(rule, spec.formats[f])) continue;
      add(fmt::format("rule.{}.{}", rule.id, spec.formats[f].id),
          fmt::format("{} can be the only reason in {}", rule.id, spec.formats[f].id), Aim::a_model,
          [&spec, &rule, f](Claim& claim, Meaning& meaning) { state_misconfiguration(spec, rule, f, claim, meaning); });
    }
  }
  for (const Rule& rule : spec.violations) {
    add("rule." + rule.id, rule.id + " can be the only reason", Aim::a_model,
        [&rule](Claim& claim, Meaning& meaning) { state_violation(rule, claim, meaning); });
  }
  for (const Rule& rule : spec.sub_page.rules) {
    for (const std::size_t f : rule.formats) {
      add(fmt::format("rule.{}.{}", rule.id, spec.sub_page.formats[f].id), rule.id + " can be the only reason",
          Aim::a_model,
          [&spec, &rule, f](Claim& claim, Meaning& meaning) { state_sub_page(spec, rule, f, claim, meaning); });
    }
  }
  for (const spec::Profile& profile : spec.profiles) {
    add("profile." + profile.id, fmt::format("some EPTP is accepted on {}", profile.id), Aim::a_model,
        [&spec, &profile](Claim& claim, Meaning& meaning) { state_profile(spec, profile, claim, meaning); });
  }
  return list;
}

}  // namespace model
