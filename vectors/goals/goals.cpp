#include "vectors/goals/goals.h"

#include <algorithm>
#include <iterator>

#include "vectors/format/names.h"

namespace vectors {

Demand outcome_is(const std::string& member, ept_word value, ept_word mask) {
  Demand demand{Demand::Subject::outcome, mask, value};
  demand.name = member;
  return demand;
}

Demand outcome_has(const std::string& member, ept_word mask) {
  Demand demand = outcome_is(member, 0, mask);
  demand.any = true;
  return demand;
}

Demand entry_bits(int level, ept_word mask, ept_word value) { return {Demand::Subject::entry, mask, value, level}; }

Demand access_is(ept_word attributes) { return {Demand::Subject::access, ~ept_word{0}, attributes}; }

Demand holds(const spec::Condition& condition) {
  Demand demand{Demand::Subject::condition, 1, 1};
  demand.condition = condition;
  return demand;
}

const spec::Format& page_format(const spec::Spec& spec, int level) {
  return *std::find_if(spec.formats.begin(), spec.formats.end(),
                       [&](const spec::Format& format) { return format.level == level && format.maps_page; });
}

std::vector<int> page_levels(const spec::Spec& spec) {
  std::vector<int> levels;
  for (const spec::Format& format : spec.formats) {
    if (format.maps_page) levels.push_back(format.level);
  }
  return levels;
}

std::string cited(const spec::Citation& cite) { return to_string(cite); }

ept_word usual_attributes(const spec::Spec& spec) {
  ept_word mask = 0;
  for (const spec::Access& access : spec.accesses) mask |= access.attributes;
  return mask;
}

std::vector<Goal> all_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals = eptp_goals(spec, maxphyaddr);
  const auto add = [&](std::vector<Goal> more) { std::move(more.begin(), more.end(), std::back_inserter(goals)); };
  add(cell_goals(spec, maxphyaddr));
  add(guard_goals(spec, maxphyaddr));
  add(decision_goals(spec));
  for (const int levels : {4, 5}) {
    add(priority_goals(spec, levels));
    add(permission_goals(spec, levels));
    add(report_goals(spec, levels));
    add(effect_goals(spec, levels));
  }
  std::sort(goals.begin(), goals.end(), [](const Goal& a, const Goal& b) { return a.id < b.id; });
  return goals;
}

ept_configuration configuration_of(const spec::Profile& profile) {
  return {static_cast<ept_word>(profile.maxphyaddr),
          profile.capability,
          profile.pin_based,
          profile.primary,
          profile.secondary,
          profile.tertiary,
          profile.parameters};
}

bool allows(const spec::Profile& profile, const ept_configuration& controls) {
  const ept_configuration has = configuration_of(profile);
  return std::all_of(kControls.begin(), kControls.end(),
                     [&](const Controls& word) { return (controls.*word.member & ~(has.*word.member)) == 0; });
}

}  // namespace vectors
