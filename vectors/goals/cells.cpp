// Isolating cells, of entries and of the EPTP, and what they must be told apart from: bits that break no rule.
#include <algorithm>

#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

// Entries of level 5 exist in a 5-level walk only; all others are tried in one of 4 levels.
int levels_for(const spec::Format& format) { return format.level == 5 ? 5 : 4; }

Goal cell(const spec::Rule& rule, const spec::Format& format, std::size_t index, const Way& way) {
  Goal goal;
  goal.id = fmt::format("cell/{}/{}/{}", format.id, rule.id, way.id);
  goal.cite = cited(rule.cite);
  goal.levels = levels_for(format);
  goal.ending = Ending::misconfigured;
  goal.last = format.level;
  goal.breaks = rule.id;
  goal.demands = {{Subject::format, ~ept_word{0}, index, format.level},
                  {Subject::entry_rules, ~ept_word{0}, ept_word{1} << rule.bit, format.level}};
  goal.demands.push_back(way.alone ? Demand{Subject::reserved_bits, ~ept_word{0}, way.value, format.level}
                                   : entry_bits(format.level, way.mask, way.value));
  return goal;
}

// The same put as a question about the entry alone.
Goal as_entry(Goal goal) {
  goal.id = "entry/" + goal.id;
  goal.question = Question::entry;
  return goal;
}

// A bit that may be 1: of a field that is ignored, always or in some configuration, or the ends of an address.
Goal legal_bit(const spec::Format& format, std::size_t index, const spec::Field& field, unsigned bit) {
  Goal goal;
  goal.id = fmt::format("legal/{}/bit_{:02}", format.id, bit);
  goal.cite = cited(field.cite);
  goal.levels = levels_for(format);
  goal.last = format.maps_page ? format.level : 1;
  goal.demands = {{Subject::format, ~ept_word{0}, index, format.level},
                  entry_bits(format.level, ept_word{1} << bit, ept_word{1} << bit),
                  outcome_is("result", EPT_TRANSLATED)};
  return goal;
}

// All bits of an address at once: none of them is taken for one that must be 0.
Goal all_bits(const spec::Format& format, std::size_t index, const spec::Field& field, const spec::Bits& bits) {
  Goal goal = legal_bit(format, index, field, bits.low);
  goal.id = fmt::format("legal/{}/{}", format.id, field.id);
  goal.demands[1] = entry_bits(format.level, mask_of(bits), mask_of(bits));
  return goal;
}

void add_legal_bits(std::vector<Goal>& goals, const spec::Format& format, std::size_t index, int maxphyaddr) {
  for (const spec::Field& field : format.fields) {
    const bool address = field.kind == spec::FieldKind::address;
    if (!address && !field.when && field.kind != spec::FieldKind::ignored) continue;
    const spec::Bits bits = bits_at(field.bits, maxphyaddr);
    if (address) goals.push_back(all_bits(format, index, field, bits));
    for (unsigned bit = bits.low; bit <= bits.high; ++bit) {
      if (!address || bit == bits.low || bit == bits.high) goals.push_back(legal_bit(format, index, field, bit));
    }
  }
}

Goal eptp_goal(const std::string& id, const spec::Citation& cite, ept_word rules) {
  Goal goal;
  goal.id = id;
  goal.cite = cited(cite);
  goal.question = Question::eptp;
  goal.demands = {{Subject::eptp_rules, ~ept_word{0}, rules}};
  return goal;
}

// No bit at all that the rule forbids, but this one.
Demand eptp_way(const spec::Format& eptp, const Way& way, int maxphyaddr) {
  ept_word mask = way.mask;
  for (const spec::Field& field : eptp.fields) {
    const bool must_be_zero =
        field.kind == spec::FieldKind::reserved || field.kind == spec::FieldKind::beyond_maxphyaddr;
    if (way.alone && must_be_zero) mask |= mask_of(bits_at(field.bits, maxphyaddr));
  }
  return {Subject::eptp, mask, way.value};
}

// All bits of the root's address, asked of VM entry and of a walk.
void add_root_address(std::vector<Goal>& goals, const spec::Field& field, int maxphyaddr) {
  const ept_word all = mask_of(bits_at(field.bits, maxphyaddr));
  Goal goal = eptp_goal("eptp/accepted/" + field.id, field.cite, 0);
  goal.demands.push_back({Subject::eptp, all, all});
  goals.push_back(goal);
  for (const int levels : {4, 5}) {
    goal.id = fmt::format("legal/eptp/{}/{}", field.id, levels);
    goal.question = Question::walk;
    goal.levels = levels;
    goal.last = 1;
    goal.demands = {{Subject::eptp, all, all}, outcome_is("result", EPT_TRANSLATED)};
    goals.push_back(goal);
  }
}

void add_accepted_values(std::vector<Goal>& goals, const spec::Spec& spec, int maxphyaddr) {
  for (const spec::Field& field : spec.eptp.fields) {
    if (field.kind == spec::FieldKind::address) add_root_address(goals, field, maxphyaddr);
    if (field.kind != spec::FieldKind::field) continue;
    const spec::Bits bits = bits_at(field.bits);
    for (ept_word value = 0; value <= mask_of(bits) >> bits.low; ++value) {
      Goal goal = eptp_goal(fmt::format("eptp/accepted/{}_{}", field.id, value), field.cite, 0);
      goal.demands.push_back({Subject::eptp, mask_of(bits), value << bits.low});
      goals.push_back(goal);
    }
  }
}

}  // namespace

std::vector<Goal> cell_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals;
  for (std::size_t f = 0; f < spec.formats.size(); ++f) {
    const spec::Format& format = spec.formats[f];
    for (const spec::Rule& rule : spec.misconfigurations) {
      if (std::find(rule.formats.begin(), rule.formats.end(), f) == rule.formats.end()) continue;
      for (const Way& way : ways_to_break(spec, rule, format, spec::Word::entry, maxphyaddr)) {
        goals.push_back(cell(rule, format, f, way));
        goals.push_back(as_entry(goals.back()));
      }
    }
    add_legal_bits(goals, format, f, maxphyaddr);
  }
  return goals;
}

std::vector<Goal> eptp_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals;
  for (const spec::Rule& rule : spec.eptp_rules) {
    for (const Way& way : ways_to_break(spec, rule, spec.eptp, spec::Word::eptp, maxphyaddr)) {
      Goal goal = eptp_goal(fmt::format("cell/eptp/{}/{}", rule.id, way.id), rule.cite, ept_word{1} << rule.bit);
      goal.breaks = rule.id;
      goal.demands.push_back(eptp_way(spec.eptp, way, maxphyaddr));
      goals.push_back(goal);
    }
  }
  add_accepted_values(goals, spec, maxphyaddr);
  return goals;
}

}  // namespace vectors
