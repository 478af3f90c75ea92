#include "vectors/generate.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <tuple>

#include "spec/draw.h"
#include "vectors/binary.h"
#include "vectors/canonical.h"
#include "vectors/formula.h"
#include "vectors/goals.h"
#include "vectors/meets.h"
#include "vectors/relatives.h"

namespace vectors {

namespace {

using Values = std::vector<std::uint64_t>;
using Guesses = std::map<std::string, Values>;  // of an earlier profile, by goal

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

// Goals that share what is common to them follow each other.
std::vector<Goal> grouped_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<Goal> goals = all_goals(spec, maxphyaddr);
  const auto key = [&](const Goal& goal) {
    return std::tuple(goal.question == Question::eptp, goal.levels, page_of(spec, goal), goal.ending, goal.last);
  };
  std::stable_sort(goals.begin(), goals.end(), [&](const Goal& a, const Goal& b) { return key(a) < key(b); });
  return goals;
}

// Asks for one goal after the other; keeps the solver while they have the same in common.
class Solving {
 public:
  Solving(const spec::Spec& spec, const spec::Profile& profile, unsigned seed)
      : formulas_(context_, spec, &profile), seed_(seed) {}

  std::optional<Values> solve(const Goal& goal, const Values& guess) {
    const z3::expr& given = formulas_.common(goal);
    if (given_ != &given) start(given);
    if (!possible_) return std::nullopt;
    const z3::expr wanted = formulas_.demanded(goal);
    const auto known = solved_.find(wanted.id());
    if (known != solved_.end()) return known->second.second;
    const auto values = smallest(*solver_, {given, wanted}, formulas_.chosen(), guess);
    solved_.emplace(wanted.id(), std::pair(wanted, values));
    return values;
  }

  [[nodiscard]] const Formulas& formulas() const { return formulas_; }

 private:
  void start(const z3::expr& given) {
    given_ = &given;
    solved_.clear();
    solver_.emplace(quick_solver(context_, seed_));
    solver_->add(given);
    possible_ = is_satisfied(*solver_, context_.bool_val(true));
  }

  z3::context context_;
  Formulas formulas_;
  unsigned seed_;
  const z3::expr* given_ = nullptr;
  std::optional<z3::solver> solver_;
  bool possible_ = false;
  std::map<unsigned, std::pair<z3::expr, std::optional<Values>>> solved_;  // by id of the formula, which stays alive
};

ProfileVectors generate_with(const spec::Spec& spec, const spec::Profile& profile, unsigned seed, Guesses& guesses) {
  Solving solving(spec, profile, seed);
  Collection collection(spec, profile);
  for (const Goal& goal : grouped_goals(spec, profile.maxphyaddr)) {
    Values& guess = guesses[goal.id];
    const auto values = solving.solve(goal, guess);
    if (!values) continue;
    guess = *values;
    add_vector(spec, goal, solving.formulas().case_of(goal, *values), collection);
  }
  return collection.take();
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
  Guesses guesses;
  return generate_with(spec, profile, seed, guesses);
}

std::vector<ProfileVectors> generate(const spec::Spec& spec, const std::string& profile) {
  const auto profiles = distinct(spec, profile);
  std::vector<ProfileVectors> results(profiles.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    Guesses guesses;
    try {
      for (std::size_t i = next++; i < profiles.size(); i = next++)
        results[i] = generate_with(spec, *profiles[i], 0, guesses);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = profiles.size();
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < std::max(2U, std::thread::hardware_concurrency()); ++t) threads.emplace_back(work);
  }
  if (failure) std::rethrow_exception(failure);
  copy_twins(spec, profile, results);
  std::sort(results.begin(), results.end(),
            [](const ProfileVectors& a, const ProfileVectors& b) { return a.profile < b.profile; });
  return results;
}

}  // namespace vectors
