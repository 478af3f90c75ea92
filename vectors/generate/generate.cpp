#include "vectors/generate/generate.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "vectors/format/identity.h"
#include "vectors/generate/meets.h"
#include "vectors/generate/parallel.h"
#include "vectors/generate/solving.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

// Vectors by id; a case that serves several goals is there once.
struct Collection {
  const Vector& add(const Case& asked) {
    std::string id = id_of(asked);
    const auto [found, is_new] = vectors.try_emplace(id);
    if (is_new) {
      found->second.id = std::move(id);
      found->second.asked = asked;
      found->second.expected = expected_of(asked);
    }
    return found->second;
  }

  std::map<std::string, Vector> vectors;
  std::vector<Purpose> purposes;
};

void add_vector(const spec::Spec& spec, const Goal& goal, const Case& asked, Collection& to) {
  const Vector& vector = to.add(asked);
  if (!meets(spec, goal, vector)) throw std::logic_error("reference model and constraints disagree about " + goal.id);
  Purpose purpose{goal.id, vector.id, goal.cite, "", ""};
  if (!goal.breaks.empty()) {
    if (const auto neighbour = nearest_legal(asked, goal.last)) purpose.neighbour = to.add(*neighbour).id;
    if (goal.question != Question::eptp) purpose.twin = to.add(not_present_twin(asked, goal.last)).id;
  }
  to.purposes.push_back(std::move(purpose));
}

using Profiles = std::vector<const spec::Profile*>;
using Answers = std::vector<std::optional<Case>>;  // of one profile, in the order of its goals

// The goals of a width, and for each profile the answers.
struct Schedule {
  std::map<int, std::vector<Goal>> goals;
  std::vector<Answers> answers;
  std::map<Group, std::set<std::pair<int, std::size_t>>> groups;  // the goals of a group, each with its width
};

Schedule schedule_for(const spec::Spec& spec, const Profiles& profiles, const std::vector<Goal>& more) {
  Schedule schedule;
  for (const spec::Profile* profile : profiles) {
    const auto [found, is_new] = schedule.goals.try_emplace(profile->maxphyaddr);
    if (is_new) {
      found->second = all_goals(spec, profile->maxphyaddr);
      found->second.insert(found->second.begin(), more.begin(), more.end());
    }
    schedule.answers.emplace_back(found->second.size());
    for (std::size_t i = 0; is_new && i < found->second.size(); ++i)
      schedule.groups[group_of(spec, found->second[i])].emplace(profile->maxphyaddr, i);
  }
  return schedule;
}

void solve_group(Schedule& schedule, const std::set<std::pair<int, std::size_t>>& group, const Profiles& profiles,
                 Solving& solving) {
  for (const auto& [width, goal] : group) {
    for (std::size_t p = 0; p < profiles.size(); ++p) {
      const Goal& one = schedule.goals.at(width)[goal];
      if (profiles[p]->maxphyaddr == width && is_asked_of(one, *profiles[p]))
        schedule.answers[p][goal] = solving.smallest(one, *profiles[p]);
    }
  }
}

std::vector<Document> generate_with(const spec::Spec& spec, const Profiles& profiles, unsigned seed,
                                    const std::vector<Goal>& more = {}) {
  Schedule schedule = schedule_for(spec, profiles, more);
  std::vector<const std::set<std::pair<int, std::size_t>>*> groups;
  for (const auto& [key, group] : schedule.groups) groups.push_back(&group);
  std::stable_sort(groups.begin(), groups.end(), [](const auto* a, const auto* b) { return a->size() > b->size(); });
  in_parallel<Solving>(
      groups.size(), [&] { return std::make_unique<Solving>(spec, seed); },
      [&](std::size_t i, Solving& solving) { solve_group(schedule, *groups[i], profiles, solving); });
  std::vector<Document> results(profiles.size());
  in_parallel<int>(
      profiles.size(), [] { return std::make_unique<int>(); },
      [&](std::size_t p, int&) {
        Collection collection;
        const std::vector<Goal>& goals = schedule.goals.at(profiles[p]->maxphyaddr);
        for (std::size_t i = 0; i < goals.size(); ++i) {
          if (schedule.answers[p][i]) add_vector(spec, goals[i], *schedule.answers[p][i], collection);
        }
        Document& document = results[p];
        document = {profiles[p]->id, spec.violations.front().cite.edition, std::move(collection.purposes), {}};
        for (auto& [id, vector] : collection.vectors) document.vectors.push_back(std::move(vector));
        link(document);
      });
  return results;
}

}  // namespace

Document generate_for(const spec::Spec& spec, const spec::Profile& profile, unsigned seed,
                      const std::vector<Goal>& more) {
  return generate_with(spec, {&profile}, seed, more).front();
}

// Profiles that do not differ in their configuration have the same vectors.
std::vector<Document> generate(const spec::Spec& spec, const std::string& only) {
  Profiles wanted;
  Profiles distinct;
  const auto place_of = [&](const spec::Profile& profile) {
    return std::find_if(distinct.begin(), distinct.end(), [&](const spec::Profile* other) {
      return same(configuration_of(*other), configuration_of(profile));
    });
  };
  for (const spec::Profile& profile : spec.profiles) {
    if (!only.empty() && only != profile.id) continue;
    wanted.push_back(&profile);
    if (place_of(profile) == distinct.end()) distinct.push_back(&profile);
  }
  const std::vector<Document> made = generate_with(spec, distinct, 0);
  std::vector<Document> results;
  for (const spec::Profile* profile : wanted)
    results.push_back(renamed(made.at(static_cast<std::size_t>(place_of(*profile) - distinct.begin())), profile->id));
  std::sort(results.begin(), results.end(), [](const Document& a, const Document& b) { return a.profile < b.profile; });
  return results;
}

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
