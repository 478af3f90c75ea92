// What a walk does beside refusing: where it leads, the memory type it gives, the flags it sets.
#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

// A way for a walk to end in which flags may have been set.
struct Stop {
  std::string name;
  Ending ending;
  int last;
  ept_result result;
};

std::vector<Stop> stops(const spec::Spec& spec, int levels) {
  std::vector<Stop> list;
  for (const int level : page_levels(spec)) {
    const std::string& page = page_format(spec, level).id;
    list.push_back({"translated_" + page, Ending::page, level, EPT_TRANSLATED});
    list.push_back({"violation_" + page, Ending::page, level, EPT_VIOLATION});
    list.push_back({"sub_page_check_" + page, Ending::page, level, EPT_SUB_PAGE_CHECK});
  }
  for (int level = levels; level >= 1; --level) {
    list.push_back({fmt::format("not_present_at_{}", level), Ending::not_present, level, EPT_VIOLATION});
    list.push_back({fmt::format("misconfiguration_at_{}", level), Ending::misconfigured, level, EPT_MISCONFIGURATION});
  }
  return list;
}

Goal flag_goal(const spec::Spec& spec, const spec::Flag& flag, int levels, const Stop& stop, const char* effect) {
  Goal goal;
  goal.id = fmt::format("flag/{}/{}/{}/{}", levels, flag.id, effect, stop.name);
  goal.cite = cited(flag.cite);
  goal.levels = levels;
  goal.ending = stop.ending;
  goal.last = stop.last;
  goal.demands = {outcome_is("result", stop.result)};
  const spec::Field* field = find_id(page_format(spec, 1).fields, flag.id);
  if (field->when) goal.demands.push_back(holds(*field->when));
  const ept_word levels_of_walk = ((ept_word{2} << levels) - 1) & ~ept_word{1};
  for (const std::string kind : {"must", "may"}) {
    const std::string member = flag.id + "_" + kind;
    goal.demands.push_back(kind == effect ? outcome_has(member, levels_of_walk) : outcome_is(member, 0));
  }
  return goal;
}

// Set by an access to the last byte of a page as by any other: what keeps a log of such pages must not keep the byte.
void add_flag_at_offset(std::vector<Goal>& goals, const spec::Spec& spec, const spec::Flag& flag, int levels) {
  for (const int level : page_levels(spec)) {
    const Stop stop{"offset_in_" + page_format(spec, level).id, Ending::page, level, EPT_TRANSLATED};
    Goal goal = flag_goal(spec, flag, levels, stop, "must");
    const ept_word offset = (ept_word{1} << ept_index_low(level)) - 1;
    goal.demands.push_back({Subject::gpa, offset, offset});
    goals.push_back(std::move(goal));
  }
}

void add_memory_types(std::vector<Goal>& goals, const spec::Format& format, int levels) {
  const spec::Field& type = *find_id(format.fields, "memory_type");
  const spec::Bits bits = bits_at(type.bits);
  for (ept_word value = 0; value <= mask_of(bits) >> bits.low; ++value) {
    for (const ept_word ignore_pat : {ept_word{0}, ept_word{1}}) {
      Goal goal;
      goal.id = fmt::format("memory/{}/{}/type_{}/ignore_pat_{}", levels, format.id, value, ignore_pat);
      goal.cite = cited(type.cite);
      goal.levels = levels;
      goal.last = format.level;
      goal.demands = {outcome_is("result", EPT_TRANSLATED), outcome_is("memory_type", value),
                      outcome_is("ignore_pat", ignore_pat)};
      goals.push_back(goal);
    }
  }
}

// All bits below the page set, and all bits of each index in turn.
void add_addresses(std::vector<Goal>& goals, const spec::Spec& spec, int levels, const spec::Format& format) {
  for (const spec::Level& level : spec.levels) {
    if (level.level < format.level || level.level > levels) continue;
    const bool page = level.level == format.level;
    Goal goal;
    goal.cite = cited(level.cite);
    goal.levels = levels;
    goal.last = format.level;
    const ept_word offset = (ept_word{1} << level.index.low) - 1;
    // An index of 5 levels has 4 bits: an address has no more than 52.
    const ept_word index = mask_of(level.index) & ((ept_word{1} << spec.max_maxphyaddr) - 1);
    goal.demands = {outcome_is("result", EPT_TRANSLATED)};
    if (page) {
      goal.id = fmt::format("leaf/{}/{}/offset", levels, format.id);
      goal.demands.push_back({Subject::gpa, offset, offset});
      goals.push_back(goal);
    }
    goal.id = fmt::format("leaf/{}/{}/index_{}", levels, format.id, level.level);
    goal.demands.resize(1);
    goal.demands.push_back({Subject::gpa, index, index});
    goals.push_back(goal);
  }
}

}  // namespace

std::vector<Goal> effect_goals(const spec::Spec& spec, int levels) {
  std::vector<Goal> goals;
  for (const int level : page_levels(spec)) {
    add_addresses(goals, spec, levels, page_format(spec, level));
    add_memory_types(goals, page_format(spec, level), levels);
  }
  for (const spec::Flag& flag : spec.flags) {
    for (const Stop& stop : stops(spec, levels)) {
      for (const char* effect : {"must", "may", "never"}) goals.push_back(flag_goal(spec, flag, levels, stop, effect));
    }
    add_flag_at_offset(goals, spec, flag, levels);
  }
  return goals;
}

}  // namespace vectors
