// SDM Vol. 3C, 30.2.1 (Table 30-7), 28.5.8.1 and 31.3.5: exit qualification, convertible violations, accessed and dirty
// flags.
#include "tests/sdm/sdm.h"

namespace {

using namespace sdm;

constexpr std::uint64_t kReadOnly = kFrame | kWriteBack | 1;
constexpr std::uint64_t kReadExecute = kFrame | kWriteBack | 5;

TEST(SdmQualification, write_to_a_read_only_page) {
  const Outcome outcome = access_page(plain_machine(), EPT_ACCESS_WRITE, kReadOnly);
  EXPECT_EQ(outcome.qualification & 0x3f, 0x0aU);  // write; readable
  EXPECT_EQ(outcome.qualification_defined & 0x3f, 0x3fU);
  EXPECT_EQ(outcome.qualification & 0x180, 0x180U);  // linear address valid, of its translation
}

TEST(SdmQualification, fetch_from_a_page_without_execute) {
  EXPECT_EQ(access_page(plain_machine(), EPT_ACCESS_SUPERVISOR_FETCH, kFrame | kWriteBack | 3).qualification & 0x3f,
            0x1cU);
}

TEST(SdmQualification, entry_not_present_clears_bits_6_to_3) {
  const Outcome outcome = access_page(able_machine(), EPT_ACCESS_READ, 0);
  EXPECT_EQ(outcome.qualification & 0x78, 0U);
  EXPECT_EQ(outcome.qualification_defined & 0x78, 0x78U);
}

TEST(SdmQualification, bit_6_is_undefined_without_mode_based_control) {
  EXPECT_EQ(access_page(plain_machine(), EPT_ACCESS_WRITE, kReadOnly).qualification_defined & bit(6), 0U);
}

TEST(SdmQualification, bit_6_is_the_and_of_bit_10_for_every_access) {
  const auto with = [](std::uint64_t pml4e_user) {
    return walk(able_machine(), EPT_ACCESS_WRITE, to_table(1) | pml4e_user, to_table(2) | bit(10),
                to_table(3) | bit(10), kReadOnly | bit(10))
        .qualification;
  };
  EXPECT_EQ(with(bit(10)) & bit(6), bit(6));
  EXPECT_EQ(with(0) & bit(6), 0U);
}

TEST(SdmQualification, read_modify_write_sets_bit_1_and_leaves_bit_0_open) {
  const Outcome outcome = access_page(plain_machine(), EPT_ACCESS_READ_MODIFY_WRITE, kReadOnly);
  EXPECT_EQ(outcome.qualification & 2, 2U);
  EXPECT_EQ(outcome.qualification_defined & 3, 2U);
}

TEST(SdmQualification, with_flags_a_guest_entry_access_sets_bits_0_and_1) {
  Circumstances machine = able_machine();
  machine.eptp |= bit(6);
  const Outcome outcome = access_page(machine, EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ, kReadOnly);
  EXPECT_EQ(outcome.qualification & 3, 3U);
  EXPECT_EQ(outcome.qualification_defined & 3, 3U);
  EXPECT_EQ(outcome.qualification & 0x180, 0x80U);  // not the translation of the linear address
}

TEST(SdmQualification, pdpte_load_has_no_linear_address) {
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_GUEST_PDPTE_LOAD, 0).qualification & 0x180, 0U);
}

TEST(SdmQualification, bits_11_to_9_need_advanced_exit_information) {
  const std::uint64_t access =
      EPT_ACCESS_WRITE | EPT_ACCESS_USER_MODE_LINEAR_ADDRESS | EPT_ACCESS_GUEST_EXECUTE_DISABLE;
  const Outcome with = access_page(able_machine(), access, kReadOnly);
  EXPECT_EQ(with.qualification_defined & 0xe00, 0xe00U);
  EXPECT_EQ(with.qualification & 0xe00, 0xa00U);
  EXPECT_EQ(access_page(plain_machine(), access, kReadOnly).qualification_defined & 0xe00, 0U);
}

TEST(SdmQualification, bits_63_to_17_are_undefined) {
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_WRITE, kReadOnly).qualification_defined >> 17, 0U);
}

TEST(SdmQualification, shadow_stack_access_sets_bit_13) {
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_USER_SHADOW_STACK_WRITE, kReadOnly).qualification & bit(13),
            bit(13));
}

TEST(SdmQualification, bit_14_is_bit_60_of_the_leaf) {
  Circumstances machine = able_machine();
  machine.eptp |= bit(7);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, kReadOnly | bit(60)).qualification & bit(14), bit(14));
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, kReadOnly).qualification & bit(14), 0U);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, 0).qualification_defined & bit(14), 0U);
}

TEST(SdmQualification, access_to_a_guest_entry_is_no_fetch) {
  const Outcome outcome =
      access_page(able_machine(), EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ | EPT_ACCESS_INSTRUCTION_FETCH, 0);
  EXPECT_EQ(outcome.qualification & 4, 0U);
}

TEST(SdmQualification, trace_address_pretranslation_is_asynchronous_and_has_no_linear_address) {
  constexpr std::uint64_t kAccess = EPT_ACCESS_WRITE | EPT_ACCESS_NO_LINEAR_ADDRESS;
  const Outcome outcome = access_page(able_machine(), kAccess | EPT_ACCESS_ASYNCHRONOUS, 0);
  EXPECT_EQ(outcome.qualification & (bit(16) | bit(7)), bit(16));
  EXPECT_EQ(outcome.qualification_defined & bit(16), bit(16));
  EXPECT_EQ(access_page(able_machine(), kAccess, 0).qualification_defined & bit(16), 0U);
}

