// What keeps conditions apart from ones that are nearly the same: cases in which one part decides, alone, whether a
// condition holds (the criterion is known as MC/DC). Conditions are taken with the named ones written out.
#include <algorithm>

#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using spec::Condition;

constexpr int kLevels = 4;  // of walks; with five a condition means the same

Condition written_out(const spec::Spec& spec, const Condition& condition) {
  if (condition.kind == Condition::Kind::named) return written_out(spec, spec.conditions.at(condition.named).when);
  Condition out = condition;
  for (Condition& operand : out.operands) operand = written_out(spec, operand);
  return out;
}

// A part of a condition, and what the condition is when the part is negated.
struct Part {
  Condition atom;
  Condition otherwise;
};

void add_parts_of(Condition& place, const Condition& whole, std::vector<Part>& parts) {
  for (Condition& operand : place.operands) add_parts_of(operand, whole, parts);
  if (!place.operands.empty()) return;
  const Condition atom = place;
  place = negated(atom);
  parts.push_back({atom, whole});
  place = atom;
}

std::vector<Part> parts_of(const spec::Spec& spec, const Condition& when) {
  Condition whole = written_out(spec, when);
  std::vector<Part> parts;
  add_parts_of(whole, whole, parts);
  return parts;
}

// Whether a list stands within the condition's own.
bool is_nested(const Condition& condition) {
  return std::any_of(condition.operands.begin(), condition.operands.end(),
                     [](const Condition& operand) { return operand.operands.size() > 1 || is_nested(operand); });
}

// One goal for each part that, were it otherwise, would turn the condition into `side`'s opposite.
void add_parts(std::vector<Goal>& goals, const spec::Spec& spec, const Goal& of, const Condition& when, bool side) {
  const std::vector<Part> parts = parts_of(spec, when);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool of_walk = parts[i].atom.word == spec::Word::walk;
    Goal goal = of;
    goal.id += fmt::format("/{}/part_{:02}_{}", side ? "holds_by" : "fails_by", i, parts[i].atom.name);
    goal.demands.push_back(at_end(when, side));
    goal.demands.push_back(at_end(parts[i].otherwise, !side));
    goal.last = of_walk ? 2 : 1;
    goals.push_back(goal);
    if (!of_walk) continue;
    goal.id += "_not_present";
    goal.ending = Ending::not_present;
    goal.last = 1;
    goals.push_back(goal);
  }
}

Goal of_page(const std::string& id, const spec::Citation& cite, std::vector<Demand> demands) {
  return walk_goal("decides/" + id, cite, kLevels, Ending::page, 1, std::move(demands));
}

// What the AND of the entries decides is decided by one entry alone, of each level. `of` says what is then seen; where
// the condition fails, it fails by that.
void add_lacking(std::vector<Goal>& goals, const spec::Spec& spec, const Goal& of, const Condition& when, bool holds) {
  for (const auto& [atom, otherwise] : parts_of(spec, when)) {
    const bool nonleaf = atom.word == spec::Word::nonleaf;
    if (!nonleaf && atom.word != spec::Word::all) continue;
    for (int level = kLevels; level >= (nonleaf ? 2 : 1); --level) {
      Goal goal = of;
      goal.id += fmt::format("/{}_lacking_at_{}", atom.name, level);
      if (!holds) goal.demands.push_back(at_end(otherwise, true));
      for (int other = kLevels; other >= 1; --other) {
        const ept_word mask = mask_of(atom.bits);
        goal.demands.push_back(entry_bits(other, mask, other == level ? 0 : mask));
      }
      goals.push_back(goal);
    }
  }
}

void add_violations(std::vector<Goal>& goals, const spec::Spec& spec) {
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage != spec::ViolationStage::permissions) continue;
    const Demand alone = outcome_is("rules", bit_of(rule.bit));
    const auto goal = [&](std::vector<Demand> demands) {
      return of_page("violation/" + rule.id, rule.cite, std::move(demands));
    };
    add_parts(goals, spec, goal({result_is(EPT_TRANSLATED)}), rule.when, false);
    add_lacking(goals, spec, goal({alone}), rule.when, true);
    // Otherwise that each part is needed has been shown.
    if (is_nested(rule.when)) add_parts(goals, spec, goal({result_is(EPT_VIOLATION), alone}), rule.when, true);
  }
  const spec::SubPageCheck& check = spec.sub_page_check;
  const Goal goal =
      of_page("sub_page_check", check.cite,
              {result_is(EPT_VIOLATION), outcome_is("rules", bit_of(spec.violations.at(check.only).bit))});
  add_parts(goals, spec, goal, check.when, false);
  add_lacking(goals, spec, goal, check.when, false);
}

