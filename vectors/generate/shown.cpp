#include "vectors/generate/shown.h"

#include "vectors/generate/meets.h"

namespace vectors {

Shown::Shown(const spec::Spec& spec, const std::vector<Situation>& situations) : spec_(spec) {
  for (std::size_t i = 0; i < situations.size(); ++i) {
    for (const Goal& goal : situations[i].goals) {
      const bool accesses = has_outcome(goal.question);
      goals_[{goal.question, accesses ? goal.levels : 0, accesses ? goal.last : judged_level(goal)}].emplace_back(
          i, &goal);
    }
  }
}

std::vector<Shown::Match> Shown::by(const Vector& vector) const {
  std::vector<Match> shown;
  const Case& asked = vector.asked;
  const bool accesses = has_outcome(asked.question);
  const int level = accesses ? static_cast<int>(vector.expected.outcome.level) : asked.level;
  const auto found = goals_.find({asked.question, accesses ? asked.level : 0, level});
  if (found == goals_.end()) return shown;
  for (const auto& [index, goal] : found->second) {
    if ((shown.empty() || shown.back().first != index) && meets(spec_, *goal, vector)) shown.emplace_back(index, goal);
  }
  return shown;
}

}  // namespace vectors
