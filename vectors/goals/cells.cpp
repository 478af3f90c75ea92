// Isolating cells, of entries and of the EPTP, one for each way to break a rule; and what they must be told apart from:
// bits that break no rule.
#include <bit>

#include <fmt/format.h>

#include "spec/partial.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

bool is_empty(const spec::Field& field, int maxphyaddr) {
  return field.bits.high.at(maxphyaddr) < field.bits.low.at(maxphyaddr);
}

// Fields of several bits with their value, flags that are set by their name: "write+execute", "memory_type_2".
std::string name_of(const spec::Format& format, ept_word mask, ept_word value, int maxphyaddr) {
  std::string name;
  for (const spec::Field& field : format.fields) {
    if (is_empty(field, maxphyaddr)) continue;
    const ept_word here = mask_of(bits_at(field.bits, maxphyaddr));
    if ((mask & here) == 0) continue;
    const bool flag = std::has_single_bit(mask & here);
    if (flag && (value & here) == 0) continue;
    const std::string text =
        flag ? field.id : fmt::format("{}_{}", field.id, (value & here) >> bits_at(field.bits, maxphyaddr).low);
    name += name.empty() ? text : "+" + text;
  }
  return name.empty() ? "always" : name;
}

// The kind of field of which a bit must be 1 for a condition to hold.
std::optional<spec::FieldKind> kind_demanded(const spec::Condition& condition) {
  if (condition.kind == spec::Condition::Kind::any_of_kind) return condition.field_kind;
  if (condition.kind != spec::Condition::Kind::all_of) return std::nullopt;
  for (const spec::Condition& part : condition.operands) {
    if (part.kind == spec::Condition::Kind::any_of_kind) return part.field_kind;
  }
  return std::nullopt;
}

// A cell, and the same put as a question about the entry alone.
void add_cell(std::vector<Goal>& goals, const spec::Spec& spec, const spec::Rule& rule, const spec::Format& format,
              const Way& way) {
  Goal goal =
      walk_goal(fmt::format("cell/{}/{}/{}", format.id, rule.id, way.id), rule.cite, levels_for(format),
                Ending::misconfigured, format.level, {of_format(spec, format), breaks_only(rule, format.level)});
  goal.breaks = rule.id;
  goal.demands.push_back(way.alone ? Demand{Subject::reserved_bits, ~ept_word{0}, way.value, format.level}
                                   : entry_bits(format.level, way.mask, way.value));
  goals.push_back(goal);
  goal.id = "entry/" + goal.id;
  goal.question = Question::entry;
  goals.push_back(goal);
}

// Bits that may be 1: one of a field that is ignored, always or in some configuration, or an end of an address; or an
// address as a whole, of which no bit is taken for one that must be 0.
void add_legal_bits(std::vector<Goal>& goals, const spec::Spec& spec, const spec::Format& format, int maxphyaddr) {
  const auto add = [&](const spec::Field& field, const std::string& what, ept_word bits) {
    goals.push_back(
        walk_goal(fmt::format("legal/{}/{}", format.id, what), field.cite, levels_for(format), Ending::page,
                  format.maps_page ? format.level : 1,
                  {of_format(spec, format), entry_bits(format.level, bits, bits), result_is(EPT_TRANSLATED)}));
  };
  for (const spec::Field& field : format.fields) {
    const bool address = field.kind == spec::FieldKind::address;
    if (!address && !field.when && field.kind != spec::FieldKind::ignored) continue;
    const spec::Bits bits = bits_at(field.bits, maxphyaddr);
    if (address) add(field, field.id, mask_of(bits));
    for (unsigned bit = bits.low; bit <= bits.high; ++bit) {
      if (!address || bit == bits.low || bit == bits.high) add(field, fmt::format("bit_{:02}", bit), bit_of(bit));
    }
  }
}

