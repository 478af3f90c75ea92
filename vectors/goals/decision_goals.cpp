// What keeps conditions apart from ones that are nearly the same: cases in which one part decides, alone, whether a
// condition holds (the criterion is known as MC/DC). Conditions are taken with the named ones written out.
#include <algorithm>

#include <fmt/format.h>

#include "vectors/goals/goals.h"
#include "vectors/goals/partial.h"

namespace vectors {

namespace {

using spec::Condition;
using Subject = Demand::Subject;

constexpr int kLevels = 4;  // of walks; with five a condition means the same

Condition written_out(const spec::Spec& spec, const Condition& condition) {
  if (condition.kind == Condition::Kind::named) return written_out(spec, spec.conditions.at(condition.named).when);
  Condition out = condition;
  for (Condition& operand : out.operands) operand = written_out(spec, operand);
  return out;
}

void find_atoms(Condition& condition, std::vector<Condition*>& atoms) {
  if (condition.operands.empty()) atoms.push_back(&condition);
  for (Condition& operand : condition.operands) find_atoms(operand, atoms);
}

Condition negated(const Condition& condition) {
  Condition negation;
  negation.kind = Condition::Kind::negation;
  negation.operands = {condition};
  return negation;
}

Demand at_the_end(const Condition& condition, bool holds) {
  Demand demand{Subject::at_end, 1, holds ? ept_word{1} : ept_word{0}};
  demand.condition = condition;
  return demand;
}

// Whether a list stands within the condition's own.
bool is_nested(const Condition& condition) {
  const auto has_operands = [](const Condition& operand) {
    return operand.operands.size() > 1 || (!operand.operands.empty() && is_nested(operand));
  };
  return std::any_of(condition.operands.begin(), condition.operands.end(), has_operands);
}

// One goal for each part that, were it otherwise, would turn the condition into `side`'s opposite.
void add_parts(std::vector<Goal>& goals, const spec::Spec& spec, const Goal& of, const Condition& when, bool side) {
  Condition whole = written_out(spec, when);
  std::vector<Condition*> atoms;
  find_atoms(whole, atoms);
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const Condition atom = *atoms[i];
    Goal goal = of;
    goal.id = fmt::format("{}/{}/{}_{:02}_{}", of.id, side ? "holds_by" : "fails_by", "part", i, atom.name);
    goal.demands.push_back(at_the_end(whole, side));
    *atoms[i] = negated(atom);
    goal.demands.push_back(at_the_end(whole, !side));
    *atoms[i] = atom;
    const bool of_walk = atom.word == spec::Word::walk;
    goal.last = of_walk ? 2 : 1;
    goals.push_back(goal);
    if (!of_walk) continue;
    goal.id += "_not_present";
    goal.ending = Ending::not_present;
    goal.last = 1;
    goals.push_back(goal);
  }
}

Goal walk_goal(std::string id, const spec::Citation& cite) {
  Goal goal;
  goal.id = std::move(id);
  goal.cite = cited(cite);
  goal.levels = kLevels;
  goal.last = 1;
  return goal;
}

// What the AND of the entries decides is decided by one entry alone, of each level. `of` says what is then seen; where
// the condition fails, it fails by that.
void add_lacking(std::vector<Goal>& goals, const spec::Spec& spec, const Goal& of, const Condition& when, bool holds) {
  Condition whole = written_out(spec, when);
  std::vector<Condition*> atoms;
  find_atoms(whole, atoms);
  for (Condition* const place : atoms) {
    const Condition atom = *place;
    const bool nonleaf = atom.word == spec::Word::nonleaf;
    if (!nonleaf && atom.word != spec::Word::all) continue;
    *place = negated(atom);
    const Demand otherwise = at_the_end(whole, true);
    *place = atom;
    for (int level = kLevels; level >= (nonleaf ? 2 : 1); --level) {
      Goal goal = of;
      goal.id += fmt::format("/{}_lacking_at_{}", atom.name, level);
      if (!holds) goal.demands.push_back(otherwise);
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
    Goal goal = walk_goal("decides/violation/" + rule.id, rule.cite);
    goal.demands = {outcome_is("result", EPT_TRANSLATED)};
    add_parts(goals, spec, goal, rule.when, false);
    goal.demands = {outcome_is("rules", ept_word{1} << rule.bit)};
    add_lacking(goals, spec, goal, rule.when, true);
    if (!is_nested(rule.when)) continue;  // that each part is needed has been shown
    goal.demands = {outcome_is("result", EPT_VIOLATION), outcome_is("rules", ept_word{1} << rule.bit)};
    add_parts(goals, spec, goal, rule.when, true);
  }
  const spec::SubPageCheck& check = spec.sub_page_check;
  Goal goal = walk_goal("decides/sub_page_check", check.cite);
  goal.demands = {outcome_is("result", EPT_VIOLATION),
                  outcome_is("rules", ept_word{1} << spec.violations.at(check.only).bit)};
  add_parts(goals, spec, goal, check.when, false);
  add_lacking(goals, spec, goal, check.when, false);
}

// A bit that reports an attribute is set whatever else is so.
void add_company(std::vector<Goal>& goals, const spec::Spec& spec, const spec::QualificationBit& bit) {
  const ept_word usual = usual_attributes(spec);
  if ((bits_named(spec, bit.set, spec::Word::access) & ~usual) == 0) return;
  const ept_word here = ept_word{1} << bit.bit;
  const auto add = [&](const std::string& with, const Demand& demand) {
    Goal goal = walk_goal(fmt::format("decides/qualification/{}/set_with/{}", bit.id, with), bit.cite);
    goal.demands = {outcome_is("result", EPT_VIOLATION), outcome_is("qualification_defined", here, here),
                    outcome_is("qualification", here, here), demand};
    goals.push_back(goal);
  };
  for (const spec::NamedBits& attribute : spec.attributes) {
    const ept_word mask = mask_of(attribute.bits);
    if ((mask & usual) == 0) add(attribute.id, {Subject::access, mask, mask});
  }
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (condition.stage == spec::Stage::configuration) add(condition.id, holds(condition.when));
  }
}

void add_qualification(std::vector<Goal>& goals, const spec::Spec& spec) {
  for (const spec::QualificationBit& bit : spec.qualification) {
    Goal goal = walk_goal("decides/qualification/" + bit.id, bit.cite);
    goal.demands = {outcome_is("result", EPT_VIOLATION)};
    if (bit.undefined) {
      goal.id += "/undefined";
      for (const bool side : {false, true}) add_parts(goals, spec, goal, *bit.undefined, side);
    }
    goal.id = "decides/qualification/" + bit.id + "/set";
    goal.demands.push_back(outcome_is("qualification_defined", ept_word{1} << bit.bit, ept_word{1} << bit.bit));
    for (const bool side : {false, true}) add_parts(goals, spec, goal, bit.set, side);
    add_company(goals, spec, bit);
  }
}

bool concerns(const spec::Rule& rule, std::size_t format) {
  return std::find(rule.formats.begin(), rule.formats.end(), format) != rule.formats.end();
}

Goal entry_goal(const std::string& id, const spec::Rule& rule, const spec::Format& format, std::size_t index) {
  Goal goal = walk_goal(fmt::format("decides/misconfiguration/{}/{}/{}", rule.id, format.id, id), rule.cite);
  goal.levels = std::max(kLevels, format.level);
  goal.last = format.maps_page ? format.level : 1;
  goal.demands = {{Subject::format, ~ept_word{0}, index, format.level}};
  return goal;
}

// An entry that would break the rule if the rule concerned its format, or if its last part held.
void add_entries(std::vector<Goal>& goals, const spec::Spec& spec, const spec::Rule& rule, std::size_t f) {
  const spec::Format& format = spec.formats[f];
  const auto add = [&](Goal goal, const Condition& when) {
    Demand demand{Subject::refuses, 1, 1, format.level};
    demand.condition = when;
    goal.demands.push_back(demand);
    goals.push_back(goal);
  };
  if (!concerns(rule, f)) return add(entry_goal("not_concerned", rule, format, f), rule.when);
  Condition whole = written_out(spec, rule.when);
  std::vector<Condition*> atoms;
  find_atoms(whole, atoms);
  for (Condition* atom : atoms) {
    if (atom->word == spec::Word::entry) continue;  // each pattern of these is a cell
    const Condition before = *atom;
    *atom = negated(before);
    add(entry_goal("but_for_" + before.name, rule, format, f), whole);
    *atom = before;
  }
}

// A value that is forbidden, with the bit above it set as well.
void add_values(std::vector<Goal>& goals, const spec::Rule& rule, const spec::Format& format, std::size_t f) {
  const Condition& when = rule.when;
  if (when.kind != Condition::Kind::one_of || !concerns(rule, f)) return;
  for (const std::uint64_t value : when.values) {
    Goal goal = entry_goal(fmt::format("value_{}_and_bit_above", value), rule, format, f);
    goal.ending = Ending::misconfigured;
    goal.last = format.level;
    const ept_word above = ept_word{2} << when.bits.high;
    goal.demands.push_back(entry_bits(format.level, above | mask_of(when.bits), above | value << when.bits.low));
    goal.demands.push_back({Subject::entry_rules, ~ept_word{0}, ept_word{1} << rule.bit, format.level});
    goals.push_back(goal);
  }
}

}  // namespace

std::vector<Goal> decision_goals(const spec::Spec& spec) {
  std::vector<Goal> goals;
  add_violations(goals, spec);
  add_qualification(goals, spec);
  for (const spec::Rule& rule : spec.misconfigurations) {
    for (std::size_t f = 0; f < spec.formats.size(); ++f) {
      if (rule.when.kind == Condition::Kind::any_of_kind) continue;  // each bit is a cell
      add_entries(goals, spec, rule, f);
      add_values(goals, rule, spec.formats[f], f);
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
