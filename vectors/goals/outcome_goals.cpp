// What a walk shows beside its result: where it leads, the memory type it gives, the flags it sets; of a violation each
// bit of the exit qualification set, clear and undefined, convertibility, addresses too wide for the walk; what an exit
// repeats of the case.
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

// What an exit repeats of the case: all bits below what the last entry is about are set, and none of them gets lost.
void add_repeated(std::vector<Goal>& goals, const spec::Spec& spec, const spec::OutcomeMember& member, int levels) {
  for (const Stop& stop : stops(spec, levels)) {
    if ((member.results >> stop.result & 1) == 0) continue;
    const ept_word offset = bit_of(static_cast<unsigned>(ept_index_low(stop.last))) - 1;
    const auto add = [&](const std::string& what, std::vector<Demand> demands) {
      demands.push_back(result_is(stop.result));
      goals.push_back(walk_goal(fmt::format("saved/{}/{}/{}{}", levels, member.id, stop.name, what), member.cite,
                                levels, stop.ending, stop.last, std::move(demands)));
    };
    add("", {{Subject::gpa, offset, offset}});
    if (stop.last != 1) continue;
    constexpr ept_word kEntry = EPT_ACCESS_GUEST_PAGING_STRUCTURE;
    add("_of_guest_entry", {{Subject::gpa, offset, offset & ~ept_word{7}}, {Subject::access, kEntry, kEntry}});
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
      const Demand address{Subject::gpa, mask_of(field.bits), bit_of(bit)};
      const std::string id = fmt::format("width/{}/bit_{:02}/", levels, bit);
      goals.push_back(
          walk_goal(id + "violation", field.cite, levels, Ending::before_walk, 0, {address, result_is(EPT_VIOLATION)}));
      goals.push_back(
          walk_goal(id + "translated", field.cite, levels, Ending::page, 1, {address, result_is(EPT_TRANSLATED)}));
    }
  }
}

}  // namespace

std::vector<Goal> outcome_goals(const spec::Spec& spec, int levels) {
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
  for (const spec::QualificationBit& bit : spec.qualification) add_qualification(goals, bit, levels);
  for (int level = levels; level >= 1; --level)
    add_convertibility(goals, spec, levels, Ending::not_present, level, fmt::format("not_present_at_{}", level));
  for (const spec::Format* page : page_formats(spec))
    add_convertibility(goals, spec, levels, Ending::page, page->level, page->id);
  add_convertibility(goals, spec, levels, Ending::before_walk, 0, "before_walk");
  add_wide_addresses(goals, spec, levels);
  for (const spec::OutcomeMember& member : spec.outcome) {
    if (member.kind == spec::MemberKind::input) add_repeated(goals, spec, member, levels);
  }
  return goals;
}

}  // namespace vectors
