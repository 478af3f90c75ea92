// What an exit saves: a record as the manual says it passes, and each change of it is told by the name of what is
// wrong.
#include <gtest/gtest.h>

#include "ept_names.h"
#include "harness/metal/plan.h"
#include "tests/support/case.h"

namespace {

using harness::Observation;
using harness::Plan;

constexpr std::uint64_t kLinear = 0x1123;
constexpr std::uint64_t kRip = 0x40;

harness::Machine machine() {
  harness::Machine machine;
  machine.maxphyaddr = 40;
  machine.memory = {{0, 0x100000000}};
  return machine;
}

// Of guest-physical address 123H, whose PTE is `pte`.
harness::PutCase walk(std::uint64_t pte, std::uint64_t access = EPT_ACCESS_READ, std::uint64_t gpa = 0x123) {
  harness::PutCase asked{};
  asked.question = EPTSPEC_QUESTION_WALK;
  asked.level = 4;
  asked.registers = support::processor(40, 0xf0106b34141, 0, 0x80000000, 2, 0, 0);
  asked.registers.eptp = 0x101e;
  asked.guest_physical_address = gpa;
  asked.access = access;
  asked.words.resize(4);
  for (std::uint64_t n = 0; n < 4; ++n) {
    const std::uint64_t table = 0x1000 * (n + 1);
    asked.words[n] = {table, n == 3 ? pte : (table + 0x1000) | 7};
  }
  return asked;
}

constexpr std::uint64_t kAbsent = 0x40000000;
constexpr std::uint64_t kMisconfigured = 0x40000032;

// A case and the record of an exit for it, right in everything.
struct Seen {
  explicit Seen(const harness::PutCase& of, std::uint32_t reason = 48)
      : asked(of), plan(harness::plan(machine(), of)), record() {
    EXPECT_EQ(plan.not_applicable + plan.declined, "");
    const ept_outcome expected = harness::expected_walk(plan.walked);
    record.end = image::End::exit;
    record.reason = reason;
    record.landed = image::kNowhere;
    record.qualification = expected.qualification;
    record.guest_physical_address = plan.made.guest_physical_address;
    const bool linear = (expected.qualification & EPT_QUALIFICATION_LINEAR_ADDRESS_VALID) != 0;
    record.linear_address = kLinear;
    record.guest_linear_address = linear ? kLinear : 0;
    record.rip = record.started_at = kRip;
    for (const image::Word& word : plan.made.words) record.words.push_back(word.value);
    if (plan.made.act == image::Act::deliver_interrupt) {
      record.vectoring = 0x80000420;
      record.instruction_length = 2;
    }
    if ((plan.made.flags & image::kUpgrade) != 0) record.upgraded = 1;
    if ((field_of(plan.made, EPT_REGISTER_SECONDARY_CONTROLS) & image::kEnableVe) != 0) record.ve[4] = image::kVeFill;
  }

  [[nodiscard]] Observation observed() const { return harness::observed(machine(), asked, plan, record); }
  // Names of what is wrong.
  [[nodiscard]] std::string wrong() const {
    std::string names;
    for (const harness::Mistake& one : observed().mistakes) {
      names += names.empty() ? "" : " ";
      names += one.what < EPT_SAVED_FACTS ? ept_saved_facts[one.what].name
                                          : ept_outcome_members[one.what - EPT_SAVED_FACTS].name;
    }
    return names;
  }

