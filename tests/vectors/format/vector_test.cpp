// A case's expectation and its memory.
#include <gtest/gtest.h>

#include "tests/support/case.h"
#include "vectors/format/vector.h"

namespace {

vectors::Case walk() {
  vectors::Case asked;
  asked.registers = support::processor(46, EPT_CAPABILITY_WALK_LENGTH_4 | EPT_CAPABILITY_MEMORY_TYPE_WB, 0, 0, 0, 0, 0);
  asked.registers.eptp = 0x101e;
  asked.level = 4;
  asked.entries = {0x2007, 0x3007, 0x4007, 0x40000037};
  asked.access = EPT_ACCESS_READ;
  return asked;
}

TEST(Vector, entries_are_read_in_order) {
  vectors::Case asked = walk();
  asked.guest_physical_address = 0x123;
  EXPECT_EQ(vectors::expected_of(asked).outcome.host_physical_address, 0x40000123U);
}

TEST(Vector, entries_are_read_in_order_whatever_addresses_they_name) {
  vectors::Case asked = walk();
  asked.entries[0] = 0x1007;  // the root table again
  const ept_outcome outcome = vectors::expected_of(asked).outcome;
  EXPECT_EQ(outcome.result, EPT_TRANSLATED);
  EXPECT_EQ(outcome.host_physical_address, 0x40000000U);
}

TEST(Vector, entries_below_the_one_that_ends_the_walk_are_not_read) {
  vectors::Case asked = walk();
  asked.entries[1] = 0x3000;
  const ept_outcome outcome = vectors::expected_of(asked).outcome;
  EXPECT_EQ(outcome.level, 3);
  EXPECT_EQ(outcome.rules, EPT_VIOLATION_ENTRY_NOT_PRESENT);
}

TEST(Vector, a_walk_with_too_few_entries_throws) {
  vectors::Case asked = walk();
  asked.entries.pop_back();
  EXPECT_THROW(vectors::expected_of(asked), std::out_of_range);
}

TEST(Vector, tables_are_where_the_entries_above_say) {
  vectors::Case asked = walk();
  for (std::size_t n = 0; n < 4; ++n) EXPECT_EQ(vectors::table_of(asked, n), 0x1000 * (n + 1));
  EXPECT_TRUE(vectors::tables_are_apart(asked));
  asked.entries[2] = 0x1007;
  EXPECT_FALSE(vectors::tables_are_apart(asked));
}

}  // namespace
