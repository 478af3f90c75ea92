// What rules, fields and reports depend on in the configuration: for each condition and each bit of a capability,
// control, parameter or of the EPTP that it names, a case in which it holds and would not with that bit the other way
// ("on_by"), and one in which it does not hold and would ("off_by"). And what the sub-page check does not decide since
// another permission is missing too.
#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

constexpr int kLevels = 4;  // of the walks here, but for entries of level 5; five_levels adds the others
constexpr bool kOn = true;
constexpr bool kOff = false;

struct ConfigurationBit {
  std::string name;
  spec::Word word;
  ept_word mask;
};

void add_bits(std::vector<ConfigurationBit>& list, spec::Word word, const spec::Format& format, ept_word named) {
  for (const spec::Field& field : format.fields) {
    if (!is_constant(field.bits)) continue;
    const spec::Bits bits = bits_at(field.bits);
    for (ept_word bit = bit_of(bits.low); (bit & mask_of(bits)) != 0; bit <<= 1) {
      const std::string number = bits.high == bits.low ? "" : fmt::format("_{}", (bit & mask_of(bits)) >> bits.low);
      if ((named & bit) != 0) list.push_back({field.id + number, word, bit});
    }
  }
}

// The bits of the configuration that a condition names; where the EPTP is what is judged it is no configuration.
std::vector<ConfigurationBit> configuration_bits(const spec::Spec& spec, const spec::Condition& condition,
                                                 bool with_eptp) {
  std::vector<ConfigurationBit> list;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const spec::Word word = spec::word_of_register(n);
    if (spec.registers[n].of_walk == 0 || (word == kEptpWord && !with_eptp)) continue;
    add_bits(list, word, spec.registers[n], bits_named(spec, condition, word));
  }
  return list;
}

// A condition that the configuration decides together with an entry or an access. `level` is that of the entry that it
// speaks of; 0: the one that ends the walk.
struct Guarded {
  std::string id;
  const spec::Citation& cite;
  const spec::Condition& condition;
  int level = 0;
};

// `goal` says how the walk ends and what is seen when the condition holds (on), or does not.
void add(std::vector<Goal>& goals, const spec::Spec& spec, const Guarded& guarded, bool on, const Goal& goal) {
  for (const ConfigurationBit& bit : configuration_bits(spec, guarded.condition, goal.question != Question::eptp)) {
    Goal one = goal;
    const std::string how = goal.id.empty() ? "" : "/" + goal.id;
    one.id = fmt::format("guard/{}/{}/{}{}", guarded.id, on ? "on_by" : "off_by", bit.name, how);
    one.cite = to_string(guarded.cite);
    const spec::Condition flipped = with_flipped(spec, guarded.condition, bit.word, bit.mask);
    one.demands.push_back(at_end(guarded.condition, on, guarded.level));
    one.demands.push_back(at_end(flipped, !on, guarded.level));
    goals.push_back(std::move(one));
  }
}

// The access goes through the entry.
Goal through(const spec::Format& format, std::vector<Demand> demands) {
  demands.push_back(result_is(EPT_TRANSLATED));
  return walk_goal("legal", {}, levels_for(format), Ending::page, format.maps_page ? format.level : 1,
                   std::move(demands));
}

Goal ends_at(const spec::Format& format, const std::string& id, Ending ending, std::vector<Demand> demands) {
  return walk_goal(id, {}, levels_for(format), ending, format.level, std::move(demands));
}

// Broken in one way and alone; with the guard off the same bits are legal, or make the entry not present.
void add_misconfigurations(std::vector<Goal>& goals, const spec::Spec& spec, std::size_t index, int maxphyaddr) {
  const spec::Format& format = spec.formats[index];
  for (const spec::Rule& rule : spec.misconfigurations) {
    if (!concerns(rule, index)) continue;
    for (const Way& way : ways_to_break(spec, rule, format, spec::Word::entry, maxphyaddr)) {
      const Guarded guarded{fmt::format("{}/{}/{}", format.id, rule.id, way.id), rule.cite, rule.when, format.level};
      const Demand of = of_format(spec, format);
      const Demand pattern = entry_bits(format.level, way.mask, way.value);
      add(goals, spec, guarded, kOn,
          ends_at(format, "", Ending::misconfigured, {of, pattern, breaks_only(rule, format.level)}));
      add(goals, spec, guarded, kOff, through(format, {of, pattern}));
      add(goals, spec, guarded, kOff, ends_at(format, "not_present", Ending::not_present, {of, pattern}));
    }
  }
}

// A field that has a meaning and one that is ignored: its bits are 1, which is legal either way.
void add_fields(std::vector<Goal>& goals, const spec::Spec& spec, const spec::Format& format) {
  const Demand of = of_format(spec, format);
  for (const spec::Field& field : format.fields) {
    if (!field.when) continue;
    const Guarded guarded{fmt::format("{}/{}", format.id, field.id), field.cite, *field.when, format.level};
    const ept_word bits = mask_of(bits_at(field.bits));
    const Goal set = through(format, {of, entry_bits(format.level, bits, bits)});
    for (const bool on : {kOn, kOff}) add(goals, spec, guarded, on, set);
  }
  const spec::NamedCondition& present = spec.conditions.at(spec.present);
  const Guarded guarded{format.id + "/" + present.id, present.cite, present.when, format.level};
  add(goals, spec, guarded, kOn, through(format, {of}));
  add(goals, spec, guarded, kOff, ends_at(format, "not_present", Ending::not_present, {}));
}