void add_qualification(std::vector<Goal>& goals, const spec::Spec& spec, const spec::QualificationBit& bit) {
  const ept_word here = bit_of(bit.bit);
  const std::string id = "qualification/" + bit.id;
  const Demand defined = outcome_is("qualification_defined", here, here);
  const Goal undefined = of_page(id + "/undefined", bit.cite, {result_is(EPT_VIOLATION)});
  const Goal set = of_page(id + "/set", bit.cite, {result_is(EPT_VIOLATION), defined});
  for (const bool side : {false, true}) {
    if (bit.undefined) add_parts(goals, spec, undefined, *bit.undefined, side);
    add_parts(goals, spec, set, bit.set, side);
  }
  // A bit that reports an attribute is set whatever else is so.
  const ept_word usual = usual_attributes(spec);
  if ((bits_named(spec, bit.set, spec::Word::access) & ~usual) == 0) return;
  const auto add = [&](const std::string& with, const Demand& demand) {
    goals.push_back(of_page(id + "/set_with/" + with, bit.cite,
                            {result_is(EPT_VIOLATION), defined, outcome_is("qualification", here, here), demand}));
  };
  for (const spec::NamedBits& attribute : spec.attributes) {
    const ept_word mask = mask_of(attribute.bits);
    if ((mask & usual) == 0) add(attribute.id, {Demand::Subject::access, mask, mask});
  }
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (condition.stage == spec::Stage::configuration) add(condition.id, holds(condition.when));
  }
}

Goal entry_goal(const spec::Spec& spec, const std::string& id, const spec::Rule& rule, const spec::Format& format) {
  Goal goal =
      of_page(fmt::format("misconfiguration/{}/{}/{}", rule.id, format.id, id), rule.cite, {of_format(spec, format)});
  goal.levels = levels_for(format);
  goal.last = format.maps_page ? format.level : 1;
  return goal;
}

// An entry that would break the rule if the rule concerned its format, or if its last part held.
void add_entries(std::vector<Goal>& goals, const spec::Spec& spec, const spec::Rule& rule, std::size_t f) {
  const spec::Format& format = spec.formats[f];
  const auto add = [&](const std::string& id, const Condition& when) {
    goals.push_back(entry_goal(spec, id, rule, format));
    goals.back().demands.push_back(refuses(when, format.level));
  };
  if (!concerns(rule, f)) return add("not_concerned", rule.when);
  for (const auto& [atom, otherwise] : parts_of(spec, rule.when)) {
    if (atom.word != spec::Word::entry) add("but_for_" + atom.name, otherwise);  // each pattern of those is a cell
  }
}

// A value that is forbidden, with the bit above it set as well.
void add_values(std::vector<Goal>& goals, const spec::Spec& spec, const spec::Rule& rule, std::size_t f) {
  const Condition& when = rule.when;
  const spec::Format& format = spec.formats[f];
  if (when.kind != Condition::Kind::one_of || !concerns(rule, f)) return;
  for (const std::uint64_t value : when.values) {
    Goal goal = entry_goal(spec, fmt::format("value_{}_and_bit_above", value), rule, format);
    goal.ending = Ending::misconfigured;
    goal.last = format.level;
    const ept_word above = bit_of(when.bits.high + 1);
    goal.demands.push_back(entry_bits(format.level, above | mask_of(when.bits), above | value << when.bits.low));
    goal.demands.push_back(breaks_only(rule, format.level));
    goals.push_back(goal);
  }
}

}  // namespace

std::vector<Goal> decision_goals(const spec::Spec& spec) {
  std::vector<Goal> goals;
  add_violations(goals, spec);
  for (const spec::QualificationBit& bit : spec.qualification) add_qualification(goals, spec, bit);
  for (const spec::Rule& rule : spec.misconfigurations) {
    for (std::size_t f = 0; f < spec.formats.size(); ++f) {
      if (rule.when.kind == Condition::Kind::any_of_kind) continue;  // each bit is a cell
      add_entries(goals, spec, rule, f);
      add_values(goals, spec, rule, f);
    }
  }
  // A part that a condition repeats gives the same goal twice.
  std::sort(goals.begin(), goals.end(), [](const Goal& a, const Goal& b) { return a.id < b.id; });
  goals.erase(std::unique(goals.begin(), goals.end(), [](const Goal& a, const Goal& b) { return a.id == b.id; }),
              goals.end());
  for (Goal& goal : goals) goal.synthetic = true;
  return goals;
}

}  // namespace vectors
