// The ways in which a condition over registers comes to hold, or not to hold, as further conditions: each bit, each
// value, each bound by itself. Tests: tests/vectors/checks/check_goals_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "vectors/checks/whole_rules.h"

namespace vectors {

struct CheckWay {
  std::string id;  // "bit_03", "event_type_2"; empty where there is nothing to tell apart
  std::vector<spec::Condition> demands;
};

// For the processors of one width.
class Ways {
 public:
  Ways(const spec::Spec& spec, const spec::Check& check, int maxphyaddr)  // references are kept
      : spec_(spec), check_(check), maxphyaddr_(maxphyaddr) {}

  // At least one way, which may contradict itself.
  [[nodiscard]] std::vector<CheckWay> of(const spec::Condition& condition, bool holds) const;
  // Of the conditions all hold. Ways that contradict themselves, or the state in which the check is made, are left out.
  [[nodiscard]] std::vector<CheckWay> of_all(const std::vector<spec::Condition>& conditions) const;
  // All hold but one; which, and how it does not.
  [[nodiscard]] std::vector<CheckWay> of_all_but_one(const std::vector<spec::Condition>& conditions) const;

 private:
  [[nodiscard]] std::vector<CheckWay> possible(std::vector<CheckWay> ways) const;
  [[nodiscard]] std::vector<CheckWay> nonzero(const spec::Condition& condition, bool holds) const;
  static std::vector<CheckWay> one_of(const spec::Condition& condition, bool holds);
  [[nodiscard]] std::vector<CheckWay> any_of_kind(const spec::Condition& condition, bool holds) const;
  [[nodiscard]] std::vector<CheckWay> compared(const spec::Condition& condition, bool holds) const;
  static std::vector<CheckWay> not_within(const spec::Condition& condition);
  static std::vector<CheckWay> unlike_others(const spec::Condition& condition, bool holds);
  [[nodiscard]] std::vector<CheckWay> bounded(const spec::Condition& condition, bool holds) const;
  [[nodiscard]] std::vector<CheckWay> without_effect(const spec::Condition& condition, bool holds) const;
  static std::vector<CheckWay> single(const spec::Condition& condition, std::uint64_t bits, std::uint64_t zero);

  const spec::Spec& spec_;
  const spec::Check& check_;
  int maxphyaddr_;
};

// What a goal calls a condition: the field or word that it speaks of.
std::string name_of(const spec::Condition& condition);

}  // namespace vectors
