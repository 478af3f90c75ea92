// What a violation reports: each bit of the exit qualification set, clear and undefined; convertibility; addresses too
// wide for the walk.
#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

void add_qualification(std::vector<Goal>& goals, const spec::QualificationBit& bit, int levels) {
  const ept_word here = bit_of(bit.bit);
  for (const Violation& how : kViolations) {
    const auto add = [&](const char* state, ept_word defined, ept_word set) {
      goals.push_back(walk_goal(fmt::format("qualification/{}/{}/{}/{}", levels, bit.id, state, how.id), bit.cite,
                                levels, how.ending, how.last,
                                {result_is(EPT_VIOLATION), outcome_is("qualification_defined", defined, here),
                                 outcome_is("qualification", set, here)}));
    };
    add("set", here, here);
    add("clear", here, 0);
    if (bit.undefined) add("undefined", 0, 0);
  }
}

void add_convertibility(std::vector<Goal>& goals, const spec::Spec& spec, int levels, Ending ending, int last,
                        const std::string& place) {
  const auto add = [&](const char* state, ept_word defined, ept_word convertible) -> std::vector<Demand>& {
    goals.push_back(walk_goal(fmt::format("ve/{}/{}/{}", levels, state, place), spec.convertible.cite, levels, ending,
                              last,
                              {result_is(EPT_VIOLATION), outcome_is("convertible_defined", defined),
                               outcome_is("convertible", convertible)}));
    return goals.back().demands;
  };
  add("convertible", 1, 1);
  std::vector<Demand>& suppressed = add("suppressed", 1, 0);
  for (const spec::Condition& part : spec.convertible.when.operands) {
    const bool named = part.kind == spec::Condition::Kind::named;
    if (named && spec.conditions.at(part.named).stage == spec::Stage::configuration) suppressed.push_back(holds(part));
  }
  std::vector<Demand>& off = add("off", 1, 0);
  if (ending != Ending::before_walk) off.push_back(entry_bits(last, EPT_ENTRY_SUPPRESS_VE, 0));
  add("undefined", 0, 0);
}

void add_wide_addresses(std::vector<Goal>& goals, const spec::Spec& spec, int levels) {
  for (const spec::NamedBits& field : spec.address_fields) {
    for (unsigned bit = field.bits.low; bit <= field.bits.high; ++bit) {
      const Demand address{Demand::Subject::gpa, mask_of(field.bits), bit_of(bit)};
      const std::string id = fmt::format("width/{}/bit_{:02}/", levels, bit);
      goals.push_back(
          walk_goal(id + "violation", field.cite, levels, Ending::before_walk, 0, {address, result_is(EPT_VIOLATION)}));
      goals.push_back(
          walk_goal(id + "translated", field.cite, levels, Ending::page, 1, {address, result_is(EPT_TRANSLATED)}));
    }
  }
}

}  // namespace

std::vector<Goal> report_goals(const spec::Spec& spec, int levels) {
  std::vector<Goal> goals;
  for (const spec::QualificationBit& bit : spec.qualification) add_qualification(goals, bit, levels);
  for (int level = levels; level >= 1; --level)
    add_convertibility(goals, spec, levels, Ending::not_present, level, fmt::format("not_present_at_{}", level));
  for (const spec::Format* page : page_formats(spec))
    add_convertibility(goals, spec, levels, Ending::page, page->level, page->id);
  add_convertibility(goals, spec, levels, Ending::before_walk, 0, "before_walk");
  add_wide_addresses(goals, spec, levels);
  return goals;
}

}  // namespace vectors
