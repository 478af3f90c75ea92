// SDM Vol. 3C, 27.6.11 (Table 27-9) and 29.2.1.1: which EPTPs VM entry accepts.
#include "tests/sdm/sdm.h"

namespace {

using namespace sdm;

constexpr std::uint64_t kFourLevelsWb = 0x1e;
constexpr std::uint64_t kFiveLevelsWb = 0x26;

TEST(SdmEptp, write_back_with_four_levels_is_accepted) {
  EXPECT_TRUE(accepted(plain_machine(), 0x1000 | kFourLevelsWb));
}

TEST(SdmEptp, memory_types_other_than_0_and_6_are_refused) {
  for (const std::uint64_t type : {1U, 2U, 3U, 4U, 5U, 7U}) EXPECT_FALSE(accepted(able_machine(), 0x18 | type)) << type;
}

TEST(SdmEptp, uncacheable_needs_capability_bit_8) {
  Circumstances machine = able_machine();
  EXPECT_TRUE(accepted(machine, 0x18));
  machine.capability &= ~bit(8);
  EXPECT_FALSE(accepted(machine, 0x18));
}

TEST(SdmEptp, write_back_needs_capability_bit_14) {
  Circumstances machine = able_machine();
  machine.capability &= ~bit(14);
  EXPECT_FALSE(accepted(machine, kFourLevelsWb));
}

TEST(SdmEptp, walk_lengths_other_than_4_and_5_are_refused) {
  for (const std::uint64_t length : {0U, 1U, 2U, 5U, 6U, 7U})
    EXPECT_FALSE(accepted(able_machine(), length << 3 | 6)) << length;
}

TEST(SdmEptp, walk_length_5_needs_capability_bit_7) {
  Circumstances machine = able_machine();
  EXPECT_TRUE(accepted(machine, kFiveLevelsWb));
  machine.capability &= ~bit(7);
  EXPECT_FALSE(accepted(machine, kFiveLevelsWb));
}

TEST(SdmEptp, walk_length_4_needs_capability_bit_6) {
  Circumstances machine = able_machine();
  machine.capability &= ~bit(6);
  EXPECT_FALSE(accepted(machine, kFourLevelsWb));
}

TEST(SdmEptp, accessed_and_dirty_flags_need_capability_bit_21) {
  Circumstances machine = able_machine();
  EXPECT_TRUE(accepted(machine, kFourLevelsWb | bit(6)));
  machine.capability &= ~bit(21);
  EXPECT_FALSE(accepted(machine, kFourLevelsWb | bit(6)));
}

TEST(SdmEptp, bit_7_needs_capability_bit_23) {
  Circumstances machine = able_machine();
  EXPECT_TRUE(accepted(machine, kFourLevelsWb | bit(7)));
  machine.capability &= ~bit(23);
  EXPECT_FALSE(accepted(machine, kFourLevelsWb | bit(7)));
}

TEST(SdmEptp, bits_11_to_8_are_reserved) {
  for (unsigned n = 8; n <= 11; ++n) EXPECT_FALSE(accepted(able_machine(), kFourLevelsWb | bit(n))) << n;
}

TEST(SdmEptp, address_bits_from_the_physical_address_width_up_are_refused) {
  Circumstances machine = able_machine();  // MAXPHYADDR 46
  EXPECT_TRUE(accepted(machine, kFourLevelsWb | bit(45)));
  for (unsigned n = 46; n <= 63; ++n) EXPECT_FALSE(accepted(machine, kFourLevelsWb | bit(n))) << n;
}

TEST(SdmEptp, everything_that_the_processor_enumerates_is_accepted) {
  for (const std::uint64_t memory_type : {0U, 6U})
    for (const std::uint64_t levels : {3U << 3, 4U << 3})
      for (const std::uint64_t optional : {std::uint64_t{0}, bit(6), bit(7), bit(7) | bit(6)})
        EXPECT_TRUE(accepted(able_machine(), 0x1000 | optional | levels | memory_type))
            << optional << ' ' << levels << ' ' << memory_type;
}

}  // namespace