void add_eptp_rules(std::vector<Goal>& goals, const spec::Spec& spec, int maxphyaddr) {
  for (const spec::Rule& rule : eptp_rules(spec)) {
    for (const Way& way : ways_to_break(spec, rule, register_of(spec, "eptp"), kEptpWord, maxphyaddr)) {
      const Guarded guarded{fmt::format("eptp/{}/{}", rule.id, way.id), rule.cite, rule.when};
      for (const bool on : {kOn, kOff}) {
        Goal goal;
        goal.question = Question::eptp;
        goal.demands = {{Subject::eptp, way.mask, way.value},
                        {Subject::eptp_rules, ~ept_word{0}, on ? bit_of(rule.bit) : 0}};
        add(goals, spec, guarded, on, goal);
      }
    }
  }
}

Goal page(std::vector<Demand> demands) { return walk_goal("", {}, kLevels, Ending::page, 1, std::move(demands)); }

void add_violations(std::vector<Goal>& goals, const spec::Spec& spec) {
  const spec::SubPageCheck& check = spec.sub_page_check;
  const ept_word only = bit_of(spec.violations.at(check.only).bit);
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage != spec::ViolationStage::permissions) continue;
    const Guarded guarded{"violation/" + rule.id, rule.cite, rule.when};
    add(goals, spec, guarded, kOn, page({result_is(EPT_VIOLATION), outcome_is("rules", bit_of(rule.bit))}));
    add(goals, spec, guarded, kOff, page({result_is(EPT_TRANSLATED)}));
    // Another permission is missing too, so the sub-page check does not decide. What it says of rights itself is left
    // out.
    if (bit_of(rule.bit) == only) continue;
    Goal beside = walk_goal("guard/sub_page_check/beside/" + rule.id, check.cite, kLevels, Ending::page, 1,
                            {result_is(EPT_VIOLATION), outcome_is("rules", only | bit_of(rule.bit))});
    for (const spec::Condition& part : check.when.operands) {
      if (bits_named(spec, part, spec::Word::all) == 0) beside.demands.push_back(at_end(part, true));
    }
    goals.push_back(std::move(beside));
  }
  const Guarded sub_page{"sub_page_check", check.cite, check.when};
  add(goals, spec, sub_page, kOn, page({result_is(EPT_SUB_PAGE_CHECK)}));
  add(goals, spec, sub_page, kOff, page({result_is(EPT_VIOLATION), outcome_is("rules", only)}));
}

void add_flags(std::vector<Goal>& goals, const spec::Spec& spec) {
  for (const spec::Flag& flag : spec.flags) {
    const Guarded guarded{"flag/" + flag.id, flag.cite, flag.when};
    const std::string must = flag.id + "_must";
    add(goals, spec, guarded, kOn, page({result_is(EPT_TRANSLATED), outcome_has(must, ~ept_word{0})}));
    add(goals, spec, guarded, kOff, page({result_is(EPT_TRANSLATED), outcome_is(must, 0)}));
  }
}

void add_reports(std::vector<Goal>& goals, const spec::Spec& spec, const Violation& how) {
  const auto report = [&](const Guarded& guarded, const char* member, ept_word mask, bool set_when_on) {
    for (const bool on : {kOn, kOff})
      add(goals, spec, guarded, on,
          walk_goal(how.id, {}, kLevels, how.ending, how.last,
                    {result_is(EPT_VIOLATION), outcome_is(member, on == set_when_on ? mask : 0, mask)}));
  };
  for (const spec::QualificationBit& bit : spec.qualification) {
    report({"qualification/" + bit.id, bit.cite, bit.set}, "qualification", bit_of(bit.bit), true);
    if (bit.undefined)
      report({"qualification_undefined/" + bit.id, bit.cite, *bit.undefined}, "qualification_defined", bit_of(bit.bit),
             false);
  }
  report({"convertible", spec.convertible.cite, spec.convertible.when}, "convertible", 1, true);
  report({"convertible_undefined", spec.convertible.cite, spec.convertible.undefined}, "convertible_defined", 1, false);
}

// Each walk of 4 levels once more with 5.
void five_levels(std::vector<Goal>& goals) {
  const std::size_t count = goals.size();
  for (std::size_t n = 0; n < count; ++n) {
    if (goals[n].levels != kLevels) continue;
    Goal goal = goals[n];
    goal.levels = kLevels + 1;
    goal.id = "guard/5" + goal.id.substr(goal.id.find('/'));
    goals.push_back(std::move(goal));
  }
}

}  // namespace

std::vector<Goal> guard_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals;
  add_eptp_rules(goals, spec, maxphyaddr);
  for (std::size_t index = 0; index < spec.formats.size(); ++index) {
    add_misconfigurations(goals, spec, index, maxphyaddr);
    add_fields(goals, spec, spec.formats[index]);
  }
  add_violations(goals, spec);
  add_flags(goals, spec);
  for (const Violation& how : kViolations) add_reports(goals, spec, how);
  five_levels(goals);
  return goals;
}

}  // namespace vectors
