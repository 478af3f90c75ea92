// Vectors of the checks, for all profiles: what they show by the interpreter, which shares no code with the header that
// they were found with; that they are smallest; and what no processor shows.
#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/registers.h"
#include "tests/support/spec_under_test.h"
#include "tests/vectors/checks/all_vectors.h"
#include "vectors/checks/check_solving.h"
#include "vectors/checks/drawn_checks.h"
#include "vectors/checks/unmet_goals.h"

namespace {

using support::spec_under_test;
using vectors::CheckGoal;
using vectors::CheckVector;
using vectors::CheckVectors;
using vectors::Choice;

const std::vector<CheckVectors>& all() { return support::all_check_vectors(); }

const spec::Profile& profile(const std::string& id) { return *find_id(spec_under_test().profiles, id); }

const CheckVectors& vectors_of(const std::string& id) { return *std::ranges::find(all(), id, &CheckVectors::profile); }

std::map<std::string, CheckGoal> goals_of(int width) {
  std::map<std::string, CheckGoal> goals;
  for (CheckGoal& goal : vectors::check_goals(spec_under_test(), width)) goals.emplace(goal.id, goal);
  return goals;
}

bool same(ept_registers a, ept_registers b) {
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    if (*ept_register_word(&a, n) != *ept_register_word(&b, n)) return false;
  }
  return a.maxphyaddr == b.maxphyaddr;
}

// What the interpreter says of a case: the rules that are broken, by their place among all of the check.
std::vector<std::size_t> broken_by(const model::CheckResult& result, const std::vector<vectors::WholeRule>& rules) {
  std::vector<std::size_t> broken;
  for (std::size_t n = 0; n < rules.size(); ++n) {
    const std::string& part = spec_under_test().checks.at(rules[n].check).id;
    const auto found = std::ranges::find(result.rules, part, &std::pair<std::string, std::uint64_t>::first);
    if ((found->second >> rules[n].rule->bit & 1) != 0) broken.push_back(n);
  }
  return broken;
}

const std::vector<vectors::WholeRule>& rules_of(std::size_t check) {
  static std::map<std::size_t, std::vector<vectors::WholeRule>> rules;
  const auto [found, is_new] = rules.try_emplace(check);
  if (is_new) found->second = vectors::whole_rules(spec_under_test(), spec_under_test().checks.at(check));
  return found->second;
}

bool shows(const CheckGoal& goal, const model::CheckResult& result) {
  const std::vector<vectors::WholeRule>& rules = rules_of(goal.check);
  const std::vector<std::size_t> broken = broken_by(result, rules);
  const bool has_rule = std::ranges::count(broken, goal.rule) == 1;
  switch (goal.shows) {
    case CheckGoal::Shows::only_rule: return broken == std::vector{goal.rule};
    case CheckGoal::Shows::rule: return has_rule && result.outcome == rules.at(goal.rule).ending + 1;
    case CheckGoal::Shows::not_rule: return result.outcome != rules.at(goal.rule).ending + 1;
    case CheckGoal::Shows::accepted: return broken.empty() && result.outcome == 0;
    case CheckGoal::Shows::two_endings:
      return result.outcome == goal.ending + 1 &&
             std::ranges::any_of(broken, [&](std::size_t n) { return rules[n].ending == goal.lower; });
  }
  return false;
}

TEST(CheckVectors, meet_their_goals_by_the_interpreter) {
  const model::Interpreter interpreter(spec_under_test());
  for (const CheckVectors& one : all()) {
    const auto goals = goals_of(profile(one.profile).maxphyaddr);
    for (const CheckVector& vector : one.vectors) {
      const model::Circumstances machine = support::circumstances_of(vector.registers);
      const auto result = interpreter.check(machine, spec_under_test().checks.at(vector.check));
      ASSERT_EQ(result.outcome, vector.expected.outcome);
      for (const std::string& id : vector.goals) {
        const CheckGoal& goal = goals.at(id);
        ASSERT_TRUE(shows(goal, result)) << one.profile << " " << id;
        for (const spec::Condition& demand : goal.demands)
          ASSERT_TRUE(interpreter.holds(machine, demand)) << one.profile << " " << id;
      }
    }
  }
}

TEST(CheckVectors, have_the_capabilities_of_their_processor) {
  for (const CheckVectors& one : all()) {
    const spec::Profile& of = profile(one.profile);
    for (const CheckVector& vector : one.vectors) {
      ept_registers registers = vector.registers;
      for (std::size_t n = 0; n < spec_under_test().registers.size(); ++n) {
        if (spec_under_test().registers[n].role != spec::Role::capability) continue;
        ASSERT_EQ(*ept_register_word(&registers, static_cast<int>(n)), of.registers.at(n));
      }
      ASSERT_EQ(static_cast<int>(registers.maxphyaddr), of.maxphyaddr);
    }
  }
}

