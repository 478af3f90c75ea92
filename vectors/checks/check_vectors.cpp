#include "vectors/checks/check_vectors.h"

#include <algorithm>
#include <map>
#include <memory>

#include "vectors/checks/check_solving.h"
#include "vectors/checks/drawn_checks.h"
#include "vectors/checks/nearest.h"
#include "vectors/generate/parallel.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

struct Answer {
  std::optional<Choice> choice;
  std::optional<Choice> neighbour;
};
using Answers = std::vector<Answer>;  // in the order of the goals

// The vectors of a processor; a case that serves several goals is there once.
class Collection {
 public:
  Collection(const CheckedProcessor& processor, CheckVectors& to) : processor_(processor), to_(to) {}

  // The place of the case, which is added unless it is there.
  std::size_t place_of(const CheckGoal& goal, const Choice& choice) {
    const auto id = static_cast<ept_check_id>(goal.check);
    const auto [found, is_new] = places_.try_emplace({id, choice_without_relaxed(choice)}, to_.vectors.size());
    if (is_new) {
      const ept_registers registers = processor_.registers_of(choice);
      to_.vectors.push_back({{}, id, registers, ept_check(id, &registers)});
    }
    return found->second;
  }

 private:
  static Choice choice_without_relaxed(Choice choice) {
    choice.front() = 0;
    return choice;
  }

  const CheckedProcessor& processor_;
  CheckVectors& to_;
  std::map<std::pair<ept_check_id, Choice>, std::size_t> places_;
};

CheckVectors collected(const CheckedProcessor& processor, const std::vector<CheckGoal>& goals, const Answers& answers) {
  CheckVectors result;
  result.profile = processor.profile().id;
  Collection collection(processor, result);
  for (std::size_t n = 0; n < goals.size(); ++n) {
    if (!answers[n].choice) continue;
    const std::size_t vector = collection.place_of(goals[n], *answers[n].choice);
    result.vectors[vector].goals.push_back(goals[n].id);
    result.purposes.push_back({goals[n].id, goals[n].cite, vector, std::nullopt});
  }
  std::size_t purpose = 0;
  for (std::size_t n = 0; n < goals.size(); ++n) {
    if (!answers[n].choice) continue;
    CheckPurpose& one = result.purposes[purpose++];
    if (answers[n].neighbour) one.neighbour = collection.place_of(goals[n], *answers[n].neighbour);
  }
  return result;
}

// What is answered by one solver: goals of one check, from one place of the list on. By id, so that a goal which the
// widths share is there once; with its place among the goals of each width.
struct Batch {
  std::size_t check;
  std::map<std::string, std::map<int, std::size_t>> goals;
};

constexpr std::size_t kBatches = 4;  // of a check

// All that the batches read, and where each writes an answer of its own.
struct Work {
  std::map<int, std::vector<CheckGoal>> goals;  // by width
  std::vector<CheckedProcessor> processors;
  std::vector<Answers> answers;  // of each processor
  std::vector<std::vector<WholeRule>> rules;
};

// By register, bits that were 0 and bits that were 1.
using Literals = std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>>;

// Whether the capabilities that the condition looks at have a bit that was never so before. Adds all of them.
bool are_new(const spec::Spec& spec, const spec::Condition& when, const spec::Profile& profile, Literals& seen) {
  bool is_new = false;
  for (const auto& [number, mask] : support_of(spec, when)) {
    if (is_chosen(spec.registers.at(number))) continue;
    const std::uint64_t value = profile.registers.at(number);
    auto& [zeros, ones] = seen[number];
    is_new = is_new || (~value & ~zeros) != 0 || (value & ~ones) != 0;
    zeros |= ~value;
    ones |= value;
  }
  return is_new;
}

// Where a goal is shown, and cases drawn from there.
struct Drawn {
  std::size_t processor;
  DrawnCases cases;
  std::size_t next = 0;  // processor to ask for more
  Literals seen = {};
};

class BatchSolver {
 public:
  BatchSolver(const spec::Spec& spec, const Batch& batch, unsigned seed, Work& work)
      : spec_(spec),
        work_(work),
        own_(work.processors),
        first_(spec, batch.check, seed, &own_.front().profile()),
        others_(spec, batch.check, seed) {}

  // By the first processor that shows the goal with nothing else amiss, or if none does by the first that shows it.
  void solve(const std::map<int, std::size_t>& places) {
    const CheckGoal& goal = work_.goals.at(places.begin()->first)[places.begin()->second];
    if (goal.drawing)
      draw(goal, places);
    else if (!is_shown(places, true))
      is_shown(places, false);
  }

