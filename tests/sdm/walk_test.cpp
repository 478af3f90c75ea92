// SDM Vol. 3C, 31.3.2, 31.3.3.2 and 31.3.3.3: where a walk leads, what it refuses, and in which order.
#include "tests/sdm/sdm.h"

namespace {

using namespace sdm;

constexpr std::uint64_t kPageRwx = kFrame | kRwx | kWriteBack;

TEST(SdmWalk, four_kbyte_page_takes_the_low_12_bits_of_the_address) {
  const Outcome outcome =
      walk(plain_machine(), EPT_ACCESS_READ, to_table(1), to_table(2), to_table(3), kPageRwx, 0xabc);
  EXPECT_EQ(outcome.result, Result::translated);
  EXPECT_EQ(outcome.host_physical_address, 0x9abcU);
  EXPECT_EQ(outcome.memory_type, 6U);
}

TEST(SdmWalk, two_mbyte_page_takes_the_low_21_bits) {
  const Memory memory = support::tables({to_table(1), to_table(2)});
  Memory all = memory;
  all[0x3000] = 0x600000 | kRwx | kWriteBack | kPage;
  const Outcome outcome = support::header_walk(plain_machine(), 0x1fffff, EPT_ACCESS_READ, support::reader(all));
  EXPECT_EQ(outcome.host_physical_address, 0x7fffffU);
  EXPECT_EQ(outcome.level, 2);
}

TEST(SdmWalk, one_gbyte_page_takes_the_low_30_bits) {
  const Memory memory = support::tables({to_table(1), 0x80000000 | kRwx | kPage});
  const Outcome outcome = support::header_walk(able_machine(), 0x3fffffff, EPT_ACCESS_READ, support::reader(memory));
  EXPECT_EQ(outcome.host_physical_address, 0xbfffffffU);
  EXPECT_EQ(outcome.level, 3);
}

TEST(SdmWalk, each_index_comes_from_its_nine_bits) {
  Memory memory;
  memory[0x1000 + 8 * 1] = 0x2007;    // GPA 47:39 = 1
  memory[0x2000 + 8 * 2] = 0x3007;    // GPA 38:30 = 2
  memory[0x3000 + 8 * 3] = 0x4007;    // GPA 29:21 = 3
  memory[0x4000 + 8 * 4] = kPageRwx;  // GPA 20:12 = 4
  const std::uint64_t gpa = bit(39) | 2 * bit(30) | 3 * bit(21) | 4 * bit(12) | 5;
  EXPECT_EQ(support::header_walk(plain_machine(), gpa, EPT_ACCESS_READ, support::reader(memory)).host_physical_address,
            0x9005U);
}

TEST(SdmWalk, five_levels_begin_with_bits_56_to_48) {
  Circumstances machine = able_machine();
  machine.eptp = 0x1000 | 4 << 3 | 6;
  Memory memory;
  memory[0x1000 + 8 * 3] = 0x2007;
  memory[0x2000] = 0x3007;
  memory[0x3000] = 0x4007;
  memory[0x4000] = 0x5007;
  memory[0x5000] = kPageRwx;
  EXPECT_EQ(support::header_walk(machine, 3 * bit(48), EPT_ACCESS_READ, support::reader(memory)).host_physical_address,
            0x9000U);
}

TEST(SdmWalk, four_levels_refuse_an_address_with_bits_51_to_48) {
  for (unsigned n = 48; n <= 51; ++n) {
    const Outcome outcome =
        walk(able_machine(), EPT_ACCESS_READ, to_table(1), to_table(2), to_table(3), kPageRwx, bit(n));
    EXPECT_EQ(outcome.result, Result::violation) << n;
    EXPECT_EQ(outcome.qualification & 0x78, 0U) << n;  // bits 6:3
  }
}

TEST(SdmWalk, permissions_are_the_and_over_all_entries) {
  for (int without = 0; without < 4; ++without) {
    const auto rights = [&](int position) { return position == without ? kRwx - 2 : kRwx; };
    const Outcome outcome = walk(plain_machine(), EPT_ACCESS_WRITE, to_table(1, rights(0)), to_table(2, rights(1)),
                                 to_table(3, rights(2)), kFrame | kWriteBack | rights(3));
    EXPECT_EQ(outcome.result, Result::violation) << without;
    EXPECT_EQ(outcome.qualification & 0x38, 0x28U) << without;  // readable, not writable, executable
  }
}

TEST(SdmWalk, missing_permission_above_does_not_hide_misconfiguration_below) {
  const Outcome outcome =
      walk(plain_machine(), EPT_ACCESS_WRITE, to_table(1, 1), to_table(2), to_table(3), kFrame | kRwx | 7 << 3);
  EXPECT_EQ(outcome.result, Result::misconfiguration);
  EXPECT_EQ(outcome.level, 1);
}

TEST(SdmWalk, misconfiguration_above_hides_what_is_below) {
  const Outcome outcome = walk(plain_machine(), EPT_ACCESS_READ, to_table(1), to_table(2) | bit(3), 0, 0);
  EXPECT_EQ(outcome.result, Result::misconfiguration);
  EXPECT_EQ(outcome.level, 3);
}

TEST(SdmWalk, missing_permission_above_a_missing_entry_reports_no_permissions) {
  const Outcome outcome = walk(plain_machine(), EPT_ACCESS_READ, to_table(1, 4), to_table(2), to_table(3), 0);
  EXPECT_EQ(outcome.result, Result::violation);
  EXPECT_EQ(outcome.qualification & 0x38, 0U);
}

TEST(SdmWalk, fetch_needs_bit_2_in_every_entry) {
  EXPECT_EQ(access_page(plain_machine(), EPT_ACCESS_SUPERVISOR_FETCH, kFrame | kWriteBack | 3).result,
            Result::violation);
  EXPECT_EQ(access_page(plain_machine(), EPT_ACCESS_SUPERVISOR_FETCH, kFrame | kWriteBack | 4).result,
            Result::translated);
}

TEST(SdmWalk, mode_based_control_takes_bit_10_for_user_mode_fetches) {
  const Circumstances machine = able_machine();
  const std::uint64_t user = bit(10);
  const auto fetch = [&](std::uint64_t access, std::uint64_t rights) {
    return walk(machine, access, to_table(1) | user, to_table(2) | user, to_table(3) | user,
                kFrame | kWriteBack | rights)
        .result;
  };
  EXPECT_EQ(fetch(EPT_ACCESS_USER_FETCH, 1 | user), Result::translated);
  EXPECT_EQ(fetch(EPT_ACCESS_SUPERVISOR_FETCH, 1 | user), Result::violation);
  EXPECT_EQ(fetch(EPT_ACCESS_USER_FETCH, 5), Result::violation);
  EXPECT_EQ(fetch(EPT_ACCESS_SUPERVISOR_FETCH, 5), Result::translated);
}

TEST(SdmWalk, with_flags_a_read_of_a_guest_entry_needs_write_permission) {
  Circumstances machine = able_machine();
  const std::uint64_t read_only = kFrame | kWriteBack | 1;
  EXPECT_EQ(access_page(machine, EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ, read_only).result, Result::translated);
  machine.eptp |= bit(6);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ, read_only).result, Result::violation);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_GUEST_PDPTE_LOAD, read_only).result, Result::translated);
}