  harness::PutCase asked;
  Plan plan;
  harness::Recorded record;
};

harness::PutCase with_exceptions(harness::PutCase asked) {
  asked.registers.secondary_controls |= EPT_CONTROL_EPT_VIOLATION_VE;
  return asked;
}

// A violation that became a virtualization exception.
Seen converted() {
  Seen seen(with_exceptions(walk(kAbsent)), 0);
  seen.record.interruption = 0x80000314;
  seen.record.ve[0] = 0xffffffff00000030;
  seen.record.ve[1] = seen.record.qualification;
  seen.record.ve[2] = kLinear;
  seen.record.ve[3] = seen.plan.made.guest_physical_address;
  seen.record.ve[4] = (image::kVeFill & ~std::uint64_t{0xffff}) | image::kEptpIndex;
  seen.record.while_busy = 48;
  return seen;
}

TEST(Saved, linear_address_counts_where_the_expected_bit_7_is_1) {
  Seen seen(walk(kAbsent));
  EXPECT_EQ(seen.wrong(), "");
  seen.record.guest_linear_address = 0;
  EXPECT_EQ(seen.wrong(), "guest_linear_address");
  seen.record.qualification &= ~std::uint64_t{EPT_QUALIFICATION_LINEAR_ADDRESS_VALID};
  EXPECT_EQ(seen.wrong(), "guest_linear_address");
}

TEST(Saved, linear_address_is_undefined_for_a_load_of_pdptes_and_a_misconfiguration) {
  harness::PutCase load = walk(kAbsent, EPT_ACCESS_GUEST_PDPTE_LOAD, 0x120);
  Seen seen(load);
  seen.record.guest_linear_address = 0x777;
  EXPECT_EQ(seen.wrong(), "");
  Seen misconfigured(walk(kMisconfigured), 49);
  misconfigured.record.guest_linear_address = 0x777;
  EXPECT_EQ(misconfigured.wrong(), "");
}

TEST(Saved, guest_physical_address_is_exact_in_bits_11_to_0) {
  Seen seen(walk(kAbsent));
  EXPECT_EQ(seen.observed().answer.guest_physical_address, 0x123U);
  seen.record.guest_physical_address = 0x120;
  EXPECT_EQ(seen.observed().answer.guest_physical_address, 0x120U);
  EXPECT_NE(seen.observed().answer.valid & EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS, 0U);
}

// The two words of a gate are two accesses, each of which may be the first to fail.
TEST(Saved, each_part_of_an_access_may_be_the_one_that_failed) {
  Seen seen(walk(kAbsent, EPT_ACCESS_READ | EPT_ACCESS_EVENT_DELIVERY, 0x100));
  EXPECT_EQ(seen.wrong(), "");
  seen.record.guest_physical_address += 8;
  seen.record.guest_linear_address += 8;
  EXPECT_EQ(seen.wrong(), "");
  EXPECT_EQ(seen.observed().answer.guest_physical_address, 0x100U);
  for (const std::uint64_t offset : {4U, 16U}) {
    seen.record.guest_physical_address = 0x100 + offset;
    EXPECT_EQ(seen.observed().answer.guest_physical_address, 0x100 + offset);
  }
}

TEST(Saved, qualification_of_a_misconfiguration_is_an_answer) {
  Seen seen(walk(kMisconfigured), 49);
  seen.record.qualification = 0x181;
  EXPECT_EQ(seen.observed().answer.qualification, 0x181U);
  EXPECT_NE(seen.observed().answer.valid & EPTSPEC_VALID_QUALIFICATION, 0U);
}

TEST(Saved, of_an_entry_address_and_cleared_qualification_are_judged_too) {
  harness::PutCase asked = walk(0);
  asked.question = EPTSPEC_QUESTION_ENTRY;
  asked.level = 1;
  asked.words.resize(1);
  asked.words[0] = {0, kMisconfigured};
  Seen seen(asked, 49);
  EXPECT_EQ(seen.wrong(), "");
  seen.record.qualification = 1;
  seen.record.guest_physical_address = 0x1000;
  EXPECT_EQ(seen.wrong(), "guest_physical_address qualification");
}

TEST(Saved, guest_stands_on_its_instruction_with_its_registers) {
  harness::PutCase checked = walk(EPT_ENTRY_SUB_PAGE_WRITE | 0x40000031, EPT_ACCESS_WRITE);
  checked.registers.secondary_controls |= EPT_CONTROL_SUB_PAGE_WRITE_PERMISSIONS;
  const std::vector<std::pair<std::uint32_t, harness::PutCase>> exits = {
      {48, walk(kAbsent)}, {49, walk(kMisconfigured)}, {66, checked}};
  for (const auto& [reason, asked] : exits) {
    Seen seen(asked, reason);
    EXPECT_EQ(seen.wrong(), "") << reason;
    seen.record.rip += 2;
    EXPECT_EQ(seen.wrong(), "guest_rip");
    seen.record.rip = kRip;
    seen.record.changed_registers = 1;
    EXPECT_EQ(seen.wrong(), "guest_registers");
  }
}

TEST(Saved, event_that_was_being_delivered_is_told_and_no_other) {
  Seen seen(walk(kAbsent, EPT_ACCESS_READ | EPT_ACCESS_EVENT_DELIVERY, 0x100));
  EXPECT_EQ(seen.wrong(), "");
  seen.record.vectoring |= 0x1000;  // undefined
  EXPECT_EQ(seen.wrong(), "");
  for (const std::uint32_t vectoring : {0U, 0x80000020U, 0x80000421U, 0x80000c20U}) {
    seen.record.vectoring = vectoring;
    EXPECT_EQ(seen.wrong(), "original_event");
  }
  seen.record.vectoring = 0x80000420;
  seen.record.instruction_length = 3;
  EXPECT_EQ(seen.wrong(), "instruction_length");
  Seen other(walk(kAbsent));
  other.record.vectoring = 0x420;  // not valid
  EXPECT_EQ(other.wrong(), "");
  other.record.vectoring = 0x80000420;
  EXPECT_EQ(other.wrong(), "original_event");
}

TEST(Saved, information_of_a_virtualization_exception_is_complete_and_nothing_more) {
  EXPECT_EQ(converted().wrong(), "");
  const auto wrong = [](const auto& change) {
    Seen seen = converted();
    change(seen.record);
    return seen.wrong();
  };
  EXPECT_EQ(wrong([](auto& record) { record.interruption |= 0x800; }), "ve_interruption");
  EXPECT_EQ(wrong([](auto& record) { record.interruption ^= 0x700; }), "ve_interruption");
  EXPECT_EQ(wrong([](auto& record) { record.ve[0] = 48; }), "ve_reason");
  EXPECT_EQ(wrong([](auto& record) { record.ve[2] = 0; }), "guest_linear_address");
  EXPECT_EQ(wrong([](auto& record) { record.ve[4] ^= 1; }), "ve_eptp_index");
  EXPECT_EQ(wrong([](auto& record) { record.ve[4] = image::kEptpIndex; }), "ve_beyond");
  EXPECT_EQ(wrong([](auto& record) { record.ve_beyond = 1; }), "ve_beyond");
  EXPECT_EQ(wrong([](auto& record) { record.while_busy = 0; }), "ve_while_busy");
  Seen seen = converted();
  seen.record.ve[3] = 0;
  EXPECT_EQ(seen.observed().answer.guest_physical_address, 0U);
}

TEST(Saved, an_ordinary_exit_leaves_the_information_area_alone) {
  Seen seen(with_exceptions(walk(kAbsent | EPT_ENTRY_SUPPRESS_VE)));
  EXPECT_EQ(seen.wrong(), "");
  seen.record.ve[0] = 48;
  EXPECT_EQ(seen.wrong(), "ve_beyond");
}

TEST(Saved, an_entry_that_was_upgraded_works) {
  Seen seen(walk(0x40000034));
  ASSERT_NE(seen.plan.made.flags & image::kUpgrade, 0U);
  EXPECT_EQ(seen.plan.made.upgraded.value & 7, 7U);
  EXPECT_EQ(seen.wrong(), "");
  seen.record.upgraded = 2;
  EXPECT_EQ(seen.wrong(), "upgraded_entry");
}

TEST(Saved, no_single_entry_to_upgrade_is_none) {
  harness::PutCase asked = walk(0x40000034);
  asked.words[2].value = 0x4004;
  EXPECT_EQ(harness::plan(machine(), asked).made.flags & image::kUpgrade, 0U);
  asked = walk(kAbsent);
  asked.words[0].value = 0;  // a PML4E maps no page
  EXPECT_EQ(harness::plan(machine(), asked).made.flags & image::kUpgrade, 0U);
}

TEST(Saved, what_another_exit_than_the_expected_saves_says_nothing) {
  Seen seen(walk(0x40000037));
  seen.record.rip = 0;
  EXPECT_EQ(seen.wrong(), "");
}

}  // namespace
