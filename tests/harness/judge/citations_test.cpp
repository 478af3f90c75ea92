// The place in the manual is that of what was missed, not that of what the vector was made for.
#include <gtest/gtest.h>

#include "harness/judge/cause.h"
#include "harness/suite/builtin.h"
#include "tests/support/case.h"

namespace {

using harness::Deviation;
using harness::Field;
using harness::field_of;
using Places = std::vector<std::string>;

constexpr const char* kGoal = "the place of the goal";

vectors::Vector vector_of(const vectors::Case& asked) {
  vectors::Vector vector;
  vector.asked = asked;
  vector.expected = vectors::expected_of(asked);
  vector.cite = kGoal;
  return vector;
}

vectors::Vector entry(int level, ept_word value) {
  return vector_of(
      support::case_of(vectors::Question::entry, harness::usual_configuration(), 0x101e, level, {value}, 0, 0));
}

// A 4-level walk to a 2-MByte page.
vectors::Vector walk(ept_word guest_physical_address, ept_word leaf, ept_word access) {
  return vector_of(support::case_of(vectors::Question::walk, harness::usual_configuration(), 0x101e, 4,
                                    {0x2007, 0x3007, leaf}, guest_physical_address, access));
}

Places places(const vectors::Vector& vector, const Deviation& deviation) {
  return harness::citations_of(vector, {harness::Verdict::fail, {}, {deviation}});
}

constexpr Deviation kMissed{Field::result, EPTSPEC_WALK_MISCONFIGURATION, EPTSPEC_WALK_TRANSLATED};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Citations, of_a_missed_reserved_bit_are_rule_and_field) {
  const Places found = places(entry(2, 0x6020b7), kMissed);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(contains(found[0], "31.3.3.1 EPT Misconfigurations")) << found[0];
  EXPECT_TRUE(contains(found[1], "Table 31-5, bits 20:12")) << found[1];
}

TEST(Citations, of_an_address_bit_that_the_processor_lacks_is_its_field) {
  const Places found = places(entry(1, ept_word{1} << 51 | 0x1037), kMissed);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(contains(found[1], "Table 31-7, bits 51:maxphyaddr")) << found[1];
}

TEST(Citations, of_a_missed_violation_is_its_condition) {
  const Places found = places(walk(ept_word{1} << 48, 0x6000b7, EPT_ACCESS_READ), kMissed);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(contains(found[0], "31.3.2 EPT Translation Mechanism, 4-level EPT")) << found[0];
}

TEST(Citations, of_a_violation_taken_for_a_misconfiguration_are_rule_and_order) {
  const harness::Judgement judgement{
      harness::Verdict::fail, {}, {{Field::result, EPTSPEC_WALK_VIOLATION, EPTSPEC_WALK_MISCONFIGURATION}}};
  const Places found = harness::citations_of(walk(0, 0, EPT_ACCESS_READ), judgement);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(contains(found[1], "31.3.3.3 Prioritization")) << found[1];
}

// Bit 2 allows it; the implementation looked at bit 10.
TEST(Citations, of_a_supervisor_fetch_that_is_refused_is_the_rule_on_such_fetches) {
  vectors::Vector vector = walk(0, 0x6000b5, EPT_ACCESS_SUPERVISOR_FETCH);
  vector.asked.registers.secondary_controls |= EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL;
  vector.expected = vectors::expected_of(vector.asked);
  const Deviation refused{Field::result, EPTSPEC_WALK_TRANSLATED, EPTSPEC_WALK_VIOLATION};
  const Places found = places(vector, refused);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(contains(found[0], "instruction fetch, mode-based execute")) << found[0];
  const harness::Cause cause = harness::cause_of(vector, {harness::Verdict::fail, {}, {refused}});
  EXPECT_EQ(cause.rule, "supervisor_execute_not_allowed");
}

TEST(Citations, of_a_read_that_is_refused_is_the_rule_on_reads) {
  const vectors::Vector vector = walk(0, 0x6000b7, EPT_ACCESS_READ);
  const Deviation refused{Field::result, EPTSPEC_WALK_TRANSLATED, EPTSPEC_WALK_VIOLATION};
  EXPECT_TRUE(contains(places(vector, refused).at(0), "31.3.3.2 EPT Violations, data read"));
  EXPECT_EQ(harness::cause_of(vector, {harness::Verdict::fail, {}, {refused}}).rule, "translated");
}

TEST(Citations, of_a_wrong_qualification_bit_is_that_bit) {
  const Places found = places(walk(0, 0x6000b1, EPT_ACCESS_WRITE), {field_of(EPT_OUTCOME_QUALIFICATION), 0, 1, 8});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(contains(found[0], "Table 30-7, bit 8")) << found[0];
}

TEST(Citations, of_a_wrong_field_is_that_field_in_the_format_of_the_leaf) {
  const vectors::Vector translated = walk(0, 0x6000b7, EPT_ACCESS_READ);
  EXPECT_TRUE(contains(places(translated, {field_of(EPT_OUTCOME_MEMORY_TYPE)}).at(0), "Table 31-5, bits 5:3"));
  EXPECT_TRUE(contains(places(translated, {field_of(EPT_OUTCOME_IGNORE_PAT)}).at(0), "Table 31-5, bit 6"));
  EXPECT_TRUE(contains(places(translated, {field_of(EPT_OUTCOME_HOST_PHYSICAL_ADDRESS)}).at(0), "Table 31-5"));
}

TEST(Citations, of_wrong_flags_are_those_of_the_flags) {
  const vectors::Vector translated = walk(0, 0x6000b7, EPT_ACCESS_READ);
  EXPECT_TRUE(contains(places(translated, {Field::entry, 1, 0, 9, 2}).at(0), "31.3.5"));
  EXPECT_EQ(places(translated, {Field::entry, 1, 2, {}, 4}).size(), 2U);
}

TEST(Citations, of_what_no_rule_forbids_is_that_of_the_vector) {
  EXPECT_EQ(places(walk(0, 0x6000b7, EPT_ACCESS_READ), kMissed), Places{kGoal});
  EXPECT_EQ(places(entry(2, 0x6000b7), kMissed), Places{kGoal});
}

TEST(Citations, stand_once_each) {
  const vectors::Vector vector = walk(0, 0x6000b1, EPT_ACCESS_WRITE);
  const Deviation level{field_of(EPT_OUTCOME_LEVEL), 2, 3};
  EXPECT_EQ(harness::citations_of(vector, {harness::Verdict::fail, {}, {level, level}}).size(), 1U);
}

TEST(Citations, of_what_an_exit_saves_are_its_own) {
  const vectors::Vector misconfigured = walk(0, 0x400020b7, EPT_ACCESS_READ);
  const auto place = [&](const Deviation& deviation) { return places(misconfigured, deviation).at(0); };
  EXPECT_TRUE(contains(place({field_of(EPT_OUTCOME_QUALIFICATION), 0, 1}), "30.2.1"));
  EXPECT_TRUE(contains(place({field_of(EPT_OUTCOME_GUEST_PHYSICAL_ADDRESS), 0, 1}), "guest-physical address"));
  EXPECT_TRUE(contains(place({field_of(EPT_SAVED_GUEST_RIP), 0, 1}), "30.3.3"));
  EXPECT_TRUE(contains(place({field_of(EPT_SAVED_VE_BEYOND), 0, 1}), "28.5.8.2"));
}

}  // namespace
