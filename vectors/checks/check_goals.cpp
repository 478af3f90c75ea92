#include "vectors/checks/check_goals.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "vectors/checks/ways.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using Shows = CheckGoal::Shows;

class Maker {
 public:
  Maker(const spec::Spec& spec, std::size_t check, int maxphyaddr, std::vector<CheckGoal>& goals)
      : spec_(spec),
        check_(spec.checks.at(check)),
        number_(check),
        maxphyaddr_(maxphyaddr),
        rules_(whole_rules(spec, check_)),
        ways_(spec, check_, maxphyaddr),
        goals_(goals) {}

  void add_all() {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
      add_rule(rule);
      add_addresses(rules_[rule]);
    }
    add_accepted();
    add_endings();
  }

 private:
  void add(const std::string& kind, const std::string& what, const spec::Citation& cite, CheckGoal goal) {
    goal.id = fmt::format("{}/{}/{}", kind, check_.id, what);
    goal.cite = to_string(cite);
    goal.check = number_;
    goals_.push_back(std::move(goal));
  }

  // The rule alone; in each way, where there are several; and each of its conditions not holding while the others do.
  void add_rule(std::size_t number) {
    const WholeRule& rule = rules_[number];
    const std::vector<spec::Condition> conditions = conjuncts_of(rule.when);
    const auto add_ways = [&](const std::string& kind, Shows shows, const std::vector<CheckWay>& ways) {
      for (const CheckWay& way : ways) {
        CheckGoal goal;
        goal.shows = shows;
        goal.rule = number;
        goal.demands = way.demands;
        add(kind, rule.rule->id + (way.id.empty() ? "" : "/" + way.id), rule.rule->cite, std::move(goal));
      }
    };
    add_ways("check", Shows::only_rule, {{"", {rule.when}}});
    for (unsigned n = 0; n < kDrawings && !check_.endings.at(rule.ending).may; ++n) {
      CheckGoal goal;
      goal.shows = Shows::only_rule;
      goal.rule = number;
      goal.drawing = n;
      goal.drawn_from = fmt::format("check/{}/{}", check_.id, rule.rule->id);
      add("drawn", fmt::format("{}/{}", rule.rule->id, n), rule.rule->cite, std::move(goal));
    }
    std::vector<CheckWay> ways = ways_.of_all(conditions);
    std::erase_if(ways, [](const CheckWay& way) { return way.id.empty(); });
    add_ways("check", Shows::rule, ways);
    const std::vector<CheckWay> guards = ways_.of_all_but_one(conditions);
    add_ways("guard", Shows::not_rule, guards);
    for (const CheckWay& way : guards) {
      CheckGoal goal;
      goal.shows = Shows::not_rule;
      goal.rule = number;
      goal.demands = way.demands;
      goal.drawing = 0;
      const std::string what = rule.rule->id + (way.id.empty() ? "" : "/" + way.id);
      goal.drawn_from = fmt::format("guard/{}/{}", check_.id, what);
      add("guard_drawn", what, rule.rule->cite, std::move(goal));
    }
  }

  // Where the rule looks at bits beyond an address in use: the highest address that there is.
  void add_addresses(const WholeRule& rule) {
    CheckGoal goal;
    const spec::Condition* beyond = nullptr;
    const std::vector<spec::Condition> conditions = conjuncts_of(rule.when);
    for (const spec::Condition& one : conditions) {
      const bool is_beyond =
          one.kind == spec::Condition::Kind::any_of_kind && one.field_kind == spec::FieldKind::beyond_maxphyaddr;
      if (is_beyond) {
        beyond = &one;
      } else {
        goal.demands.push_back(one);
      }
    }
    if (beyond == nullptr) return;
    const spec::Register& word = spec_.registers.at(spec::register_at(beyond->word));
    if (word.derivation && word.derivation->place) {  // the end of an area: of one that is small
      const spec::Derivation::Place& place = *word.derivation->place;
      const spec::Bits all = {origin_of(spec_, place.number).width - 1, 0};
      goal.demands.push_back(has_value(place.number, all, {place.byte_before ? std::uint64_t{1} : 0}));
    }
    const auto bits = kinds_of(word, maxphyaddr_).at(spec::FieldKind::address);
    const spec::Bits range = {static_cast<unsigned>(std::bit_width(bits)) - 1,
                              static_cast<unsigned>(std::countr_zero(bits))};
    goal.demands.push_back(has_value(beyond->word, range, {bits >> range.low}));
    add("accepted", fmt::format("{}/highest", word.id), rule.rule->cite, std::move(goal));
  }

  // Nothing but what must be; each control that the manual names.
  void add_accepted() {
    add("accepted", "plain", check_.endings.front().cite, {});
    Support support;
    for (const WholeRule& rule : rules_) add_support(spec_, rule.when, support);
    for (const auto& [number, mask] : support) {
      const spec::Register& one = spec_.registers.at(number);
      if (one.role != spec::Role::control) continue;
      for (const spec::Field& field : one.fields) {
        if (field.kind != spec::FieldKind::field) continue;
        CheckGoal goal;
        goal.demands = {bits_set(spec::word_of_register(number), bits_at(field.bits))};
        if (one.activated_by) goal.demands.push_back(bits_set(one.activated_by->word, one.activated_by->bits));
        add("accepted", one.id + "/" + field.id, field.cite, std::move(goal));
      }
    }
  }

  // Rules of two endings are broken: which of them counts.
  void add_endings() {
    for (std::size_t first = 0; first < check_.endings.size(); ++first) {
      for (std::size_t second = first + 1; second < check_.endings.size(); ++second) {
        CheckGoal goal;
        goal.shows = Shows::two_endings;
        goal.ending = first;
        goal.lower = second;
        add("priority", fmt::format("{}/before/{}", check_.endings[first].id, check_.endings[second].id),
            check_.endings[first].cite, std::move(goal));
      }
    }
  }

  const spec::Spec& spec_;
  const spec::Check& check_;
  std::size_t number_;
  int maxphyaddr_;
  std::vector<WholeRule> rules_;
  Ways ways_;
  std::vector<CheckGoal>& goals_;
};

}  // namespace

std::vector<CheckGoal> check_goals(const spec::Spec& spec, int maxphyaddr) {
  std::vector<CheckGoal> goals;
  for (const std::size_t check : checks_of_processors(spec)) Maker(spec, check, maxphyaddr, goals).add_all();
  std::ranges::sort(goals, {}, &CheckGoal::id);
  return goals;
}

}  // namespace vectors
