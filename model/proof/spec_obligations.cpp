#include "model/proof/spec_obligations.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/smt/meaning.h"

namespace model {

namespace {

using spec::Condition;
using spec::Rule;

std::string origin(const spec::Place& place, const std::string& what) {
  return fmt::format("{}: {}", to_string(place), what);
}

z3::expr exactly_one(z3::context& context, const std::vector<Part>& parts) {
  z3::expr count = word(context, 0);
  for (const Part& part : parts) count = count + z3::ite(part.formula, word(context, 1), word(context, 0));
  return count == word(context, 1);
}

Claim tiling_claim(const spec::Spec& spec, const spec::Format& format, z3::context& context) {
  Claim claim{Inputs(context), {}, {}, {}, {}, {}};
  Meaning meaning(context, spec, claim.inputs);
  const z3::expr bit = context.bv_const("bit", kWordBits);
  for (const spec::Field& field : format.fields) {
    claim.witnesses.push_back({meaning.covers(field.bits, bit),
                               origin(field.place, fmt::format("{} ({})", field.id, to_string(field.bits)))});
  }
  claim.parts = {{width_in_range(spec, claim.inputs.configuration), "widths"},
                 {z3::ule(bit, word(context, 63)), "bits 63:0"},
                 {!exactly_one(context, claim.witnesses), "one field for each bit"}};
  return claim;
}

// That no rule but `rule` is broken.
void add_other_rules(Claim& claim, const std::vector<Rule>& rules, const Rule& rule,
                     const std::function<z3::expr(const Rule&)>& broken) {
  for (const Rule& other : rules) {
    if (other.id != rule.id)
      claim.parts.push_back({!broken(other), origin(other.place, fmt::format("'{}' is not broken", other.id))});
  }
}

// The conjuncts of a rule, each with its place.
void add_conjuncts(Claim& claim, Meaning& meaning, const Condition& when, const Words& words,
                   const spec::Format* format) {
  if (when.kind != Condition::Kind::all_of) {
    claim.parts.push_back({meaning.holds(when, words, format), origin(when.place, "this condition")});
    return;
  }
  for (const Condition& part : when.operands) {
    claim.parts.push_back({meaning.holds(part, words, format), origin(part.place, "this condition")});
  }
}

Claim misconfiguration_claim(const spec::Spec& spec, const Rule& rule, std::size_t f, z3::context& context) {
  const spec::Format& format = spec.formats[f];
  Claim claim{Inputs(context), {}, {}, {}, {}, {}};
  Meaning meaning(context, spec, claim.inputs);
  const z3::expr& entry = claim.inputs.entry(format.level);
  Words words = meaning.no_words();
  words.entry = entry;
  claim.parts = {{width_in_range(spec, claim.inputs.configuration), "widths"},
                 {meaning.matches(format, entry), origin(format.place, fmt::format("the format {}", format.id))},
                 {meaning.present(entry), "the entry is present"}};
  add_conjuncts(claim, meaning, rule.when, words, &format);
  add_other_rules(claim, spec.misconfigurations, rule,
                  [&](const Rule& other) { return meaning.broken(other, f, entry); });
  return claim;
}

Claim eptp_claim(const spec::Spec& spec, const Rule& rule, z3::context& context) {
  Claim claim{Inputs(context), {}, {}, {}, {}, {}};
  Meaning meaning(context, spec, claim.inputs);
  const Words words = meaning.no_words();
  claim.parts = {{width_in_range(spec, claim.inputs.configuration), "widths"}};
  add_conjuncts(claim, meaning, rule.when, words, &spec.eptp);
  add_other_rules(claim, spec.eptp_rules, rule,
                  [&](const Rule& other) { return meaning.holds(other.when, words, &spec.eptp); });
  return claim;
}

// A walk over good entries (EPTP accepted) whose only violation is the rule.
Claim violation_claim(const spec::Spec& spec, const Rule& rule, z3::context& context) {
  Claim claim{Inputs(context), {}, {}, {}, {}, {}};
  Meaning meaning(context, spec, claim.inputs);
  const Terms walk = meaning.walk();
  const z3::expr accepted = value_of(meaning.eptp_check(), "rules") == word(context, 0);
  const z3::expr fires = value_of(walk, "rules") == word(context, std::uint64_t{1} << rule.bit);
  claim.parts = {{width_in_range(spec, claim.inputs.configuration), "widths"},
                 {accepted, "the EPTP is accepted"},
                 {value_of(walk, "result") == word(context, 2), "the walk ends as EPT violation"},
                 {fires, origin(rule.place, fmt::format("'{}' is the only reason", rule.id))}};
  return claim;
}

Claim classes_claim(const spec::Spec& spec, const spec::Level& level, z3::context& context) {
  Claim claim{Inputs(context), {}, {}, {}, {}, {}};
  Meaning meaning(context, spec, claim.inputs);
  const z3::expr& entry = claim.inputs.entry(level.level);
  const z3::expr present = meaning.present(entry);
  claim.witnesses.push_back({!present, "not present"});
  for (const std::size_t f : level.formats) {
    const spec::Format& format = spec.formats[f];
    z3::expr_vector rules(context);
    for (const Rule& rule : spec.misconfigurations) rules.push_back(meaning.broken(rule, f, entry));
    const z3::expr here = present && meaning.matches(format, entry);
    claim.witnesses.push_back({here && any_of(rules), origin(format.place, "misconfigured " + format.id)});
    claim.witnesses.push_back(
        {here && !any_of(rules), origin(format.place, (format.maps_page ? "page by " : "table by ") + format.id)});
  }
  claim.parts = {{width_in_range(spec, claim.inputs.configuration), "widths"},
                 {!exactly_one(context, claim.witnesses), "exactly one class"}};
  return claim;
}

// A processor on which no EPTP is accepted has no EPT.
Claim profile_claim(const spec::Spec& spec, const spec::Profile& profile, z3::context& context) {
  Claim claim{Inputs(context), {}, {}, {}, {}, {}};
  Meaning meaning(context, spec, claim.inputs);
  const Configuration& configuration = claim.inputs.configuration;
  const auto is = [&](const z3::expr& input, std::uint64_t value) { return input == word(context, value); };
  claim.parts = {
      {is(configuration.maxphyaddr, static_cast<std::uint64_t>(profile.maxphyaddr)) &&
           is(configuration.capability, profile.capability) && is(configuration.parameters, profile.parameters),
       origin(profile.place, profile.id)},
      {value_of(meaning.eptp_check(), "rules") == word(context, 0), "some EPTP is accepted"}};
  return claim;
}

void add_tilings(std::vector<Obligation>& list, const spec::Spec& spec) {
  std::vector<const spec::Format*> formats = {&spec.eptp, &spec.capability};
  for (const spec::Format& format : spec.formats) formats.push_back(&format);
  for (const spec::Format* format : formats) {
    list.push_back({"tiling." + format->id, fmt::format("the fields of {} tile bits 63:0", format->id), Aim::no_model,
                    [&spec, format](z3::context& context) { return tiling_claim(spec, *format, context); }});
  }
}

// A format without a field of the rule's kind cannot break it; that is no contradiction.
bool concerns(const Rule& rule, const spec::Format& format) {
  if (rule.when.kind != Condition::Kind::any_of_kind) return true;
  return std::any_of(format.fields.begin(), format.fields.end(),
                     [&](const spec::Field& field) { return field.kind == rule.when.field_kind; });
}

void add_misconfigurations(std::vector<Obligation>& list, const spec::Spec& spec) {
  for (const Rule& rule : spec.misconfigurations) {
    for (const std::size_t f : rule.formats) {
      if (!concerns(rule, spec.formats[f])) continue;
      const std::string& format = spec.formats[f].id;
      list.push_back(
          {fmt::format("rule.{}.{}", rule.id, format), fmt::format("{} can be the only reason in {}", rule.id, format),
           Aim::a_model,
           [&spec, &rule, f](z3::context& context) { return misconfiguration_claim(spec, rule, f, context); }});
    }
  }
}

void add_rules(std::vector<Obligation>& list, const spec::Spec& spec, const std::vector<Rule>& rules,
               Claim (*state)(const spec::Spec&, const Rule&, z3::context&)) {
  for (const Rule& rule : rules) {
    list.push_back({"rule." + rule.id, fmt::format("{} can be the only reason", rule.id), Aim::a_model,
                    [&spec, &rule, state](z3::context& context) { return state(spec, rule, context); }});
  }
}

}  // namespace

std::vector<Obligation> specification_obligations(const spec::Spec& spec) {
  std::vector<Obligation> list;
  add_tilings(list, spec);
  for (const spec::Level& level : spec.levels) {
    list.push_back({fmt::format("classes.{}", level.level),
                    fmt::format("the classes of an entry of level {} are disjoint and complete", level.level),
                    Aim::no_model,
                    [&spec, &level](z3::context& context) { return classes_claim(spec, level, context); }});
  }
  add_rules(list, spec, spec.eptp_rules, eptp_claim);
  add_misconfigurations(list, spec);
  add_rules(list, spec, spec.violations, violation_claim);
  for (const spec::Profile& profile : spec.profiles) {
    list.push_back({"profile." + profile.id, fmt::format("some EPTP is accepted on {}", profile.id), Aim::a_model,
                    [&spec, &profile](z3::context& context) { return profile_claim(spec, profile, context); }});
  }
  return list;
}

}  // namespace model
