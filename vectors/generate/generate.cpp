#include "vectors/generate/generate.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>
#include <tuple>

#include "spec/draw.h"
#include "vectors/format/binary.h"
#include "vectors/generate/meets.h"
#include "vectors/generate/relatives.h"
#include "vectors/generate/solving.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

// Vectors by id; a case that serves several goals is there once.
class Collection {
 public:
  Collection(const spec::Spec& spec, const spec::Profile& profile) : spec_(spec), profile_(profile) {}

  Vector& add(const Case& asked, const std::string& goal, const std::string& cite) {
    const Expected expected = expected_of(asked);
    const std::string id = id_of(asked, expected);
    const auto [found, is_new] = vectors_.try_emplace(id);
    Vector& vector = found->second;
    if (is_new)
      vector = {
          id, profile_.id, asked, expected, {}, cite, "", "", drawn(spec_, asked), broken(spec_, asked, expected)};
    if (std::find(vector.goals.begin(), vector.goals.end(), goal) == vector.goals.end()) vector.goals.push_back(goal);
    return vector;
  }

  ProfileVectors take() {
    ProfileVectors result{profile_.id, {}};
    for (auto& [id, vector] : vectors_) {
      std::sort(vector.goals.begin(), vector.goals.end());
      result.vectors.push_back(std::move(vector));
    }
    return result;
  }

 private:
  const spec::Spec& spec_;
  const spec::Profile& profile_;
  std::map<std::string, Vector> vectors_;
};

// "neighbour/cell/pde_2m/reserved_bit": which bit it was does not matter.
std::string relation(const char* kind, const Goal& goal) {
  return std::string(kind) + "/" + goal.id.substr(0, goal.id.rfind('/'));
}

void add_vector(const spec::Spec& spec, const Goal& goal, const Case& asked, Collection& to) {
  Vector& vector = to.add(asked, goal.id, goal.cite);
  if (!meets(spec, goal, vector)) throw std::logic_error("reference model and constraints disagree about " + goal.id);
  if (goal.breaks.empty()) return;
  if (const auto neighbour = nearest_legal(asked, goal.last))
    vector.neighbour = to.add(*neighbour, relation("neighbour", goal), goal.cite).id;
  if (goal.question != Question::eptp)
    vector.twin = to.add(not_present_twin(asked, goal.last), relation("twin", goal), goal.cite).id;
}

auto configuration_of(const spec::Profile& profile) {
  return std::tuple(profile.maxphyaddr, profile.capability, profile.pin_based, profile.primary, profile.secondary,
                    profile.tertiary, profile.parameters);
}

// Profiles that do not differ in their configuration have the same vectors.
void copy_twins(const spec::Spec& spec, const std::string& only, std::vector<ProfileVectors>& results) {
  for (const spec::Profile& profile : spec.profiles) {
    const auto has = [&](const ProfileVectors& result) { return result.profile == profile.id; };
    const bool wanted = only.empty() || only == profile.id;
    if (!wanted || std::any_of(results.begin(), results.end(), has)) continue;
    const auto model = std::find_if(spec.profiles.begin(), spec.profiles.end(), [&](const spec::Profile& other) {
      return configuration_of(other) == configuration_of(profile);
    });
    ProfileVectors copy = *std::find_if(results.begin(), results.end(),
                                        [&](const ProfileVectors& result) { return result.profile == model->id; });
    copy.profile = profile.id;
    for (Vector& vector : copy.vectors) vector.profile = profile.id;
    results.push_back(std::move(copy));
  }
}

std::vector<const spec::Profile*> distinct(const spec::Spec& spec, const std::string& only) {
  std::vector<const spec::Profile*> list;
  for (const spec::Profile& profile : spec.profiles) {
    if (!only.empty() && only != profile.id) continue;
    const auto same = [&](const spec::Profile* other) { return configuration_of(*other) == configuration_of(profile); };
    if (std::none_of(list.begin(), list.end(), same)) list.push_back(&profile);
  }
  return list;
}

// Calls `work` of 0 to count - 1 in several threads, each with a `Own` of its own; passes on what one of them throws.
template <class Own, class Make, class Work>
void in_parallel(std::size_t count, const Make& make, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    try {
      const std::unique_ptr<Own> own = make();
      for (std::size_t i = next++; i < count; i = next++) work(i, *own);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < std::max(2U, std::thread::hardware_concurrency()); ++t) threads.emplace_back(run);
  }
  if (failure) std::rethrow_exception(failure);
}

using Profiles = std::vector<const spec::Profile*>;
using Answers = std::vector<std::optional<Case>>;  // of one profile, in the order of its goals

// The goals of a width, and for each profile the answers.
struct Schedule {
  std::map<int, std::vector<Goal>> goals;
  std::vector<Answers> answers;
  std::map<Group, std::map<int, std::vector<std::size_t>>> groups;  // by width the goals of a group
};

Schedule schedule_for(const spec::Spec& spec, const Profiles& profiles) {
  Schedule schedule;
  for (const spec::Profile* profile : profiles) {
    const auto [found, is_new] = schedule.goals.try_emplace(profile->maxphyaddr);
    if (is_new) found->second = all_goals(spec, profile->maxphyaddr);
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

std::vector<ProfileVectors> generate_with(const spec::Spec& spec, const Profiles& profiles, unsigned seed) {
  Schedule schedule = schedule_for(spec, profiles);
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
  std::vector<ProfileVectors> results(profiles.size());
  in_parallel<int>(
      profiles.size(), [] { return std::make_unique<int>(); },
      [&](std::size_t p, int&) {
        Collection collection(spec, *profiles[p]);
        const std::vector<Goal>& goals = schedule.goals.at(profiles[p]->maxphyaddr);
        for (std::size_t i = 0; i < goals.size(); ++i) {
          if (schedule.answers[p][i]) add_vector(spec, goals[i], *schedule.answers[p][i], collection);
        }
        results[p] = collection.take();
      });
  return results;
}

}  // namespace

std::vector<std::string> drawn(const spec::Spec& spec, const Case& asked) {
  std::vector<std::string> texts;
  int level = asked.level;
  for (const ept_word entry : asked.entries) {
    const spec::Format& format = spec::format_of(spec, level--, entry);
    texts.push_back(format.id + ": " + spec::draw(format, entry, static_cast<int>(asked.configuration.maxphyaddr)));
  }
  return texts;
}

std::string broken(const spec::Spec& spec, const Case& asked, const Expected& expected) {
  const auto named = [](const std::vector<spec::Rule>& rules, ept_word set) {
    return set == 0 ? "" : spec::draw_rules(rules, set);
  };
  if (asked.question == Question::eptp) return named(spec.eptp_rules, expected.eptp_rules);
  if (asked.question == Question::entry) return named(spec.misconfigurations, expected.classification.rules);
  const bool misconfigured = expected.outcome.result == EPT_MISCONFIGURATION;
  return named(misconfigured ? spec.misconfigurations : spec.violations, expected.outcome.rules);
}

ProfileVectors generate_for(const spec::Spec& spec, const spec::Profile& profile, unsigned seed) {
  return generate_with(spec, {&profile}, seed).front();
}

std::vector<ProfileVectors> generate(const spec::Spec& spec, const std::string& profile) {
  std::vector<ProfileVectors> results = generate_with(spec, distinct(spec, profile), 0);
  copy_twins(spec, profile, results);
  std::sort(results.begin(), results.end(),
            [](const ProfileVectors& a, const ProfileVectors& b) { return a.profile < b.profile; });
  return results;
}

}  // namespace vectors
