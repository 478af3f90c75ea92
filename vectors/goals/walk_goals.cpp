// Walks: which of two defects is reported, and which permission an access lacks where.
#include <array>

#include <fmt/format.h>

#include "spec/partial.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Subject = Demand::Subject;

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
  spec::Knowledge plain;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) plain[spec::word_of_register(n)] = spec::known(0);
  for (const spec::Rule& rule : spec.violations) {
    const ept_word bits = bits_named(spec, rule.when, spec::Word::all);
    if (rule.stage == spec::ViolationStage::permissions && bits != 0 &&
        judge(spec, rule.when, plain) != spec::Truth::no)
      list.push_back({rule.id, &rule, bits, EPT_TABLE});
  }
  return list;
}

// The walk ends at the first entry that is not present or misconfigured, wherever a permission is missing.
Goal priority(const spec::Spec& spec, int levels, int upper, const Defect& above, int lower, const Defect& below) {
  Goal goal = walk_goal(fmt::format("priority/{}/{}_at_{}/{}_at_{}", levels, above.id, upper, below.id, lower),
                        spec.order.cite, levels, Ending::page, 1, {});
  ept_word rules = 0;
  const std::array<std::pair<const Defect*, int>, 2> both = {{{&above, upper}, {&below, lower}}};
  for (const auto& [defect, level] : both) {
    rules |= defect->rule != nullptr ? bit_of(defect->rule->bit) : 0;
    goal.demands.push_back(defect->rule != nullptr
                               ? entry_bits(level, defect->missing, 0)
                               : Demand{Subject::kind, ~ept_word{0}, static_cast<ept_word>(defect->kind), level});
  }
  const auto& [ends, last] = above.rule == nullptr ? both[0] : both[1];
  if (ends->rule != nullptr) {
    goal.demands.push_back(result_is(EPT_VIOLATION));
    goal.demands.push_back(outcome_has("rules", rules));
    return goal;
  }
  goal.last = last;
  goal.ending = ends->kind == EPT_MISCONFIGURED ? Ending::misconfigured : Ending::not_present;
  // The access needs what is missing: a check of permissions entry by entry would report that instead.
  for (const auto& [defect, level] : both) {
    if (defect->rule != nullptr) goal.demands.push_back(refuses(defect->rule->when, level));
  }
  return goal;
}

// The permission bits of an entry: those that make it present.
std::vector<const spec::Field*> permissions(const spec::Spec& spec) {
  const ept_word present = bits_named(spec, spec.conditions.at(spec.present).when, spec::Word::entry);
  std::vector<const spec::Field*> fields;
  for (const spec::Field& field : page_formats(spec).back()->fields) {
    if (is_constant(field.bits) && (mask_of(bits_at(field.bits)) & present) != 0) fields.push_back(&field);
  }
  return fields;
}

// Permissions that an entry cannot give without `bit`, whatever the processor.
ept_word lost_with(const spec::Spec& spec, ept_word bit, ept_word all) {
  ept_word lost = bit;
  for (ept_word other = 1; other != 0; other <<= 1) {
    if ((all & other) == 0) continue;
    for (const spec::Rule& rule : spec.misconfigurations) {
      if (judge(spec, rule.when, {{spec::Word::entry, {bit | other, other}}}) == spec::Truth::yes) lost |= other;
    }
  }
  return lost;
}

// Access by access, with one permission missing at one level.
void add_without(std::vector<Goal>& goals, const spec::Spec& spec, int levels, const spec::Access& access,
                 const spec::Field& field, int level) {
  const ept_word bit = mask_of(bits_at(field.bits));
  ept_word all = bit;  // and those that are always permissions
  for (const spec::Field* one : permissions(spec)) all |= one->when ? 0 : mask_of(bits_at(one->bits));
  std::vector<Demand> demands = {{Subject::access, ~ept_word{0}, access.attributes},
                                 entry_bits(level, all, all & ~lost_with(spec, bit, all))};
  if (field.when) demands.push_back(holds(*field.when));
  for (int other = levels; other >= 1; --other) {
    if (other != level) demands.push_back(entry_bits(other, all, all));
  }
  for (const ept_result result : {EPT_TRANSLATED, EPT_SUB_PAGE_CHECK, EPT_VIOLATION}) {
    goals.push_back(walk_goal(fmt::format("permission/{}/{}/without_{}_at_{}/{}", levels, access.id, field.id, level,
                                          spec.results.at(result).id),
                              field.cite, levels, Ending::page, 1, demands));
    goals.back().demands.push_back(result_is(result));
  }
}

// Each rule broken alone, at each level that can map a page.
void add_violations(std::vector<Goal>& goals, const spec::Spec& spec, int levels) {
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage != spec::ViolationStage::permissions) continue;
    for (const spec::Format* page : page_formats(spec))
      goals.push_back(walk_goal(fmt::format("violation/{}/{}/{}", levels, rule.id, page->id), rule.cite, levels,
                                Ending::page, page->level,
                                {result_is(EPT_VIOLATION), outcome_is("rules", bit_of(rule.bit))}));
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
      for (int level = levels; level >= 1; --level) add_without(goals, spec, levels, access, *field, level);
    }
  }
  add_violations(goals, spec, levels);
  return goals;
}

}  // namespace vectors