TEST(CheckVectors, leave_registers_0_that_the_processor_does_not_have) {
  const spec::Profile& of = profile("lynnfield_i5_750");
  const auto list = vectors::check_vectors(spec_under_test(), {&of});
  ASSERT_GT(list.front().vectors.size(), 1000U);
  for (const CheckVector& vector : list.front().vectors) {
    EXPECT_EQ(vector.registers.tertiary_controls, 0U);
    EXPECT_EQ(vector.registers.eptp_list_address, 0U);
  }
}

TEST(CheckVectors, plain_entry_is_what_a_64_bit_host_needs) {
  const spec::Profile& of = profile("skylake_6700k");
  const CheckGoal goal = goals_of(of.maxphyaddr).at("accepted/vm_entry/plain");
  vectors::CheckedProcessor processor(spec_under_test(), of);
  const auto choice = vectors::CheckSolving(spec_under_test(), goal.check).smallest(goal, processor);
  ASSERT_TRUE(choice);
  const ept_registers plain = processor.registers_of(*choice);
  EXPECT_EQ(plain.pin_based_controls, 0x16U);
  EXPECT_EQ(plain.primary_controls, 0x04006172U);
  EXPECT_EQ(plain.vm_exit_controls, 0x36dfbU | 0x200U);
  EXPECT_EQ(plain.vm_entry_controls, 0x11fbU | 0x200U);
  EXPECT_EQ(plain.processor_state, 0x41U);
  EXPECT_EQ(plain.eptp, 0U);
}

std::set<std::string> shown() {
  std::set<std::string> goals;
  for (const CheckVectors& one : all()) {
    for (const vectors::CheckPurpose& purpose : one.purposes) goals.insert(purpose.goal);
  }
  return goals;
}

// What must be refused is refused also where something may be refused.
TEST(CheckVectors, show_that_an_ending_that_must_come_is_before_one_that_may) {
  EXPECT_TRUE(shown().contains("priority/vm_entry/vm_fail_control_or_host_state/before/may_fail_control_fields"));
}

// Each rule that can be the only one that is broken is so on some profile.
TEST(CheckVectors, show_each_rule_alone_on_some_profile) {
  const std::set<std::string> known = shown();
  std::set<std::string> not_shown;
  for (const auto& [id, goal] : goals_of(46)) {
    if (goal.shows == CheckGoal::Shows::only_rule && !goal.drawing && !known.contains(id)) not_shown.insert(id);
  }
  EXPECT_EQ(not_shown, std::set<std::string>());
}

const std::vector<vectors::Unmet>& unmet() {
  static const std::vector<vectors::Unmet> list = vectors::unmet_goals(spec_under_test(), shown());
  return list;
}

// On a processor where one of these two controls must be 1, no VM entry outside SMM is accepted.
TEST(CheckVectors, show_all_goals_that_some_processor_can_but_two) {
  std::set<std::string> possible;
  for (const vectors::Unmet& one : unmet()) {
    EXPECT_EQ(one.profile, "") << one.goal;
    if (!one.lacking.empty()) possible.insert(one.goal);
  }
  EXPECT_EQ(possible, (std::set<std::string>{"check/vm_entry/entry_required_control_clear/bit_10",
                                             "check/vm_entry/entry_required_control_clear/bit_11"}));
}

// A goal that is left out is a gap, and the profile that can show it is named.
TEST(CheckVectors, goal_that_is_left_out_is_a_gap) {
  const std::string id = "check/vm_entry/vpid_zero";
  std::set<std::string> less = shown();
  ASSERT_EQ(less.erase(id), 1U);
  const std::vector<vectors::Unmet> list = vectors::unmet_goals(spec_under_test(), less);
  const auto gap = std::ranges::find(list, id, &vectors::Unmet::goal);
  ASSERT_NE(gap, list.end());
  EXPECT_NE(find_id(spec_under_test().profiles, gap->profile), nullptr);
  EXPECT_EQ(list.size(), unmet().size() + 1);
}

