#include "vectors/goals/goals.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "vectors/format/names.h"

namespace vectors {

namespace {

const ept_outcome_member* member_called(const std::string& name) {
  const auto* const found = std::find_if(std::begin(ept_outcome_members), std::end(ept_outcome_members),
                                         [&](const ept_outcome_member& member) { return name == member.name; });
  if (found == std::end(ept_outcome_members)) throw std::logic_error("ept_outcome has no member " + name);
  return found;
}

}  // namespace

Goal walk_goal(std::string id, const spec::Citation& cite, int levels, Ending ending, int last,
               std::vector<Demand> demands) {
  return {std::move(id), to_string(cite), Question::walk, levels, ending, last, std::move(demands)};
}

Demand result_is(ept_result result) { return {Demand::Subject::outcome, ~ept_word{0}, static_cast<ept_word>(result)}; }

Demand outcome_is(const std::string& member, ept_word value, ept_word mask) {
  return {Demand::Subject::outcome, mask, value, 0, member_called(member)};
}

Demand outcome_has(const std::string& member, ept_word mask) {
  return {Demand::Subject::outcome, mask, 0, 0, member_called(member), true};
}

Demand entry_bits(int level, ept_word mask, ept_word value) { return {Demand::Subject::entry, mask, value, level}; }

Demand of_format(const spec::Spec& spec, const spec::Format& format) {
  return {Demand::Subject::format, ~ept_word{0}, static_cast<ept_word>(&format - spec.formats.data()), format.level};
}

Demand breaks_only(const spec::Rule& rule, int level) {
  return {Demand::Subject::entry_rules, ~ept_word{0}, bit_of(rule.bit), level};
}

Demand holds(const spec::Condition& condition) {
  return {Demand::Subject::condition, 1, 1, 0, nullptr, false, condition};
}

Demand kind_is(int level, ept_kind kind) {
  return {Demand::Subject::kind, ~ept_word{0}, static_cast<ept_word>(kind), level};
}

Demand at_end(const spec::Condition& condition, bool holds, int level) {
  return {Demand::Subject::at_end, 1, holds ? ept_word{1} : 0, level, nullptr, false, condition};
}

Demand refuses(const spec::Condition& condition, int level) {
  return {Demand::Subject::refuses, 1, 1, level, nullptr, false, condition};
}

std::vector<const spec::Format*> page_formats(const spec::Spec& spec) {
  std::vector<const spec::Format*> formats;
  for (const spec::Format& format : spec.formats) {
    if (format.maps_page) formats.push_back(&format);
  }
  return formats;
}

bool concerns(const spec::Rule& rule, std::size_t format) {
  return std::find(rule.formats.begin(), rule.formats.end(), format) != rule.formats.end();
}

int levels_for(const spec::Format& format) { return std::max(4, format.level); }

ept_word usual_attributes(const spec::Spec& spec) {
  ept_word mask = 0;
  for (const spec::Access& access : spec.accesses) mask |= access.attributes;
  return mask;
}

std::vector<Goal> all_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals = eptp_goals(spec, maxphyaddr);
  const auto add = [&](std::vector<Goal> more) { std::move(more.begin(), more.end(), std::back_inserter(goals)); };
  add(cell_goals(spec, maxphyaddr));
  add(guard_goals(spec, maxphyaddr));
  add(decision_goals(spec));
  add(sub_page_goals(spec, maxphyaddr));
  for (const int levels : {4, 5}) {
    for (const auto& part : {priority_goals, permission_goals, outcome_goals}) add(part(spec, levels));
  }
  std::sort(goals.begin(), goals.end(), [](const Goal& a, const Goal& b) { return a.id < b.id; });
  return goals;
}

int judged_level(const Goal& goal) {
  const auto found =
      std::find_if(goal.demands.begin(), goal.demands.end(), [](const Demand& one) { return one.level > 0; });
  return found == goal.demands.end() ? goal.last : found->level;
}

Case asked_by(const Goal& goal, Case walk) {
  if (goal.question != Question::entry) return walk;
  const int level = judged_level(goal);
  walk.question = Question::entry;
  walk.entries = {walk.entries.at(static_cast<std::size_t>(walk.level - level))};
  walk.level = level;
  walk.access = walk.guest_physical_address = 0;
  return walk;
}

ept_registers configuration_of(const spec::Profile& profile) {
  ept_registers has{};
  has.maxphyaddr = static_cast<ept_word>(profile.maxphyaddr);
  for (const ept_register number : ept_configuration_registers)
    *ept_register_word(&has, number) = profile.registers.at(number);
  return has;
}

bool allows(const spec::Profile& profile, const ept_registers& controls) {
  const ept_registers has = configuration_of(profile);
  return std::all_of(kControls.begin(), kControls.end(), [&](const Controls& word) {
    return (controls_in(controls, word) & ~controls_in(has, word)) == 0;
  });
}

bool is_asked_of(const Goal& goal, const spec::Profile& profile) {
  return (profile.synthetic || !goal.synthetic) && allows(profile, with_ept());
}

spec::Condition negated(const spec::Condition& condition) {
  spec::Condition negation;
  negation.kind = spec::Condition::Kind::negation;
  negation.operands = {condition};
  return negation;
}

spec::Condition with_flipped(const spec::Spec& spec, const spec::Condition& condition, spec::Word word, ept_word mask) {
  if ((bits_named(spec, condition, word) & mask) == 0) return condition;
  if (condition.kind == spec::Condition::Kind::named)
    return with_flipped(spec, spec.conditions.at(condition.named).when, word, mask);
  spec::Condition changed = condition;
  for (spec::Condition& operand : changed.operands) operand = with_flipped(spec, operand, word, mask);
  const ept_word bit = mask >> condition.bits.low;
  if (condition.kind == spec::Condition::Kind::one_of) {
    for (std::uint64_t& value : changed.values) value ^= bit;
  }
  if (condition.kind != spec::Condition::Kind::nonzero) return changed;
  changed.kind = spec::Condition::Kind::one_of;  // the field would be 0 if it were only this bit
  changed.values = {bit};
  return negated(changed);
}

ept_word bits_named(const spec::Spec& spec, const spec::Condition& condition, spec::Word word) {
  const bool names =
      condition.kind == spec::Condition::Kind::nonzero || condition.kind == spec::Condition::Kind::one_of;
  ept_word bits = names && condition.word == word ? mask_of(condition.bits) : 0;
  for (const spec::Condition& operand : condition.operands) bits |= bits_named(spec, operand, word);
  if (condition.kind == spec::Condition::Kind::named)
    bits |= bits_named(spec, spec.conditions.at(condition.named).when, word);
  return bits;
}

}  // namespace vectors
