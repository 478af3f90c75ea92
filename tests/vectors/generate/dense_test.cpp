// How dense vectors are drawn and how what they show is counted. That they show every literal is what `eptspec vectors
// coverage` says of the committed ones; vectors that do not are tried in coverage_test.py.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/spec_under_test.h"
#include "tests/vectors/format/samples.h"
#include "vectors/generate/dense.h"
#include "vectors/generate/pairs.h"
#include "vectors/generate/scatter.h"
#include "vectors/generate/shown.h"

namespace {

using support::spec_under_test;
using vectors::Case;
using vectors::LiteralSet;
using vectors::Pairs;

TEST(TurnRound, turns_what_can_be_turned) {
  Case asked;
  asked.registers.eptp = 0xf0;
  const auto holds = [](const Case& one) { return (one.registers.eptp & 0x24) == 0x20; };
  vectors::turn_round(asked, asked.registers.eptp, ~ept_word{0}, holds);
  EXPECT_EQ(asked.registers.eptp, ~ept_word{0xd4});
}

TEST(Pairs, a_row_adds_each_two_of_its_literals) {
  Pairs pairs;
  LiteralSet row{};
  row[0] = 0x3;
  row[20] = 0x1;
  EXPECT_EQ(pairs.gain(row), 4U);  // three pairs, and the half of three literals with themselves, rounded down
  pairs.add(row);
  EXPECT_EQ(pairs.gain(row), 0U);
  EXPECT_EQ(pairs.seen()[20], 1U);
  EXPECT_EQ(pairs.with(20, 0)[0], 0x3U);
  row[0] = 0x5;
  EXPECT_EQ(pairs.gain(row, 0, 2), 3U);
}

TEST(Scatter, keeps_what_is_to_hold_and_changes_the_rest) {
  const vectors::Literals literals(spec_under_test());
  vectors::Random random(7);
  vectors::Scatter scatter(spec_under_test(), literals.vocabulary(), random);
  const Case start = samples::with_goal("cell/pde_2m/reserved_bit/bit_13").asked;
  const auto holds = [](const Case& asked) {
    return (vectors::expected_of(asked).outcome.reserved_bits & 0x2000) != 0;
  };
  ASSERT_TRUE(holds(start));
  const Case drawn = scatter(start, holds);
  EXPECT_TRUE(holds(drawn));
  EXPECT_NE(drawn.entries.at(0), start.entries.at(0));
  EXPECT_NE(drawn.guest_physical_address, start.guest_physical_address);
  EXPECT_NE(drawn.registers.capability, start.registers.capability);
}

TEST(Shown, a_vector_shows_the_rule_that_it_breaks_alone) {
  const auto situations = vectors::all_situations(spec_under_test());
  const vectors::Shown shown(spec_under_test(), situations);
  const auto matches = shown.by(samples::with_goal("cell/pde_2m/reserved_bit/bit_13"));
  ASSERT_EQ(matches.size(), 1U);
  EXPECT_EQ(situations[matches.front().first].id, "misconfiguration/pde_2m/reserved_bit");
}

TEST(Dense, vectors_have_processors_of_their_own) {
  const vectors::Document& document = samples::dense();
  const auto has = [&](const auto& what) {
    return std::any_of(document.vectors.begin(), document.vectors.end(), what);
  };
  EXPECT_TRUE(has([](const auto& one) { return one.asked.registers.maxphyaddr == 36; }));
  EXPECT_TRUE(has([](const auto& one) { return one.asked.registers.maxphyaddr == 52; }));
  EXPECT_TRUE(has([](const auto& one) { return one.asked.registers.capability % 2 == 0; }));
}

// Mistakes that the canonical vectors alone do not show.
TEST(Dense, show_what_isolating_vectors_cannot) {
  const vectors::Document& document = samples::dense();
  const auto shows = [&](const auto& what) {
    return std::any_of(document.vectors.begin(), document.vectors.end(), [&](const vectors::Vector& vector) {
      return vector.asked.question == vectors::Question::walk && what(vector.asked, vector.expected.outcome);
    });
  };
  EXPECT_TRUE(shows([](const Case& asked, const ept_outcome& outcome) {  // loads of PDPTEs are reads, with EPTP bit 6
    return (asked.access & EPT_ACCESS_PDPTE_LOAD) != 0 && (asked.registers.eptp >> 6 & 1) != 0 &&
           outcome.result == EPT_TRANSLATED &&
           (asked.entries.at(static_cast<std::size_t>(asked.level) - static_cast<std::size_t>(outcome.level)) &
            EPT_ENTRY_WRITE) == 0;
  }));
  EXPECT_TRUE(shows([](const Case& asked, const ept_outcome& outcome) {  // bits 7:3 of a PML4E, with five levels
    return asked.level == 5 && outcome.level == 4 && outcome.reserved_bits != 0 &&
           (outcome.reserved_bits & ~0xf8U) == 0;
  }));
  EXPECT_TRUE(shows([](const Case& asked, const ept_outcome& outcome) {  // a misconfigured entry with the accessed flag
    return outcome.result == EPT_MISCONFIGURATION && outcome.level == 1 &&
           (asked.entries.back() & EPT_ENTRY_ACCESSED) != 0;
  }));
}

}  // namespace
