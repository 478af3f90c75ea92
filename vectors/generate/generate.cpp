#include "vectors/generate/generate.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "vectors/format/identity.h"
#include "vectors/generate/meets.h"
#include "vectors/generate/parallel.h"
#include "vectors/generate/relatives.h"
#include "vectors/generate/solving.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

// Vectors by id; a case that serves several goals is there once.
class Collection {
 public:
  const Vector& add(const Case& asked) {
    std::string id = id_of(asked);
    const auto [found, is_new] = vectors_.try_emplace(id);
    if (is_new) {
      found->second.id = std::move(id);
      found->second.asked = asked;
      found->second.expected = expected_of(asked);
    }
    return found->second;
  }

  Document take(const spec::Spec& spec, const spec::Profile& profile) {
    Document document{profile.id, spec.violations.front().cite.edition, std::move(purposes), {}};
    for (auto& [id, vector] : vectors_) document.vectors.push_back(std::move(vector));
    link(document);
    return document;
  }

  std::vector<Purpose> purposes;

 private:
  std::map<std::string, Vector> vectors_;
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
  std::map<Group, std::map<int, std::vector<std::size_t>>> groups;  // by width the goals of a group
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
      schedule.groups[group_of(spec, found->second[i])][profile->maxphyaddr].push_back(i);
  }
  return schedule;
}

void solve_group(Schedule& schedule, const std::map<int, std::vector<std::size_t>>& group, const Profiles& profiles,
                 Solving& solving) {
  for (const auto& [width, goals] : group) {
    for (const std::size_t goal : goals) {
      for (std::size_t p = 0; p < profiles.size(); ++p) {
        if (profiles[p]->maxphyaddr == width && is_asked_of(schedule.goals.at(width)[goal], *profiles[p]))
          schedule.answers[p][goal] = solving.smallest(schedule.goals.at(width)[goal], *profiles[p]);
      }
    }
  }
}

std::vector<Document> generate_with(const spec::Spec& spec, const Profiles& profiles, unsigned seed,
                                    const std::vector<Goal>& more = {}) {
  Schedule schedule = schedule_for(spec, profiles, more);
  std::vector<const std::map<int, std::vector<std::size_t>>*> groups;
  for (const auto& [key, group] : schedule.groups) groups.push_back(&group);
  const auto size = [](const auto* group) {
    return std::accumulate(group->begin(), group->end(), std::size_t{0},
                           [](std::size_t sum, const auto& of_width) { return sum + of_width.second.size(); });
  };
  std::stable_sort(groups.begin(), groups.end(), [&](const auto* a, const auto* b) { return size(a) > size(b); });
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
        results[p] = collection.take(spec, *profiles[p]);
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

}  // namespace vectors
