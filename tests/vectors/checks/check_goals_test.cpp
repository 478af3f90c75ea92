// The goals of the checks, and the list of rules that they are computed from.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/support/generators.h"
#include "tests/support/registers.h"
#include "tests/support/spec_under_test.h"
#include "vectors/checks/check_goals.h"

namespace {

using support::spec_under_test;
using vectors::CheckGoal;

constexpr int kWidth = 46;

const std::vector<CheckGoal>& goals() {
  static const std::vector<CheckGoal> list = vectors::check_goals(spec_under_test(), kWidth);
  return list;
}

std::set<std::string> ids_under(const std::string& prefix) {
  std::set<std::string> ids;
  for (const CheckGoal& goal : goals()) {
    if (goal.id == prefix || goal.id.starts_with(prefix + "/")) ids.insert(goal.id.substr(prefix.size()));
  }
  return ids;
}

std::set<std::string> bits(unsigned low, unsigned high) {
  std::set<std::string> ids = {""};
  for (unsigned bit = low; bit <= high; ++bit) ids.insert("/bit_" + std::to_string(100 + bit).substr(1));
  return ids;
}

RC_GTEST_PROP(WholeRules, are_broken_where_the_interpreter_says_so, ()) {
  const model::Circumstances machine = support::circumstances_of(*support::any_registers());
  const model::Interpreter interpreter(spec_under_test());
  for (const std::size_t number : vectors::checks_of_processors(spec_under_test())) {
    const spec::Check& check = spec_under_test().checks.at(number);
    const model::CheckResult result = interpreter.check(machine, check);
    for (const vectors::WholeRule& one : vectors::whole_rules(spec_under_test(), check)) {
      const std::string& part = spec_under_test().checks.at(one.check).id;
      const auto found = std::ranges::find(result.rules, part, &std::pair<std::string, std::uint64_t>::first);
      RC_ASSERT(interpreter.holds(machine, one.when) == ((found->second >> one.rule->bit & 1) != 0));
    }
  }
}

TEST(CheckGoals, are_of_the_checks_that_a_processor_shows) {
  std::set<std::string> ids;
  for (const std::size_t number : vectors::checks_of_processors(spec_under_test()))
    ids.insert(spec_under_test().checks.at(number).id);
  EXPECT_EQ(ids, (std::set<std::string>{"invept", "vm_entry", "vmfunc"}));
}

TEST(CheckGoals, have_ids_of_their_own_and_a_citation) {
  for (std::size_t n = 0; n < goals().size(); ++n) {
    EXPECT_TRUE(n == 0 || goals()[n - 1].id != goals()[n].id) << goals()[n].id;
    EXPECT_TRUE(goals()[n].cite.starts_with("SDM Vol. ")) << goals()[n].id;
  }
}

TEST(CheckGoals, break_each_rule_alone) {
  for (const std::size_t number : vectors::checks_of_processors(spec_under_test())) {
    const spec::Check& check = spec_under_test().checks.at(number);
    for (const vectors::WholeRule& one : vectors::whole_rules(spec_under_test(), check)) {
      const std::string id = "check/" + check.id + "/" + one.rule->id;
      const auto found = std::ranges::find(goals(), id, &CheckGoal::id);
      ASSERT_NE(found, goals().end()) << id;
      EXPECT_EQ(found->shows, CheckGoal::Shows::only_rule);
    }
  }
}

TEST(CheckGoals, break_allowed_settings_in_each_bit) {
  for (const auto& [rule, high] :
       {std::pair("pin_based_required_control_clear", 31U), std::pair("tertiary_control_not_allowed", 63U)}) {
    std::set<std::string> expected = bits(0, high);
    expected.insert("/unlike_at_most");
    EXPECT_EQ(ids_under(std::string("check/vm_entry/") + rule), expected);
  }
}

TEST(CheckGoals, set_each_bit_that_an_address_must_not_have) {
  EXPECT_EQ(ids_under("check/vm_entry/msr_bitmap_address_not_aligned"), bits(0, 11));
  EXPECT_EQ(ids_under("check/vm_entry/msr_bitmap_address_beyond_maxphyaddr"), bits(kWidth, 63));
}

TEST(CheckGoals, try_both_sides_of_a_bound) {
  EXPECT_EQ(ids_under("check/vmfunc/vm_function_number_too_large"),
            (std::set<std::string>{"", "/above_limit", "/largest"}));
  EXPECT_EQ(ids_under("guard/vmfunc/vm_function_number_too_large"),
            (std::set<std::string>{"/vmfunc_function", "/vmfunc_function/at_limit"}));
}

TEST(CheckGoals, let_each_condition_of_a_rule_not_hold) {
  EXPECT_EQ(ids_under("guard/vm_entry/vpid_zero"),
            (std::set<std::string>{"/enable_vpid", "/enable_vpid/without_effect", "/vpid/bit_00", "/vpid/bit_15"}));
}

TEST(CheckGoals, leave_out_values_that_no_state_has) {
  EXPECT_EQ(ids_under("check/vmfunc/vmfunc_outside_non_root_operation"),
            (std::set<std::string>{"", "/vmx_operation_0", "/vmx_operation_1"}));
}

}  // namespace
