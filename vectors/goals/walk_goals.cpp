// Walks: which of two defects is reported, and which permission an access lacks where.
#include <array>

#include <fmt/format.h>

#include "vectors/goals/goals.h"
#include "vectors/goals/partial.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

constexpr std::array<std::pair<ept_result, const char*>, 3> kPageResults = {
    {{EPT_TRANSLATED, "translated"}, {EPT_SUB_PAGE_CHECK, "sub_page_check"}, {EPT_VIOLATION, "violation"}}};

// Something wrong with an entry: it is not present, misconfigured, or lacks what `rule` asks of every entry.
struct Defect {
  std::string id;
  const spec::Rule* rule = nullptr;
  ept_word missing = 0;  // bits of the entry
  ept_kind kind = EPT_TABLE;
};

// Permissions that do not depend on a control or on the EPTP: read, write and execute.
std::vector<Defect> defects(const spec::Spec& spec) {
  std::vector<Defect> list = {{"misconfiguration", nullptr, 0, EPT_MISCONFIGURED},
                              {"not_present", nullptr, 0, EPT_NOT_PRESENT}};
  Knowledge plain;
  for (const spec::Word word : {spec::Word::capability, spec::Word::pin_based, spec::Word::primary,
                                spec::Word::secondary, spec::Word::tertiary, spec::Word::parameter, spec::Word::eptp})
    plain[word] = known(0);
  for (const spec::Rule& rule : spec.violations) {
    const ept_word bits = bits_named(spec, rule.when, spec::Word::all);
    if (rule.stage == spec::ViolationStage::permissions && bits != 0 && judge(spec, rule.when, plain) != Truth::no)
      list.push_back({rule.id, &rule, bits, EPT_TABLE});
  }
  return list;
}

void demand_defect(Goal& goal, const Defect& defect, int level) {
  if (defect.rule != nullptr) {
    goal.demands.push_back(entry_bits(level, defect.missing, 0));
    return;
  }
  goal.demands.push_back({Subject::kind, ~ept_word{0}, static_cast<ept_word>(defect.kind), level});
}

// The walk ends at the first entry that is not present or misconfigured, wherever a permission is missing.
Goal priority(const spec::Spec& spec, int levels, int upper, const Defect& above, int lower, const Defect& below) {
  Goal goal;
  goal.id = fmt::format("priority/{}/{}_at_{}/{}_at_{}", levels, above.id, upper, below.id, lower);
  goal.cite = cited(spec.order.cite);
  goal.levels = levels;
  const Defect* ends = above.rule == nullptr ? &above : &below;
  goal.last = above.rule == nullptr ? upper : lower;
  goal.ending = ends->kind == EPT_MISCONFIGURED ? Ending::misconfigured : Ending::not_present;
  demand_defect(goal, above, upper);
  demand_defect(goal, below, lower);
  ept_word rules = 0;
  for (const Defect* defect : {&above, &below}) rules |= defect->rule != nullptr ? ept_word{1} << defect->rule->bit : 0;
  if (ends->rule != nullptr) {
    goal.ending = Ending::page;
    goal.last = 1;
    goal.demands.push_back(outcome_is("result", EPT_VIOLATION));
    goal.demands.push_back(outcome_has("rules", rules));
  } else if (rules != 0) {
    // The access needs what is missing: a check of permissions entry by entry would report that instead.
    const bool upper_refuses = above.rule != nullptr;
    Demand refuses{Subject::refuses, 1, 1, upper_refuses ? upper : lower};
    refuses.condition = (upper_refuses ? above : below).rule->when;
    goal.demands.push_back(refuses);
  }
  return goal;
}

// The permission bits of an entry: those that make it present.
std::vector<const spec::Field*> permissions(const spec::Spec& spec) {
  const ept_word present = bits_named(spec, spec.conditions.at(spec.present).when, spec::Word::entry);
  std::vector<const spec::Field*> fields;
  for (const spec::Field& field : page_format(spec, 1).fields) {
    if (is_constant(field.bits) && (mask_of(bits_at(field.bits)) & present) != 0) fields.push_back(&field);
  }
  return fields;
}

ept_word always_permissions(const std::vector<const spec::Field*>& fields) {
  ept_word bits = 0;
  for (const spec::Field* field : fields) bits |= field->when ? 0 : mask_of(bits_at(field->bits));
  return bits;
}

// Permissions that an entry cannot give without `bit`, whatever the processor.
ept_word lost_with(const spec::Spec& spec, ept_word bit, ept_word all) {
  ept_word lost = bit;
  for (ept_word other = 1; other != 0; other <<= 1) {
    if ((all & other) == 0) continue;
    for (const spec::Rule& rule : spec.misconfigurations) {
      if (judge(spec, rule.when, {{spec::Word::entry, {bit | other, other}}}) == Truth::yes) lost |= other;
    }
  }
  return lost;
}

Goal without(const spec::Spec& spec, int levels, const spec::Access& access, const spec::Field& field, int level) {
  Goal goal;
  goal.id = fmt::format("permission/{}/{}/without_{}_at_{}", levels, access.id, field.id, level);
  goal.cite = cited(field.cite);
  goal.levels = levels;
  goal.last = 1;
  const ept_word bit = mask_of(bits_at(field.bits));
  const ept_word all = always_permissions(permissions(spec)) | bit;
  goal.demands = {access_is(access.attributes), entry_bits(level, all, all & ~lost_with(spec, bit, all))};
  if (field.when) goal.demands.push_back(holds(*field.when));
  for (int other = levels; other >= 1; --other) {
    if (other != level) goal.demands.push_back(entry_bits(other, all, all));
  }
  return goal;
}

void add_results(std::vector<Goal>& goals, const Goal& goal) {
  for (const auto& [result, name] : kPageResults) {
    Goal one = goal;
    one.id += fmt::format("/{}", name);
    one.demands.push_back(outcome_is("result", result));
    goals.push_back(one);
  }
}

// Each rule broken alone, at each level that can map a page.
void add_violations(std::vector<Goal>& goals, const spec::Spec& spec, int levels) {
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage != spec::ViolationStage::permissions) continue;
    for (const int level : page_levels(spec)) {
      Goal goal;
      goal.id = fmt::format("violation/{}/{}/{}", levels, rule.id, page_format(spec, level).id);
      goal.cite = cited(rule.cite);
      goal.levels = levels;
      goal.last = level;
      goal.demands = {outcome_is("result", EPT_VIOLATION), outcome_is("rules", ept_word{1} << rule.bit)};
      goals.push_back(goal);
    }
  }
}

}  // namespace

std::vector<Goal> priority_goals(const spec::Spec& spec, int levels) {
  std::vector<Goal> goals;
  const auto list = defects(spec);
  for (int upper = levels; upper > 1; --upper) {
    for (int lower = upper - 1; lower >= 1; --lower) {
      for (const Defect& above : list) {
        for (const Defect& below : list) goals.push_back(priority(spec, levels, upper, above, lower, below));
      }
    }
  }
  return goals;
}

std::vector<Goal> permission_goals(const spec::Spec& spec, int levels) {
  std::vector<Goal> goals;
  for (const spec::Access& access : spec.accesses) {
    for (const spec::Field* field : permissions(spec)) {
      for (int level = levels; level >= 1; --level) add_results(goals, without(spec, levels, access, *field, level));
    }
  }
  add_violations(goals, spec, levels);
  return goals;
}

}  // namespace vectors
