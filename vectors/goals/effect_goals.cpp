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
  for (const spec::Format* page : page_formats(spec)) {
    list.push_back({"translated_" + page->id, Ending::page, page->level, EPT_TRANSLATED});
    list.push_back({"violation_" + page->id, Ending::page, page->level, EPT_VIOLATION});
    list.push_back({"sub_page_check_" + page->id, Ending::page, page->level, EPT_SUB_PAGE_CHECK});
  }
  for (int level = levels; level >= 1; --level) {
    list.push_back({fmt::format("not_present_at_{}", level), Ending::not_present, level, EPT_VIOLATION});
    list.push_back({fmt::format("misconfiguration_at_{}", level), Ending::misconfigured, level, EPT_MISCONFIGURATION});
  }
  return list;
}

Goal flag_goal(const spec::Spec& spec, const spec::Flag& flag, int levels, const Stop& stop, const char* effect) {
  Goal goal = walk_goal(fmt::format("flag/{}/{}/{}/{}", levels, flag.id, effect, stop.name), flag.cite, levels,
                        stop.ending, stop.last, {result_is(stop.result)});
  const spec::Field* field = find_id(page_formats(spec).back()->fields, flag.id);
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
  for (const spec::Format* page : page_formats(spec)) {
    const Stop stop{"offset_in_" + page->id, Ending::page, page->level, EPT_TRANSLATED};
    const ept_word offset = bit_of(static_cast<unsigned>(ept_index_low(page->level))) - 1;
    goals.push_back(flag_goal(spec, flag, levels, stop, "must"));
    goals.back().demands.push_back({Subject::gpa, offset, offset});
  }
}

void add_memory_types(std::vector<Goal>& goals, const spec::Format& format, int levels) {
  const spec::Field& type = *find_id(format.fields, "memory_type");
  const spec::Bits bits = bits_at(type.bits);
  for (ept_word value = 0; value <= mask_of(bits) >> bits.low; ++value) {
    for (const ept_word ignore_pat : {ept_word{0}, ept_word{1}})
      goals.push_back(walk_goal(
          fmt::format("memory/{}/{}/type_{}/ignore_pat_{}", levels, format.id, value, ignore_pat), type.cite, levels,
          Ending::page, format.level,
          {result_is(EPT_TRANSLATED), outcome_is("memory_type", value), outcome_is("ignore_pat", ignore_pat)}));
  }
}

// All bits below the page set, and all bits of each index in turn.
void add_addresses(std::vector<Goal>& goals, const spec::Spec& spec, int levels, const spec::Format& format) {
  for (const spec::Level& level : spec.levels) {
    if (level.level < format.level || level.level > levels) continue;
    const auto add = [&](const std::string& what, ept_word bits) {
      goals.push_back(walk_goal(fmt::format("leaf/{}/{}/{}", levels, format.id, what), level.cite, levels, Ending::page,
                                format.level, {result_is(EPT_TRANSLATED), {Subject::gpa, bits, bits}}));
    };
    if (level.level == format.level) add("offset", bit_of(level.index.low) - 1);
    // An index of 5 levels has 4 bits: an address has no more than 52.
    add(fmt::format("index_{}", level.level), mask_of(level.index) & ((ept_word{1} << spec.max_maxphyaddr) - 1));
  }
}

}  // namespace

std::vector<Goal> effect_goals(const spec::Spec& spec, int levels) {
  std::vector<Goal> goals;
  for (const spec::Format* page : page_formats(spec)) {
    add_addresses(goals, spec, levels, *page);
    add_memory_types(goals, *page, levels);
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
