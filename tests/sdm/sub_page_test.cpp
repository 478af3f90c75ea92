// SDM Vol. 3C, 31.3.4.2 Determining an Access's Sub-Page Write Permission.
#include "ept_model.h"
#include "tests/sdm/sdm.h"

namespace {

using sdm::able_machine;
using sdm::bit;
using sdm::Circumstances;
using sdm::Memory;
using sdm::Outcome;
using sdm::Result;

constexpr std::uint64_t kPointer = 0x8000;

// The tables of guest-physical address 0 lie at 8000H, 9000H, A000H; the vector of its page at B000H.
Memory table(std::uint64_t vector) {
  return {{0x8000, 0x9000 | bit(0)}, {0x9000, 0xa000 | bit(0)}, {0xa000, 0xb000 | bit(0)}, {0xb000, vector}};
}

Outcome check(const Memory& memory, std::uint64_t gpa = 0, std::uint64_t access = EPT_ACCESS_WRITE,
              const Circumstances& machine = able_machine()) {
  return support::header_check_sub_page(machine, gpa, access, support::reader(memory));
}

TEST(SdmSubPage, bit_2n_of_the_vector_allows_writes_to_part_n_of_128_bytes) {
  for (unsigned n = 0; n < 32; ++n) {
    for (unsigned part = 0; part < 32; ++part) {
      const Result expected = n == part ? Result::sub_page_write_allowed : Result::sub_page_write_refused;
      EXPECT_EQ(check(table(bit(2 * n)), 128ULL * part).result, expected) << n << " " << part;
      EXPECT_EQ(check(table(bit(2 * n)), 128ULL * part + 127).result, expected) << n << " " << part;
    }
  }
}

TEST(SdmSubPage, bits_47_39_38_30_29_21_and_20_12_of_the_address_select_the_entries) {
  for (unsigned n = 12; n < 48; ++n) {
    Memory memory = table(1);
    const std::uint64_t moved = kPointer + 0x1000ULL * (3 - (n - 12) / 9);
    memory[moved + 8 * bit((n - 12) % 9)] = memory[moved];
    memory[moved] = 0;
    EXPECT_EQ(check(memory, bit(n)).result, Result::sub_page_write_allowed) << n;
  }
}

TEST(SdmSubPage, table_entry_whose_bit_0_is_0_is_a_miss) {
  for (const int level : {4, 3, 2}) {
    Memory memory = table(1);
    memory[kPointer + 0x1000 * static_cast<std::uint64_t>(4 - level)] &= ~bit(0);
    const Outcome found = check(memory);
    EXPECT_EQ(found.result, Result::sub_page_miss) << level;
    EXPECT_EQ(found.level, level);
  }
}

TEST(SdmSubPage, vector_has_no_valid_bit) {
  EXPECT_EQ(check(table(0)).result, Result::sub_page_write_refused);
  EXPECT_EQ(check(table(bit(2)), 128).result, Result::sub_page_write_allowed);
}

TEST(SdmSubPage, bits_11_1_and_those_from_maxphyaddr_on_are_reserved_in_table_entries) {
  for (const int level : {4, 3, 2}) {
    for (unsigned n = 1; n < 64; ++n) {
      Memory memory = table(1);
      memory[kPointer + 0x1000 * static_cast<std::uint64_t>(4 - level)] |= bit(n);
      const bool reserved = n <= 11 || n >= 46;
      const Outcome found = check(memory);
      EXPECT_EQ(found.result == Result::sub_page_misconfiguration, reserved) << level << " " << n;
      EXPECT_EQ(found.reserved_bits, reserved ? bit(n) : 0) << level << " " << n;
    }
  }
}

TEST(SdmSubPage, width_of_the_processor_decides_which_address_bits_are_reserved) {
  for (int width = 36; width < 52; ++width) {
    Circumstances machine = able_machine();
    machine.maxphyaddr = width;
    for (const int n : {width - 1, width}) {
      Memory memory = table(1);
      memory[kPointer] |= bit(static_cast<unsigned>(n));
      const bool is = check(memory, 0, EPT_ACCESS_WRITE, machine).result == Result::sub_page_misconfiguration;
      EXPECT_EQ(is, n == width) << width;
    }
  }
}

TEST(SdmSubPage, odd_bits_of_the_vector_are_reserved) {
  for (unsigned n = 0; n < 64; ++n) {
    const Result result = check(table(bit(n) | bit(0))).result;
    EXPECT_EQ(result, n % 2 == 1 ? Result::sub_page_misconfiguration : Result::sub_page_write_allowed) << n;
  }
}

// 30.2.1, exit qualification for SPP-related events; 30.2.3 for bit 12.
TEST(SdmSubPage, bit_11_of_the_qualification_tells_a_miss_from_a_misconfiguration) {
  Memory missed = table(1);
  missed[0x9000] = 0;
  EXPECT_EQ(check(missed).sub_page_qualification, bit(11));
  EXPECT_EQ(check(table(bit(1))).sub_page_qualification, 0U);
  EXPECT_EQ(check(missed).sub_page_qualification_defined & ~bit(12), bit(11));
  EXPECT_EQ(check(table(1)).sub_page_qualification_defined, 0U);
}

TEST(SdmSubPage, bit_12_of_the_qualification_reports_unblocked_nmis) {
  Circumstances machine = able_machine();
  machine.pin_based = 0;
  const std::uint64_t access = EPT_ACCESS_WRITE | EPT_ACCESS_UNBLOCKED_NMI;
  EXPECT_EQ(check(table(bit(1)), 0, access, machine).sub_page_qualification, bit(12));
  EXPECT_EQ(check(table(bit(1)), 0, EPT_ACCESS_WRITE, machine).sub_page_qualification_defined, bit(11) | bit(12));
  machine.pin_based = bit(3);  // NMI exiting without virtual NMIs
  EXPECT_EQ(check(table(bit(1)), 0, access, machine).sub_page_qualification_defined, bit(11));
}

}  // namespace