// Proved, whatever the capabilities are. The last part of each id is left out.
TEST(CheckVectors, no_processor_shows_only_these_goals) {
  std::set<std::string> impossible;
  for (const vectors::Unmet& one : unmet()) {
    if (one.lacking.empty()) impossible.insert(one.goal.substr(0, one.goal.rfind('/')));
  }
  const std::string too_large =
      "guard/vm_entry/injected_event_instruction_length_too_large/event_type+event_type+vector";
  const std::string zero = "guard/vm_entry/injected_event_instruction_length_zero/event_type+event_type+vector";
  EXPECT_EQ(
      impossible,
      (std::set<std::string>{
          // Outside SMM the two SMM controls are always refused.
          "accepted/vm_entry/vm_entry_controls",
          // A count that is the largest there is and not above 4.
          "check/vm_entry/cr3_target_count_beside_reported/cr3_target_count",
          // The one control has no effect while the other has, but the same control activates both.
          "check/vm_entry/eptp_switching_without_ept", "check/vm_entry/intel_pt_guest_physical_addresses_without_ept",
          "check/vm_entry/mode_based_execute_control_without_ept", "check/vm_entry/pml_without_ept",
          "check/vm_entry/sub_page_write_permissions_without_ept", "check/vm_entry/unrestricted_guest_without_ept",
          "guard/vm_entry/x2apic_mode_with_apic_accesses/virtualize_apic_accesses",
          "guard/vm_entry/x2apic_mode_with_apic_accesses/virtualize_x2apic_mode",
          // Other values of the field are refused by other rules, with the same error.
          "guard/vm_entry/eptp_memory_type_uc_not_supported/eptp_memory_type",
          "guard/vm_entry/eptp_memory_type_wb_not_supported/eptp_memory_type",
          "guard/vm_entry/eptp_walk_length_4_not_supported/walk_length",
          "guard/vm_entry/eptp_walk_length_5_not_supported/walk_length",
          "guard/vm_entry/injected_error_code_missing/event_type", "guard/vm_entry/injected_error_code_missing/vector",
          "guard/vm_entry/injected_error_code_vector/vector", too_large, too_large + "/event_type",
          too_large + "/vector", zero, zero + "/event_type", zero + "/vector",
          "guard/vm_entry/injected_event_instruction_length_zero/vm_entry_instruction_length",
          "guard/vm_entry/injected_fred_event_not_supported/event_type",
          "guard/vm_entry/injected_fred_event_not_supported/vector",
          "guard/vm_entry/injected_hardware_exception_vector/event_type",
          "guard/vm_entry/injected_nmi_vector/event_type", "guard/vm_entry/injected_other_event_vector/event_type",
          "guard/vm_entry/injected_pending_mtf_not_supported/event_type",
          "guard/vm_entry/injected_pending_mtf_not_supported/vector",
          // Rules of these endings exclude each other: of other VMX operation, of another function.
          "priority/invept/vm_exit_invept/before", "priority/vmfunc/vm_exit_vmfunc/before"}));
}

TEST(CheckVectors, another_seed_finds_the_same) {
  const std::vector<const spec::Profile*> some = {&profile("ivybridge_3770k"), &profile("synthetic_true_differs")};
  const auto one = vectors::check_vectors(spec_under_test(), some);
  const auto other = vectors::check_vectors(spec_under_test(), some, 7);
  for (std::size_t p = 0; p < some.size(); ++p) {
    ASSERT_EQ(one[p].vectors.size(), other[p].vectors.size());
    for (std::size_t n = 0; n < one[p].vectors.size(); ++n) {
      EXPECT_EQ(one[p].vectors[n].goals, other[p].vectors[n].goals);
      EXPECT_TRUE(same(one[p].vectors[n].registers, other[p].vectors[n].registers)) << n;
    }
    ASSERT_EQ(one[p].purposes.size(), other[p].purposes.size());
    for (std::size_t n = 0; n < one[p].purposes.size(); ++n)
      EXPECT_EQ(one[p].purposes[n].neighbour, other[p].purposes[n].neighbour) << one[p].purposes[n].goal;
  }
}

// A rule is checked whatever the rest is: of each bit of the VMCS that cases of a rule can have, some have it and some
// do not.
TEST(CheckVectors, drawn_cases_of_a_rule_have_each_bit_both_ways) {
  const spec::Profile& of = profile("skylake_6700k");
  vectors::CheckedProcessor processor(spec_under_test(), of);
  const CheckGoal goal = goals_of(of.maxphyaddr).at("check/vm_entry/vpid_zero");
  const auto alone = vectors::CheckSolving(spec_under_test(), goal.check).smallest(goal, processor);
  ASSERT_TRUE(alone);
  vectors::DrawnCases drawn(spec_under_test(), processor, goal, *alone);
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  std::size_t count = 0;
  for (auto one = drawn.next(); one; one = drawn.next(), ++count) {
    ASSERT_TRUE(processor.meets(goal, *one));
    const ept_registers registers = processor.registers_of(*one);
    ones |= registers.msr_bitmap_address;
    zeros |= ~registers.msr_bitmap_address;
    EXPECT_EQ(registers.vpid, 0U);
  }
  EXPECT_GE(count, 2U);
  EXPECT_EQ(ones, ~std::uint64_t{0});
  EXPECT_EQ(zeros, ~std::uint64_t{0});
}

