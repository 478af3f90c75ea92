// Random vectors on a machine: where their addresses go, and what of them stays.
#include "harness/metal/job.h"

#include <gtest/gtest.h>

#include "ept_model.h"
#include "harness/metal/windows.h"
#include "tests/support/case.h"
#include "vectors/format/random.h"

namespace {

// A processor with everything that such vectors can ask for.
const ept_registers kProcessor = support::processor(40, 0xf0106b34141, 0x28, 0x80000000, 0xc40002);

vectors::Vector random(std::uint64_t index) { return vectors::random_vector(kProcessor, "", 3, index); }

vectors::Vector settled(std::uint64_t index) {
  vectors::Vector vector = random(index);
  harness::settle(vector);
  return vector;
}

bool in_a_window(ept_word entry) {
  const ept_word address = entry & EPT_ENTRY_ADDRESS & 0xffffffffffU;
  return (address >= harness::kTablesBegin && address < harness::kTablesEnd) ||
         (address >= harness::kPagesBegin && address < harness::kPagesEnd);
}

TEST(Settle, all_addresses_are_in_the_windows_and_the_address_is_no_wider_than_the_processor) {
  for (std::uint64_t n = 0; n < 500; ++n) {
    const vectors::Case asked = settled(n).asked;
    if (asked.question == vectors::Question::eptp) continue;
    const bool sub_page = asked.question == vectors::Question::sub_page;
    EXPECT_TRUE(!sub_page || in_a_window(asked.registers.sub_page_table_pointer)) << n;
    const std::size_t addresses = asked.entries.size() - (sub_page ? 1 : 0);  // a vector is none
    for (std::size_t i = 0; i < addresses; ++i) EXPECT_TRUE(in_a_window(asked.entries[i])) << n;
    EXPECT_EQ(asked.guest_physical_address >> 40, 0U);
  }
}

TEST(Settle, what_an_entry_is_does_not_change) {
  for (std::uint64_t n = 0; n < 500; ++n) {
    const vectors::Vector before = random(n);
    if (before.asked.question != vectors::Question::entry) continue;
    const vectors::Vector after = settled(n);
    EXPECT_EQ(after.expected.classification.kind, before.expected.classification.kind) << n;
    EXPECT_EQ(after.expected.classification.reserved_bits, before.expected.classification.reserved_bits) << n;
  }
}

TEST(Settle, accesses_are_such_as_a_guest_makes) {
  for (std::uint64_t n = 0; n < 500; ++n) {
    const ept_word access = settled(n).asked.access;
    EXPECT_EQ(access & (EPT_ACCESS_NO_LINEAR_ADDRESS | EPT_ACCESS_ASYNCHRONOUS), 0U);
    const bool fetch = (access & EPT_ACCESS_INSTRUCTION_FETCH) != 0;
    EXPECT_FALSE(fetch && (access & EPT_ACCESS_GUEST_EXECUTE_DISABLE) != 0);
  }
}

TEST(Settle, expectations_are_those_of_the_moved_case) {
  for (std::uint64_t n = 0; n < 100; ++n) {
    const vectors::Vector vector = settled(n);
    EXPECT_EQ(vector.expected.outcome.host_physical_address,
              vectors::expected_of(vector.asked).outcome.host_physical_address);
  }
}

}  // namespace
