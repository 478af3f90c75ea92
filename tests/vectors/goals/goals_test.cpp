// Goals: that they are those that the manual gives, for formats whose bits are counted here by hand.
#include <algorithm>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

#include "spec/partial.h"
#include "tests/support/spec_under_test.h"
#include "vectors/generate/meets.h"
#include "vectors/goals/goals.h"

namespace {

using support::spec_under_test;

std::set<std::string> goals_below(const std::string& prefix, int maxphyaddr) {
  std::set<std::string> ways;
  for (const vectors::Goal& goal : vectors::all_goals(spec_under_test(), maxphyaddr)) {
    if (goal.id.rfind(prefix, 0) == 0) ways.insert(goal.id.substr(prefix.size()));
  }
  return ways;
}

std::set<std::string> bits(int low, int high) {
  std::set<std::string> names;
  for (int bit = low; bit <= high; ++bit) names.insert((bit < 10 ? "bit_0" : "bit_") + std::to_string(bit));
  return names;
}

TEST(Goals, pde_that_maps_a_page_has_bits_20_to_12_reserved) {
  EXPECT_EQ(goals_below("cell/pde_2m/reserved_bit/", 46), bits(12, 20));
}

TEST(Goals, width_46_leaves_bits_51_to_46_beyond) {
  EXPECT_EQ(goals_below("cell/pde_2m/address_beyond_maxphyaddr/", 46), bits(46, 51));
}

TEST(Goals, width_52_leaves_no_bit_of_an_entry_beyond) {
  EXPECT_TRUE(goals_below("cell/pte/address_beyond_maxphyaddr/", 52).empty());
}

TEST(Goals, pml4e_has_bits_7_to_3_reserved) { EXPECT_EQ(goals_below("cell/pml4e/reserved_bit/", 39), bits(3, 7)); }

TEST(Goals, eptp_has_bits_from_maxphyaddr_to_63_beyond) {
  EXPECT_EQ(goals_below("cell/eptp/eptp_address_beyond_maxphyaddr/", 46), bits(46, 63));
}

TEST(Goals, memory_types_2_3_and_7_are_reserved) {
  const std::set<std::string> types = {"memory_type_2", "memory_type_3", "memory_type_7"};
  EXPECT_EQ(goals_below("cell/pte/reserved_memory_type/", 46), types);
}

TEST(Goals, priority_has_25_pairs_for_each_pair_of_levels) {
  EXPECT_EQ(goals_below("priority/4/", 46).size(), 25U * 6);
  EXPECT_EQ(goals_below("priority/5/", 46).size(), 25U * 10);
}

TEST(Goals, what_the_profile_does_not_have_is_out_of_reach) {
  const auto& profiles = spec_under_test().profiles;
  const auto haswell =
      std::find_if(profiles.begin(), profiles.end(), [](const auto& one) { return one.id == "haswell_4770"; });
  const auto is_out_of_reach = [&](const std::string& id) {
    const auto goals = vectors::all_goals(spec_under_test(), haswell->maxphyaddr);
    const auto goal = std::find_if(goals.begin(), goals.end(), [&](const auto& one) { return one.id == id; });
    if (goal == goals.end()) throw std::runtime_error("no such goal: " + id);
    return vectors::is_out_of_reach(spec_under_test(), *goal, *haswell);
  };
  EXPECT_FALSE(is_out_of_reach("cell/pde_2m/reserved_bit/bit_13"));
  EXPECT_FALSE(is_out_of_reach("guard/flag/accessed/on_by/enable_accessed_dirty"));
  EXPECT_TRUE(is_out_of_reach("guard/5/flag/accessed/on_by/enable_accessed_dirty"));  // no walks of 5 levels
  EXPECT_TRUE(is_out_of_reach("guard/convertible/on_by/ept_violation_ve/page"));      // no such control
}

TEST(Goals, ids_are_unique) {
  const auto goals = vectors::all_goals(spec_under_test(), 46);
  EXPECT_EQ(goals_below("", 46).size(), goals.size());
}

TEST(Goals, execute_only_not_supported_depends_on_its_capability) {
  const std::string pattern = "guard/pte/execute_only_not_supported/execute/";
  const std::set<std::string> guards = {"on_by/execute_only", "off_by/execute_only/legal",
                                        "off_by/execute_only/not_present"};
  EXPECT_EQ(goals_below(pattern, 46), guards);
}

TEST(Goals, suppress_ve_depends_on_its_control_and_on_the_one_that_activates_it) {
  const std::set<std::string> guards = {"on_by/ept_violation_ve/legal", "off_by/ept_violation_ve/legal",
                                        "on_by/activate_secondary_controls/legal",
                                        "off_by/activate_secondary_controls/legal"};
  EXPECT_EQ(goals_below("guard/pde_2m/suppress_ve/", 46), guards);
}

TEST(Goals, a_flipped_bit_turns_a_condition_where_it_decides) {
  const spec::Spec& spec = spec_under_test();
  const auto& conditions = spec.conditions;
  const auto condition = std::find_if(conditions.begin(), conditions.end(),
                                      [](const auto& one) { return one.id == "nmi_unblocking_not_reported"; });
  for (const std::uint64_t controls : {0x0U, 0x8U, 0x20U, 0x28U}) {
    const auto holds = [&](const spec::Condition& when, std::uint64_t value) {
      return spec::judge(spec, when, {{word_of(spec, "pin_based_controls"), spec::known(value)}});
    };
    for (const std::uint64_t bit : {0x8U, 0x20U}) {
      const auto flipped = vectors::with_flipped(spec, condition->when, word_of(spec, "pin_based_controls"), bit);
      EXPECT_EQ(holds(flipped, controls), holds(condition->when, controls ^ bit)) << controls << " " << bit;
    }
  }
}

}  // namespace