TEST(SdmQualification, bit_16_tells_user_interrupt_delivery) {
  constexpr std::uint64_t kAccess = EPT_ACCESS_WRITE | EPT_ACCESS_ASYNCHRONOUS;
  EXPECT_EQ(access_page(able_machine(), kAccess, 0).qualification & (bit(16) | bit(7)), bit(16) | bit(7));
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_WRITE, 0).qualification & bit(16), 0U);
}

TEST(SdmQualification, bit_15_tells_guest_paging_verification) {
  const std::uint64_t access = EPT_ACCESS_READ | EPT_ACCESS_UNVERIFIED_GUEST_PAGING;
  EXPECT_EQ(access_page(able_machine(), access, kFrame | kRwx | kWriteBack | bit(57)).qualification & bit(15), bit(15));
}

TEST(SdmConvertible, bit_63_of_the_leaf_suppresses) {
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_WRITE, kReadExecute).convertible, 1U);
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_WRITE, kReadExecute | bit(63)).convertible, 0U);
}

TEST(SdmConvertible, bit_63_of_a_missing_entry_counts_at_every_level) {
  EXPECT_EQ(walk(able_machine(), EPT_ACCESS_READ, 0, 0, 0, 0).convertible, 1U);
  EXPECT_EQ(walk(able_machine(), EPT_ACCESS_READ, bit(63), 0, 0, 0).convertible, 0U);
}

TEST(SdmConvertible, bit_63_of_a_present_table_entry_does_not_count) {
  EXPECT_EQ(walk(able_machine(), EPT_ACCESS_READ, to_table(1) | bit(63), to_table(2), to_table(3), 0).convertible, 1U);
}

TEST(SdmConvertible, address_too_wide_leaves_it_open_only_with_the_control) {
  const auto too_wide = [](const Circumstances& machine) {
    return walk(machine, EPT_ACCESS_READ, to_table(1), to_table(2), to_table(3), kReadOnly, bit(48));
  };
  EXPECT_EQ(too_wide(able_machine()).convertible_defined, 0U);
  EXPECT_EQ(too_wide(plain_machine()).convertible_defined, 1U);
  EXPECT_EQ(too_wide(plain_machine()).convertible, 0U);
}

TEST(SdmConvertible, never_without_the_control) {
  EXPECT_EQ(access_page(plain_machine(), EPT_ACCESS_WRITE, kReadOnly).convertible, 0U);
}

TEST(SdmFlags, read_sets_accessed_in_every_entry_and_no_dirty) {
  Circumstances machine = able_machine();
  machine.eptp |= bit(6);
  const Outcome outcome = access_page(machine, EPT_ACCESS_READ, kReadOnly);
  EXPECT_EQ(outcome.accessed.must, 0x1eU);  // levels 4 to 1
  EXPECT_EQ(outcome.dirty.must | outcome.dirty.may, 0U);
}

TEST(SdmFlags, write_sets_dirty_in_the_leaf_only) {
  Circumstances machine = able_machine();
  machine.eptp |= bit(6);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, kFrame | kRwx | kWriteBack).dirty.must, 2U);
}

TEST(SdmFlags, nothing_is_set_without_eptp_bit_6) {
  const Outcome outcome = access_page(able_machine(), EPT_ACCESS_WRITE, kFrame | kRwx | kWriteBack);
  EXPECT_EQ(outcome.accessed.must | outcome.accessed.may | outcome.dirty.must | outcome.dirty.may, 0U);
}

TEST(SdmFlags, entries_above_a_missing_one_may_be_marked) {
  Circumstances machine = able_machine();
  machine.eptp |= bit(6);
  const Outcome outcome = access_page(machine, EPT_ACCESS_READ, 0);
  EXPECT_EQ(outcome.accessed.must, 0U);
  EXPECT_EQ(outcome.accessed.may, 0x1cU);  // levels 4 to 2
}

// 30.2.1: the exit qualification is saved for violations, and cleared for misconfigurations.
TEST(SdmQualification, qualification_of_a_misconfiguration_is_0_in_all_bits) {
  const Outcome outcome = access_page(plain_machine(), EPT_ACCESS_READ, kFrame + bit(1) + kWriteBack);
  EXPECT_EQ(outcome.result, Result::misconfiguration);
  EXPECT_EQ(outcome.qualification, 0U);
  EXPECT_EQ(outcome.qualification_defined, ~std::uint64_t{0});
}

// 30.2.1: all bits of the guest-physical address, of violations and misconfigurations.
TEST(SdmExit, guest_physical_address_is_saved_with_its_low_bits) {
  const auto saved = [](std::uint64_t pte) {
    return walk(plain_machine(), EPT_ACCESS_READ, to_table(1), to_table(2), to_table(3), pte, 0xabc)
        .guest_physical_address;
  };
  EXPECT_EQ(saved(0), 0xabcU);
  EXPECT_EQ(saved(kFrame + bit(1)), 0xabcU);
  EXPECT_EQ(saved(kFrame + kRwx + kWriteBack), 0U);
}

}  // namespace