 private:
  bool is_shown(const std::map<int, std::size_t>& places, bool strict) {
    for (std::size_t p = 0; p < own_.size(); ++p) {
      const auto place = places.find(own_[p].profile().maxphyaddr);
      if (place == places.end()) continue;
      const CheckGoal& goal = work_.goals.at(place->first)[place->second];
      const auto found = (p == 0 ? first_ : others_).smallest(goal, own_[p], strict);
      if (!found) continue;
      Answer& answer = work_.answers[p][place->second];
      answer.choice = found;
      if (names_neighbour(goal))
        answer.neighbour = nearest_accepted(spec_, own_[p], goal.check, work_.rules[goal.check][goal.rule], *found);
      if (goal.shows == CheckGoal::Shows::only_rule || (strict && goal.shows == CheckGoal::Shows::not_rule))
        drawn_.try_emplace(goal.id, Drawn{p, DrawnCases(spec_, own_[p], goal, *found), p + 1});
      return true;
    }
    return false;
  }

  void draw(const CheckGoal& goal, const std::map<int, std::size_t>& places) {
    const auto from = drawn_.find(goal.drawn_from);
    if (from == drawn_.end()) return;
    Drawn& drawn = from->second;
    if (*goal.drawing >= kDrawingsByFirst) {
      const spec::Condition& when = work_.rules[goal.check][goal.rule].when;
      if (drawn.seen.empty()) are_new(spec_, when, own_[drawn.processor].profile(), drawn.seen);
      while (drawn.next < own_.size()) {
        const std::size_t p = drawn.next++;
        if (are_new(spec_, when, own_[p].profile(), drawn.seen) && draw_by(p, goal, places)) return;
      }
    }
    work_.answers[drawn.processor][places.at(own_[drawn.processor].profile().maxphyaddr)].choice = drawn.cases.next();
  }

  // Whether this processor shows the rule alone, too; then its drawing.
  bool draw_by(std::size_t p, const CheckGoal& goal, const std::map<int, std::size_t>& places) {
    const auto place = places.find(own_[p].profile().maxphyaddr);
    if (place == places.end()) return false;
    CheckGoal alone = goal;
    alone.demands = {work_.rules[goal.check][goal.rule].when};
    const auto start = others_.smallest(alone, own_[p], true);
    if (!start) return false;
    work_.answers[p][place->second].choice = DrawnCases(spec_, own_[p], goal, *start).next();
    return true;
  }

  const spec::Spec& spec_;
  Work& work_;
  std::vector<CheckedProcessor> own_;
  CheckSolving first_;  // of the processor that shows most goals
  CheckSolving others_;
  std::map<std::string, Drawn> drawn_;  // by goal
};

}  // namespace

std::vector<CheckVectors> check_vectors(const spec::Spec& spec, const std::vector<const spec::Profile*>& profiles,
                                        unsigned seed) {
  Work work;
  std::map<std::pair<std::size_t, std::size_t>, Batch> batches;
  for (const spec::Check& check : spec.checks) work.rules.push_back(whole_rules(spec, check));
  for (const spec::Profile* const profile : profiles) {
    const int width = profile->maxphyaddr;
    const auto [found, is_new] = work.goals.try_emplace(width);
    if (is_new) found->second = check_goals(spec, width);
    work.processors.emplace_back(spec, *profile);
    work.answers.emplace_back(found->second.size());
    for (std::size_t n = 0; is_new && n < found->second.size(); ++n) {
      const CheckGoal& goal = found->second[n];
      Batch& batch = batches[{goal.check, goal.rule * kBatches / work.rules[goal.check].size()}];
      batch.check = goal.check;
      batch.goals[goal.id].emplace(width, n);
    }
  }
  std::vector<const Batch*> list;
  for (const auto& [key, batch] : batches) list.push_back(&batch);
  std::ranges::stable_sort(list, std::greater<>(), [](const Batch* one) { return one->goals.size(); });
  in_parallel<int>(
      list.size(), [] { return std::make_unique<int>(); },
      [&](std::size_t i, int&) {
        BatchSolver solver(spec, *list[i], seed, work);
        for (const auto& [id, places] : list[i]->goals) solver.solve(places);
      });
  std::vector<CheckVectors> results;
  for (std::size_t p = 0; p < profiles.size(); ++p)
    results.push_back(collected(work.processors[p], work.goals.at(profiles[p]->maxphyaddr), work.answers[p]));
  return results;
}

}  // namespace vectors
