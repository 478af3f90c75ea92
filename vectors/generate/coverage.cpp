#include "vectors/generate/coverage.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "vectors/generate/meets.h"

namespace vectors {

Coverage coverage_of(const spec::Spec& spec, const spec::Profile& profile, const std::vector<Vector>& vectors,
                     Solving& solving) {
  std::multimap<std::string, const Vector*> by_goal;
  for (const Vector& vector : vectors) {
    for (const std::string& goal : vector.goals) by_goal.emplace(goal, &vector);
  }
  Coverage coverage;
  coverage.profile = profile.id;
  for (const Goal& goal : all_goals(spec, profile.maxphyaddr)) {
    if (!is_asked_of(goal, profile)) continue;
    const std::string kind = goal.id.substr(0, goal.id.find('/'));
    const auto [first, last] = by_goal.equal_range(goal.id);
    if (std::any_of(first, last, [&](const auto& named) { return meets(spec, goal, *named.second); })) {
      ++coverage.covered;
      ++coverage.kinds[kind].covered;
      ++coverage.kinds[kind].total;
      continue;
    }
    const auto lacking = solving.lacking(goal, profile);
    if (!lacking) {
      coverage.gaps.push_back(goal.id);
      ++coverage.kinds[kind].total;
    } else if (!lacking->empty()) {
      coverage.impossible.push_back({goal.id, fmt::format("needs {}", fmt::join(*lacking, ", or "))});
    }
  }
  return coverage;
}

}  // namespace vectors