void add_eptp(std::vector<Goal>& goals, const std::string& id, const spec::Citation& cite, ept_word rules,
              const Demand& demand, const std::string& breaks = {}) {
  goals.push_back({id,
                   to_string(cite),
                   Question::eptp,
                   0,
                   Ending::page,
                   0,
                   {{Subject::eptp_rules, ~ept_word{0}, rules}, demand},
                   breaks});
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
  const Demand set{Subject::eptp, all, all};
  add_eptp(goals, "eptp/accepted/" + field.id, field.cite, 0, set);
  for (const int levels : {4, 5})
    goals.push_back(walk_goal(fmt::format("legal/eptp/{}/{}", field.id, levels), field.cite, levels, Ending::page, 1,
                              {set, result_is(EPT_TRANSLATED)}));
}

void add_accepted_values(std::vector<Goal>& goals, const spec::Spec& spec, int maxphyaddr) {
  for (const spec::Field& field : register_of(spec, "eptp").fields) {
    if (field.kind == spec::FieldKind::address) add_root_address(goals, field, maxphyaddr);
    if (field.kind != spec::FieldKind::field) continue;
    const spec::Bits bits = bits_at(field.bits);
    for (ept_word value = 0; value <= mask_of(bits) >> bits.low; ++value)
      add_eptp(goals, fmt::format("eptp/accepted/{}_{}", field.id, value), field.cite, 0,
               {Subject::eptp, mask_of(bits), value << bits.low});
  }
}

}  // namespace

std::vector<Way> single_bits(const spec::Format& format, spec::FieldKind kind, int maxphyaddr) {
  std::vector<Way> ways;
  for (const spec::Field& field : format.fields) {
    if (field.kind != kind || is_empty(field, maxphyaddr)) continue;
    const spec::Bits bits = bits_at(field.bits, maxphyaddr);
    for (unsigned bit = bits.low; bit <= bits.high; ++bit)
      ways.push_back({fmt::format("bit_{:02}", bit), bit_of(bit), bit_of(bit), true});
  }
  return ways;
}

// From the condition: each bit of a kind of field, else each pattern of the bits that it names.
std::vector<Way> ways_to_break(const spec::Spec& spec, const spec::Rule& rule, const spec::Format& format,
                               spec::Word word, int maxphyaddr) {
  if (const auto kind = kind_demanded(rule.when)) return single_bits(format, *kind, maxphyaddr);
  const ept_word permissions = bits_named(spec, spec.conditions.at(spec.present).when, spec::Word::entry);
  ept_word mask = bits_named(spec, rule.when, word);
  if (word == spec::Word::entry && (mask & permissions) != 0) mask |= permissions;
  std::vector<Way> ways;
  ept_word value = 0;
  do {  // each subset of the bits
    if (judge(spec, rule.when, {{word, {mask, value}}}) != spec::Truth::no)
      ways.push_back({name_of(format, mask, value, maxphyaddr), mask, value, false});
    value = (value - mask) & mask;
  } while (value != 0);
  return ways;
}

std::vector<Goal> cell_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals;
  for (std::size_t f = 0; f < spec.formats.size(); ++f) {
    const spec::Format& format = spec.formats[f];
    for (const spec::Rule& rule : spec.misconfigurations) {
      if (!concerns(rule, f)) continue;
      for (const Way& way : ways_to_break(spec, rule, format, spec::Word::entry, maxphyaddr))
        add_cell(goals, spec, rule, format, way);
    }
    add_legal_bits(goals, spec, format, maxphyaddr);
  }
  return goals;
}

std::vector<Goal> eptp_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals;
  for (const spec::Rule& rule : eptp_rules(spec)) {
    for (const Way& way : ways_to_break(spec, rule, register_of(spec, "eptp"), kEptpWord, maxphyaddr))
      add_eptp(goals, fmt::format("cell/eptp/{}/{}", rule.id, way.id), rule.cite, bit_of(rule.bit),
               eptp_way(register_of(spec, "eptp"), way, maxphyaddr), rule.id);
  }
  add_accepted_values(goals, spec, maxphyaddr);
  return goals;
}

}  // namespace vectors
