// Random vectors: the same from the same seed, possible in memory, and of every kind.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/case.h"
#include "vectors/format/binary.h"
#include "vectors/format/names.h"
#include "vectors/format/random.h"

namespace {

using vectors::Question;
using vectors::Vector;

constexpr std::uint64_t kSeed = 20260701;
constexpr std::uint64_t kCount = 20000;

ept_registers everything() {
  constexpr ept_word kAll = 0xffffffff;
  return support::processor(46, ~ept_word{0}, kAll, kAll, kAll, kAll);
}

Vector at(std::uint64_t index, std::uint64_t seed = kSeed) {
  return vectors::random_vector(everything(), "everything", seed, index);
}

TEST(Random, splitmix64_gives_the_published_numbers) {
  vectors::Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
}

TEST(Random, same_seed_and_index_give_the_same_vector) {
  EXPECT_EQ(vectors::to_binary({at(7)}), vectors::to_binary({at(7)}));
  EXPECT_NE(vectors::to_binary({at(7)}), vectors::to_binary({at(8)}));
  EXPECT_NE(vectors::to_binary({at(7)}), vectors::to_binary({at(7, kSeed + 1)}));
  EXPECT_EQ(at(7).id, "random/20260701/7");
}

TEST(Random, every_answer_and_every_rule_occurs) {
  std::map<Question, std::set<int>> answers;
  ept_word eptp = 0;
  ept_word entry = 0;
  ept_word violations = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const vectors::Vector vector = at(i);
    const bool walk = vector.asked.question == Question::walk;
    const ept_outcome& outcome = vector.expected.outcome;
    answers[vector.asked.question].insert(walk ? static_cast<int>(outcome.result)
                                               : static_cast<int>(vector.expected.classification.kind));
    eptp |= vector.expected.eptp_rules;
    entry |= vector.expected.classification.rules;
    violations |= outcome.result == EPT_VIOLATION ? outcome.rules : 0;
  }
  EXPECT_EQ(answers[Question::walk].size(), 4U);
  EXPECT_EQ(answers[Question::entry].size(), 4U);
  // All that a processor with every capability can break.
  EXPECT_EQ(eptp, EPT_RULE_EPTP_MEMORY_TYPE_RESERVED | EPT_RULE_EPTP_WALK_LENGTH_RESERVED | EPT_RULE_EPTP_RESERVED_BIT |
                      EPT_RULE_EPTP_ADDRESS_BEYOND_MAXPHYADDR);
  EXPECT_EQ(entry, EPT_RULE_WRITE_WITHOUT_READ | EPT_RULE_PAGING_WRITE_WITHOUT_READ | EPT_RULE_RESERVED_BIT |
                       EPT_RULE_ADDRESS_BEYOND_MAXPHYADDR | EPT_RULE_RESERVED_MEMORY_TYPE);
  EXPECT_EQ(violations, 0x1ffU);
}

TEST(Random, walks_can_be_put_into_memory_and_begin_with_an_accepted_eptp) {
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const vectors::Case asked = at(i).asked;
    if (asked.question == Question::eptp) continue;
    ASSERT_EQ(vectors::eptp_rules_of(asked.registers), 0U) << i;
    ASSERT_TRUE(asked.question == Question::entry || vectors::tables_are_apart(asked)) << i;
  }
}

Vector of_drawn_processor(std::uint64_t index) { return vectors::random_vector(std::nullopt, "", kSeed, index); }

TEST(Random, without_a_processor_each_vector_has_one_of_its_own) {
  std::set<ept_word> widths;
  ept_registers set{};
  ept_registers clear{};
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const ept_registers has = of_drawn_processor(i).asked.registers;
    widths.insert(has.maxphyaddr);
    set.capability |= has.capability;
    clear.capability |= ~has.capability;
    set.parameters |= has.parameters;
    clear.parameters |= ~has.parameters;
    for (const vectors::Controls& word : vectors::kControls) {
      vectors::controls_in(set, word) |= vectors::controls_in(has, word);
      vectors::controls_in(clear, word) |= ~vectors::controls_in(has, word);
    }
  }
  EXPECT_EQ(widths.size(), std::size_t{EPT_MAXPHYADDR_MAX - EPT_MAXPHYADDR_MIN + 1});
  EXPECT_EQ(set.capability & clear.capability, vectors::all_bits(ept_capability_names));
  EXPECT_EQ(set.parameters & clear.parameters, vectors::all_bits(ept_parameters_names));
  for (const vectors::Controls& word : vectors::kControls) {
    EXPECT_EQ(vectors::controls_in(set, word) & (vectors::controls_in(clear, word) | word.enabled),
              vectors::all_bits(vectors::vocabulary_of(word)))
        << word.name;
  }
}

TEST(Random, with_drawn_processors_every_rule_occurs) {
  ept_word eptp = 0;
  ept_word entry = 0;
  ept_word violations = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const vectors::Expected expected = of_drawn_processor(i).expected;
    eptp |= expected.eptp_rules;
    entry |= expected.classification.rules;
    violations |= expected.outcome.result == EPT_VIOLATION ? expected.outcome.rules : 0;
  }
  EXPECT_EQ(eptp, vectors::all_bits(ept_eptp_rule_names));
  EXPECT_EQ(entry, vectors::all_bits(ept_entry_rule_names));
  EXPECT_EQ(violations, vectors::all_bits(ept_violation_names));
}

// Which of the two is found first is nowhere said.
TEST(Random, no_entry_is_bad_below_an_address_that_is_too_wide) {
  std::size_t wide = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const vectors::Vector vector = of_drawn_processor(i);
    if ((vector.expected.outcome.rules & EPT_VIOLATION_GUEST_PHYSICAL_ADDRESS_WIDTH) == 0 ||
        vector.expected.outcome.result != EPT_VIOLATION)
      continue;
    vectors::Case narrow = vector.asked;
    narrow.guest_physical_address &= ~ept_word{EPT_GPA_BITS_51_48};
    const ept_outcome outcome = vectors::expected_of(narrow).outcome;
    EXPECT_NE(outcome.result, EPT_MISCONFIGURATION) << i;
    EXPECT_EQ(outcome.rules & EPT_VIOLATION_ENTRY_NOT_PRESENT, 0U) << i;
    ++wide;
  }
  EXPECT_GT(wide, 50U);
}

TEST(Random, a_processor_that_accepts_no_eptp_is_asked_about_eptps) {
  const ept_registers nothing = support::processor(36, 0);
  for (std::uint64_t i = 0; i < 100; ++i)
    EXPECT_EQ(vectors::random_vector(nothing, "nothing", kSeed, i).asked.question, Question::eptp);
}

}  // namespace