// No choice with a bit less meets the goal.
void expect_no_less(const std::string& id, const CheckGoal& goal, Choice choice, vectors::CheckedProcessor& processor) {
  while (choice.front() < 4 && !processor.meets(goal, choice)) ++choice.front();
  ASSERT_LT(choice.front(), 4U) << id;
  for (std::size_t place = 1; place < choice.size(); ++place) {
    for (std::uint64_t left = choice[place]; left != 0; left &= left - 1) {
      Choice less = choice;
      less[place] ^= std::uint64_t{1} << std::countr_zero(left);
      EXPECT_FALSE(processor.meets(goal, less)) << id;
    }
  }
}

TEST(CheckVectors, lose_their_goal_with_any_bit_less) {
  const spec::Profile& of = profile("alderlake_12500");
  vectors::CheckedProcessor processor(spec_under_test(), of);
  const auto chosen = vectors::chosen_registers(spec_under_test());
  const ept_registers usual = processor.registers_of(Choice(chosen.size() + 1, 0));
  const auto goals = goals_of(of.maxphyaddr);
  for (const CheckVector& vector : vectors_of(of.id).vectors) {
    Choice choice(1, 0);
    for (const std::size_t n : chosen) {
      ept_registers registers = vector.registers;
      ept_registers start = usual;
      choice.push_back(*ept_register_word(&registers, static_cast<int>(n)) ^
                       *ept_register_word(&start, static_cast<int>(n)));
    }
    for (const std::string& id : vector.goals) {
      if (!goals.at(id).drawing) expect_no_less(id, goals.at(id), choice, processor);
    }
  }
}

TEST(CheckVectors, neighbours_are_accepted_and_differ_in_one_or_two_bits) {
  std::size_t count = 0;
  for (const CheckVectors& one : all()) {
    for (const vectors::CheckPurpose& purpose : one.purposes) {
      if (!purpose.neighbour) continue;
      ++count;
      const CheckVector& vector = one.vectors.at(purpose.vector);
      const CheckVector& other = one.vectors.at(*purpose.neighbour);
      EXPECT_EQ(other.expected.outcome, 0U);
      EXPECT_NE(vector.expected.outcome, 0U);
      int changed = 0;
      ept_registers a = vector.registers;
      ept_registers b = other.registers;
      for (int n = 0; n < EPT_REGISTERS; ++n)
        changed += std::popcount(*ept_register_word(&a, n) ^ *ept_register_word(&b, n));
      EXPECT_TRUE(changed == 1 || changed == 2) << one.profile << " " << purpose.goal;
    }
  }
  EXPECT_GT(count, 500U);
}

TEST(CheckSolving, names_the_capability_that_a_processor_lacks) {
  const spec::Profile& of = profile("skylake_6700k");
  const auto goals = goals_of(of.maxphyaddr);
  const CheckGoal& goal = goals.at("check/vm_entry/hlatp_reserved_bit");
  vectors::CheckedProcessor processor(spec_under_test(), of);
  vectors::CheckSolving solving(spec_under_test(), goal.check);
  EXPECT_FALSE(solving.smallest(goal, processor));
  const auto lacking = solving.lacking(goal, processor);
  ASSERT_TRUE(lacking);
  EXPECT_EQ(lacking->size(), 1U);
  EXPECT_TRUE(lacking->front().ends_with(" = 1")) << lacking->front();
}

TEST(CheckSolving, finds_nothing_for_a_goal_that_contradicts_itself) {
  const spec::Profile& of = profile("skylake_6700k");
  CheckGoal goal = goals_of(of.maxphyaddr).at("check/vm_entry/vpid_zero");
  vectors::CheckedProcessor processor(spec_under_test(), of);
  vectors::CheckSolving solving(spec_under_test(), goal.check);
  const auto found = solving.smallest(goal, processor);
  ASSERT_TRUE(found);
  EXPECT_EQ(solving.lacking(goal, processor), std::nullopt);
  goal.shows = CheckGoal::Shows::accepted;
  EXPECT_FALSE(processor.meets(goal, *found));
  EXPECT_FALSE(solving.smallest(goal, processor));
  EXPECT_EQ(solving.lacking(goal, processor), std::vector<std::string>());
}

}  // namespace
