#include "vectors/checks/unmet_goals.h"

#include <map>
#include <memory>

#include "vectors/checks/check_solving.h"

namespace vectors {

std::vector<Unmet> unmet_goals(const spec::Spec& spec, const std::set<std::string>& shown) {
  std::map<std::string, Unmet> unmet;
  std::map<std::size_t, std::unique_ptr<CheckSolving>> solvers;
  std::map<int, std::vector<CheckGoal>> goals;
  for (const spec::Profile& profile : spec.profiles) {
    const auto [found, is_new] = goals.try_emplace(profile.maxphyaddr);
    if (is_new) found->second = check_goals(spec, profile.maxphyaddr);
    const CheckedProcessor processor(spec, profile);
    for (const CheckGoal& goal : found->second) {
      if (goal.drawing || shown.contains(goal.id)) continue;
      Unmet& one = unmet.try_emplace(goal.id, Unmet{goal.id, "", {}}).first->second;
      std::unique_ptr<CheckSolving>& solving = solvers[goal.check];
      if (!solving) solving = std::make_unique<CheckSolving>(spec, goal.check);
      if (!one.profile.empty()) continue;
      if (auto lacking = solving->lacking(goal, processor)) {
        one.lacking = std::move(*lacking);
      } else {
        one.profile = profile.id;
      }
    }
  }
  std::vector<Unmet> list;
  for (auto& [id, one] : unmet) list.push_back(std::move(one));
  return list;
}

}  // namespace vectors