TEST(SdmWalk, paging_write_may_go_to_a_page_with_bit_58) {
  Circumstances machine = able_machine();
  machine.eptp |= bit(6);
  const std::uint64_t page = kFrame | kWriteBack | 1 | bit(58);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_GUEST_PAGING_STRUCTURE_UPDATE, page).result, Result::translated);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, page).result, Result::violation);
  const Outcome above =
      walk(machine, EPT_ACCESS_GUEST_PAGING_STRUCTURE_UPDATE, to_table(1, 5), to_table(2), to_table(3), page);
  EXPECT_EQ(above.result, Result::violation);
}

TEST(SdmWalk, supervisor_shadow_stack_needs_bit_60_and_not_bit_1_of_the_leaf) {
  Circumstances machine = able_machine();
  machine.eptp |= bit(7);
  const std::uint64_t read_only = kFrame | kWriteBack | 1;
  EXPECT_EQ(access_page(machine, EPT_ACCESS_SUPERVISOR_SHADOW_STACK_WRITE, read_only | bit(60)).result,
            Result::translated);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_SUPERVISOR_SHADOW_STACK_READ, read_only).result, Result::violation);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_USER_SHADOW_STACK_READ, read_only).result, Result::translated);
  const Outcome above = walk(machine, EPT_ACCESS_SUPERVISOR_SHADOW_STACK_READ, to_table(1), to_table(2, 5), to_table(3),
                             read_only | bit(60));
  EXPECT_EQ(above.result, Result::violation);
}

TEST(SdmWalk, sub_page_table_decides_writes_that_only_bit_1_forbids) {
  const std::uint64_t page = kFrame | kWriteBack | 1 | bit(61);
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_WRITE, page).result, Result::sub_page_check);
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_WRITE, kFrame | kWriteBack | 1).result, Result::violation);
  Circumstances without = able_machine();
  without.secondary &= ~bit(23);
  EXPECT_EQ(access_page(without, EPT_ACCESS_WRITE, page).result, Result::violation);
}

TEST(SdmWalk, sub_page_table_never_decides_for_transactions_and_enclaves) {
  const std::uint64_t page = kFrame | kWriteBack | 1 | bit(61);
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_WRITE | EPT_ACCESS_NO_SUB_PAGE_PERMISSION, page).result,
            Result::violation);
}

// Parameters 1 and 2: the words at hand do not say what such writes come to.
TEST(SdmWalk, sub_page_table_decides_on_unreadable_pages_where_the_processor_says_so) {
  const std::uint64_t page = kFrame | kWriteBack | 4 | bit(61);
  Circumstances machine = able_machine();
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, page).result, Result::violation);
  machine.parameters |= bit(1);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, page).result, Result::sub_page_check);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_READ_MODIFY_WRITE, page).result, Result::violation);
}

TEST(SdmWalk, sub_page_table_decides_without_a_linear_address_where_the_processor_says_so) {
  const std::uint64_t page = kFrame | kWriteBack | 1 | bit(61);
  Circumstances machine = able_machine();
  const std::uint64_t access = EPT_ACCESS_WRITE | EPT_ACCESS_NO_LINEAR_ADDRESS;
  EXPECT_EQ(access_page(machine, access, page).result, Result::violation);
  machine.parameters |= bit(2);
  EXPECT_EQ(access_page(machine, access, page).result, Result::sub_page_check);
}

TEST(SdmWalk, guest_paging_verification_refuses_an_unverified_translation) {
  const std::uint64_t page = kFrame | kWriteBack | kRwx | bit(57);
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_READ | EPT_ACCESS_UNVERIFIED_GUEST_PAGING, page).result,
            Result::violation);
  EXPECT_EQ(access_page(able_machine(), EPT_ACCESS_READ, page).result, Result::translated);
}

TEST(SdmWalk, secondary_controls_count_only_when_activated) {
  Circumstances machine = able_machine();
  machine.primary &= ~bit(31);
  EXPECT_EQ(access_page(machine, EPT_ACCESS_WRITE, kFrame | kWriteBack | 1 | bit(61)).result, Result::violation);
}

}  // namespace
