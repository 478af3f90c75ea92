#include "vectors/lint/check_lint.h"

#include "vectors/checks/check_documents.h"
#include "vectors/checks/nearest.h"
#include "vectors/format/identity.h"

namespace vectors {

CheckLint::CheckLint(const spec::Spec& spec, const spec::Profile& profile) : spec_(spec), processor_(spec, profile) {
  for (CheckGoal& goal : check_goals(spec, profile.maxphyaddr)) goals_.emplace(goal.id, std::move(goal));
  for (const std::size_t check : checks_of_processors(spec))
    rules_.emplace(check, whole_rules(spec, spec.checks.at(check)));
}

std::vector<std::string> CheckLint::mistakes_in(const Vector& vector) const {
  std::vector<std::string> mistakes;
  if (vector.goals.empty()) mistakes.emplace_back("no goal names it");
  if (vector.cite.empty()) mistakes.emplace_back("'cite' is missing");
  const Choice choice = processor_.choice_of(vector.asked.registers);
  const Case of_profile = case_of(vector.asked.check, processor_.registers_of(choice), processor_.profile());
  if (!same(of_profile.registers, vector.asked.registers))
    mistakes.emplace_back("width, capabilities or parameters are not the profile's");
  if (!processor_.has(choice)) mistakes.emplace_back("a register that the profile does not have");
  return mistakes;
}

std::vector<std::string> CheckLint::mistakes_in(const Purpose& purpose, const Vector& vector) {
  const auto found = goals_.find(purpose.goal);
  if (found == goals_.end()) return {"there is no such goal"};
  const CheckGoal& goal = found->second;
  std::vector<std::string> mistakes;
  if (!shows(purpose.goal, vector)) mistakes.push_back(vector.id + " does not meet it");
  if (purpose.cite != goal.cite) mistakes.emplace_back("another citation than the specification's");
  std::string neighbour;
  if (names_neighbour(goal)) {
    const auto nearest = nearest_accepted(spec_, processor_, goal.check, rules_.at(goal.check).at(goal.rule),
                                          processor_.choice_of(vector.asked.registers));
    if (nearest)
      neighbour = id_of(case_of(vector.asked.check, processor_.registers_of(*nearest), processor_.profile()));
  }
  if (purpose.neighbour != neighbour) mistakes.emplace_back("'neighbour' is no neighbour");
  if (!purpose.twin.empty()) mistakes.emplace_back("'twin' is no twin");
  return mistakes;
}

bool CheckLint::shows(const std::string& goal, const Vector& vector) {
  const auto found = goals_.find(goal);
  if (found == goals_.end() || static_cast<std::size_t>(vector.asked.check) != found->second.check) return false;
  return processor_.meets(found->second, vector.asked.registers);
}

std::set<std::string> shown_check_goals(const spec::Spec& spec, const std::vector<Document>& documents) {
  std::set<std::string> shown;
  for (const Document& document : documents) {
    const spec::Profile* const profile = find_id(spec.profiles, document.profile);
    if (profile == nullptr) continue;
    CheckLint lint(spec, *profile);
    for (const Vector& vector : document.vectors) {
      if (vector.asked.question != Question::check) continue;
      for (const std::string& goal : vector.goals) {
        if (lint.shows(goal, vector)) shown.insert(goal);
      }
    }
  }
  return shown;
}

}  // namespace vectors
