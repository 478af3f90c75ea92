// What is put to an adapter that is one processor, and what is not.
#include <gtest/gtest.h>

#include "harness/judge/case.h"
#include "harness/suite/builtin.h"
#include "tests/support/case.h"

namespace {

using harness::Description;

constexpr ept_word kEptp = 0x1000 | 6 | 3U << 3;
constexpr ept_word kPage = 0x9000 | 6U << 3 | 7;

Description usual_processor() {
  const ept_registers usual = harness::usual_configuration();
  Description description;
  description.questions = EPTSPEC_QUESTION_EPTP | EPTSPEC_QUESTION_ENTRY | EPTSPEC_QUESTION_WALK;
  description.configuration = usual;
  return description;
}

vectors::Vector entry_vector(const ept_registers& with, int level, ept_word entry) {
  vectors::Vector vector;
  vector.asked = support::case_of(vectors::Question::entry, with, kEptp, level, {entry}, 0, 0);
  vector.expected = vectors::expected_of(vector.asked);
  return vector;
}

struct Prepared {
  harness::Judgement unasked;
  harness::PutCase put;
};

Prepared prepared(const vectors::Vector& vector, const Description& description) {
  harness::PutCase put{};
  harness::Judgement unasked = harness::prepare(vector, description, 1, put);
  return {std::move(unasked), put};
}

// Why it is not applicable, or else "".
std::string why_not(const vectors::Vector& vector, const Description& description) {
  const harness::Judgement unasked = prepared(vector, description).unasked;
  return unasked.verdict == harness::Verdict::not_applicable ? unasked.reason : "";
}

std::string why_skipped(const vectors::Vector& vector, const Description& description) {
  const harness::Judgement unasked = prepared(vector, description).unasked;
  return unasked.verdict == harness::Verdict::skipped ? unasked.reason : "";
}

TEST(Case, vector_applies_where_the_manual_says_the_same) {
  ept_registers other = harness::usual_configuration();
  other.maxphyaddr = 52;
  const Prepared there = prepared(entry_vector(other, 1, kPage), usual_processor());
  EXPECT_EQ(there.unasked.verdict, harness::Verdict::pass);
  EXPECT_EQ(there.put.registers.maxphyaddr, 46U);
}

TEST(Case, width_that_matters_is_named) {
  ept_registers narrow = harness::usual_configuration();
  narrow.maxphyaddr = 40;
  EXPECT_EQ(why_not(entry_vector(narrow, 1, kPage | ept_word{1} << 41), usual_processor()), "maxphyaddr is 46, not 40");
}

TEST(Case, capability_that_matters_is_named) {
  ept_registers plain = harness::usual_configuration();
  plain.capability &= ~ept_word{EPT_CAPABILITY_EXECUTE_ONLY | EPT_CAPABILITY_INVEPT};
  const auto vector = entry_vector(plain, 1, (kPage & ~ept_word{7}) | EPT_ENTRY_EXECUTE);
  EXPECT_EQ(why_not(vector, usual_processor()), "capability execute_only is always on");
}

TEST(Case, control_that_the_processor_lacks_is_named) {
  ept_registers modern = harness::usual_configuration();
  modern.secondary_controls |= EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL;
  const auto vector = entry_vector(modern, 1, (kPage & ~ept_word{7}) | EPT_ENTRY_USER_EXECUTE);
  EXPECT_EQ(why_not(vector, usual_processor()), "control mode_based_execute_control is missing");
  Description able = usual_processor();
  able.optional_controls.secondary_controls = EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL;
  EXPECT_EQ(why_not(vector, able), "");
  EXPECT_NE(prepared(vector, able).put.registers.secondary_controls & EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL, 0U);
}

TEST(Case, words_of_a_walk_lie_where_the_walk_reads) {
  vectors::Case walk = support::case_of(vectors::Question::walk, harness::usual_configuration(), kEptp, 4,
                                        {0x2007, 0x3007, 0x4007, kPage}, 0x123456789abc, EPT_ACCESS_READ);
  harness::PutCase put{};
  ASSERT_TRUE(harness::lay_out(walk, put));
  EXPECT_EQ(put.words.size(), 4U);
  EXPECT_EQ(put.words[0].address, 0x1000U + 8 * (0x123456789abc >> 39));
  EXPECT_EQ(put.words[3].address, 0x4000U + 8 * (0x123456789abc >> 12 & 0x1ff));
}

TEST(Case, entries_that_no_memory_holds_are_not_asked) {
  vectors::Vector vector;
  vector.asked = support::case_of(vectors::Question::walk, harness::usual_configuration(), kEptp, 4,
                                  {0x1007, 0x3007, 0x4007, kPage}, 0, EPT_ACCESS_READ);
  vector.expected = vectors::expected_of(vector.asked);
  EXPECT_EQ(why_skipped(vector, usual_processor()), "two of its tables have the same address");
}

TEST(Case, question_that_the_adapter_does_not_answer_is_not_asked) {
  Description only_walks = usual_processor();
  only_walks.questions = EPTSPEC_QUESTION_WALK;
  const auto vector = entry_vector(harness::usual_configuration(), 1, kPage);
  EXPECT_EQ(why_skipped(vector, only_walks), "the adapter does not answer this question");
}

// A write to an execute-only page with bit 61: the sub-page permission table decides, or does not.
TEST(Case, what_depends_on_a_parameter_that_is_not_known_is_not_asked) {
  ept_registers with = harness::usual_configuration();
  with.secondary_controls |= EPT_CONTROL_SUB_PAGE_WRITE_PERMISSIONS;
  vectors::Vector vector;
  vector.asked = support::case_of(vectors::Question::walk, with, kEptp, 4,
                                  {0x2007, 0x3007, 0x4007, 0x9034 | ept_word{1} << 61}, 0, EPT_ACCESS_WRITE);
  vector.expected = vectors::expected_of(vector.asked);
  Description description = usual_processor();
  description.configuration.secondary_controls = with.secondary_controls;
  EXPECT_EQ(why_not(vector, description), "");
  description.unknown_parameters = EPT_PARAMETER_SUB_PAGE_CHECK_WITHOUT_READ;
  EXPECT_EQ(why_not(vector, description), "the manual leaves it to the processor: sub_page_check_without_read");
  vector.asked.access = EPT_ACCESS_READ;
  vector.expected = vectors::expected_of(vector.asked);
  EXPECT_EQ(why_not(vector, description), "");
}

}  // namespace
