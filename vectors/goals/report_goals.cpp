// What a violation reports: each bit of the exit qualification set, clear and undefined; convertibility; addresses too
// wide for the walk.
#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

Goal ended(std::string id, const spec::Citation& cite, int levels, Ending ending, int last) {
  Goal goal;
  goal.id = std::move(id);
  goal.cite = cited(cite);
  goal.levels = levels;
  goal.ending = ending;
  goal.last = last;
  return goal;
}

void add_qualification(std::vector<Goal>& goals, const spec::QualificationBit& bit, int levels) {
  struct Place {
    const char* name;
    Ending ending;
    int last;
  };
  const ept_word here = ept_word{1} << bit.bit;
  for (const Place& place : {Place{"page", Ending::page, 1}, Place{"not_present", Ending::not_present, 1},
                             Place{"before_walk", Ending::before_walk, 0}}) {
    for (const char* state : {"set", "clear", "undefined"}) {
      const bool defined = std::string_view(state) != "undefined";
      const bool set = std::string_view(state) == "set";
      if (!defined && !bit.undefined) continue;
      Goal goal = ended(fmt::format("qualification/{}/{}/{}/{}", levels, bit.id, state, place.name), bit.cite, levels,
                        place.ending, place.last);
      goal.demands = {outcome_is("result", EPT_VIOLATION),
                      outcome_is("qualification_defined", defined ? here : 0, here),
                      outcome_is("qualification", set ? here : 0, here)};
      goals.push_back(goal);
    }
  }
}

// The parts of a condition that speak of the configuration by name.
void demand_configuration(const spec::Spec& spec, Goal& goal, const spec::Condition& condition) {
  for (const spec::Condition& part : condition.operands) {
    if (part.kind == spec::Condition::Kind::named && spec.conditions.at(part.named).stage == spec::Stage::configuration)
      goal.demands.push_back(holds(part));
  }
}

void add_convertibility(std::vector<Goal>& goals, const spec::Spec& spec, int levels, Ending ending, int last,
                        const std::string& place) {
  for (const char* state : {"convertible", "suppressed", "off", "undefined"}) {
    const std::string_view name(state);
    Goal goal = ended(fmt::format("ve/{}/{}/{}", levels, state, place), spec.convertible.cite, levels, ending, last);
    goal.demands = {outcome_is("result", EPT_VIOLATION), outcome_is("convertible_defined", name == "undefined" ? 0 : 1),
                    outcome_is("convertible", name == "convertible" ? 1 : 0)};
    if (name == "suppressed") demand_configuration(spec, goal, spec.convertible.when);
    if (name == "off" && ending != Ending::before_walk)
      goal.demands.push_back(entry_bits(last, EPT_ENTRY_SUPPRESS_VE, 0));
    goals.push_back(goal);
  }
}

void add_wide_addresses(std::vector<Goal>& goals, const spec::Spec& spec, int levels) {
  for (const spec::NamedBits& field : spec.address_fields) {
    for (unsigned bit = field.bits.low; bit <= field.bits.high; ++bit) {
      const Demand address{Subject::gpa, mask_of(field.bits), ept_word{1} << bit};
      Goal refused =
          ended(fmt::format("width/{}/bit_{:02}/violation", levels, bit), field.cite, levels, Ending::before_walk, 0);
      refused.demands = {address, outcome_is("result", EPT_VIOLATION)};
      goals.push_back(refused);
      Goal translated =
          ended(fmt::format("width/{}/bit_{:02}/translated", levels, bit), field.cite, levels, Ending::page, 1);
      translated.demands = {address, outcome_is("result", EPT_TRANSLATED)};
      goals.push_back(translated);
    }
  }
}

}  // namespace

std::vector<Goal> report_goals(const spec::Spec& spec, int levels) {
  std::vector<Goal> goals;
  for (const spec::QualificationBit& bit : spec.qualification) add_qualification(goals, bit, levels);
  for (int level = levels; level >= 1; --level)
    add_convertibility(goals, spec, levels, Ending::not_present, level, fmt::format("not_present_at_{}", level));
  for (const int level : page_levels(spec))
    add_convertibility(goals, spec, levels, Ending::page, level, page_format(spec, level).id);
  add_convertibility(goals, spec, levels, Ending::before_walk, 0, "before_walk");
  add_wide_addresses(goals, spec, levels);
  return goals;
}

}  // namespace vectors
