// The rule by which a case gets the addresses of a machine, what a machine cannot show, and what records mean.
#include "harness/metal/plan.h"

#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include "ept_names.h"
#include "tests/support/case.h"

namespace {

using harness::Fate;
using harness::Plan;

// Memory up to 4 GBytes; both windows away from where they are in the vectors.
harness::Machine moved_machine() {
  harness::Machine machine;
  machine.maxphyaddr = 40;
  machine.tables = 0x3000000;
  machine.pages = 0x80000000;
  machine.memory = {{0, 0x100000000}};
  return machine;
}

harness::PutCase usual_walk() {
  harness::PutCase asked{};
  asked.id = 9;
  asked.question = EPTSPEC_QUESTION_WALK;
  asked.level = 4;
  asked.registers = support::processor(40, 0xf0106b34141, 0, 0x80000000, 2, 0, 0);
  asked.registers.eptp = 0x101e;
  asked.access = EPTSPEC_ACCESS_DATA_READ;
  asked.words.resize(4);
  const std::array<std::uint64_t, 4> entries = {0x2007, 0x3007, 0x4007, 0x40000037};
  for (std::uint32_t n = 0; n < 4; ++n) asked.words[n] = {0x1000 + 0x1000ULL * n, entries.at(n)};
  return asked;
}

harness::Recorded exit_record(std::uint32_t reason) {
  harness::Recorded record{};
  record.end = image::End::exit;
  record.reason = reason;
  record.landed = image::kNowhere;
  return record;
}

harness::Recorded unchanged(const Plan& plan, harness::Recorded record) {
  for (const image::Word& word : plan.made.words) record.words.push_back(word.value);
  return record;
}

TEST(Plan, addresses_of_tables_and_pages_move_with_their_windows_and_back) {
  const auto machine = moved_machine();
  EXPECT_EQ(relocated(machine, 0x2000), 0x3002000U);
  EXPECT_EQ(relocated(machine, 0x40201000), 0x80201000U);
  EXPECT_EQ(symbolic(machine, 0x3002000), 0x2000U);
  EXPECT_EQ(symbolic(machine, 0x80201000), 0x40201000U);
}

TEST(Plan, bits_beyond_the_width_and_addresses_outside_the_windows_stay) {
  const auto machine = moved_machine();
  EXPECT_EQ(relocated(machine, 0x10000002000), 0x10003002000U);
  EXPECT_EQ(relocated(machine, 0x8000002000), 0x8000002000U);
}

TEST(Plan, windows_move_to_where_memory_is_free) {
  harness::Machine machine;
  machine.memory = {{0x100000, 0x7f00000}, {0x80000000, 0x20000000}, {0xc0000000, 0x10000000}};
  choose_windows(machine);
  EXPECT_EQ(machine.tables, 0xc0000000U);
  EXPECT_EQ(machine.pages, 0x80000000U);
  machine = {};
  machine.memory = {{0x100000, 0x7ff00000}};
  choose_windows(machine);
  EXPECT_EQ(machine.tables, harness::Machine().tables);
  EXPECT_EQ(machine.pages, harness::Machine().pages);
}

TEST(Plan, a_walk_gets_its_tables_and_its_page) {
  const Plan plan = harness::plan(moved_machine(), usual_walk());
  EXPECT_EQ(plan.not_applicable, "");
  EXPECT_EQ(field_of(plan.made, EPT_REGISTER_EPTP), 0x300101eU);
  ASSERT_EQ(plan.made.words.size(), 4U);
  EXPECT_EQ(plan.made.words[0].address, 0x3001000U);
  EXPECT_EQ(plan.made.words[0].value, 0x3002007U);
  EXPECT_EQ(plan.made.words[3].value, 0x80000037U);
  EXPECT_EQ(plan.pages.at(0), 0x80000000U);
}

TEST(Plan, the_guests_own_pages_are_in_a_part_that_is_not_under_test) {
  harness::PutCase asked = usual_walk();
  harness::MadeCase made = harness::plan(moved_machine(), asked).made;
  EXPECT_EQ(made.own, image::Own::at_512_gbyte);
  EXPECT_EQ(made.own_level, 4U);
  EXPECT_EQ(made.own_slot, 0x3001008U);
  asked.guest_physical_address = std::uint64_t{1} << 39;
  asked.words[0].address = 0x1008;
  made = harness::plan(moved_machine(), asked).made;
  EXPECT_EQ(made.own, image::Own::at_zero);
  EXPECT_EQ(made.own_slot, 0x3001000U);
}

TEST(Plan, on_a_narrow_processor_the_guests_own_pages_share_a_good_pml4e_with_the_walk) {
  auto machine = moved_machine();
  machine.maxphyaddr = 39;
  harness::PutCase asked = usual_walk();
  asked.registers.maxphyaddr = 39;
  const harness::MadeCase made = harness::plan(machine, asked).made;
  EXPECT_EQ(made.own, image::Own::at_1_gbyte);
  EXPECT_EQ(made.own_level, 3U);
  EXPECT_EQ(made.own_slot, 0x3002008U);
  asked.words[0].value = 0x2005;
  EXPECT_EQ(harness::plan(machine, asked).not_applicable,
            "all guest-physical addresses, the guest's own too, go through the entry under test");
}

TEST(Plan, a_walk_of_five_levels_has_the_guest_behind_another_pml5e) {
  auto machine = moved_machine();
  machine.maxphyaddr = 52;
  harness::PutCase asked = usual_walk();
  asked.registers.maxphyaddr = 52;
  asked.registers.eptp = 0x1026;
  asked.level = 5;
  asked.words.resize(5);
  asked.words[4] = {0x5000, 0x40000037};
  asked.words[3].value = 0x5007;
  const Plan plan = harness::plan(machine, asked);
  EXPECT_EQ(plan.not_applicable, "");
  EXPECT_EQ(plan.made.words.size(), 5U);
  EXPECT_EQ(plan.made.own, image::Own::at_256_tbyte);
  EXPECT_EQ(plan.made.own_level, 5U);
  EXPECT_EQ(plan.made.own_slot, 0x3001008U);
}

TEST(Plan, an_address_too_wide_for_four_levels_is_used_where_the_processor_has_it) {
  auto machine = moved_machine();
  machine.maxphyaddr = 52;
  harness::PutCase asked = usual_walk();
  asked.registers.maxphyaddr = 52;
  asked.guest_physical_address = std::uint64_t{1} << 48;
  const Plan plan = harness::plan(machine, asked);
  EXPECT_EQ(plan.not_applicable, "");
  EXPECT_EQ(plan.made.guest_physical_address, std::uint64_t{1} << 48);
  EXPECT_EQ(plan.made.own, image::Own::at_512_gbyte);
}

TEST(Plan, what_the_machine_cannot_show_is_not_applicable_with_the_reason) {
  harness::PutCase asked = usual_walk();
  const auto reason = [&asked] { return harness::plan(moved_machine(), asked).not_applicable; };
  asked.guest_physical_address = std::uint64_t{1} << 40;
  EXPECT_EQ(reason(), "the guest-physical addresses of this processor have 40 bits");
  asked = usual_walk();
  asked.words[3].value = 0x8000000037;
  EXPECT_EQ(reason(), "this machine has no memory where the page is");
  asked = usual_walk();
  asked.access = EPTSPEC_ACCESS_DATA_READ | EPTSPEC_ACCESS_NO_LINEAR_ADDRESS;
  EXPECT_NE(reason(), "");
  asked.access = EPT_ACCESS_USER_SHADOW_STACK_READ;
  EXPECT_EQ(reason(), "this processor has no shadow stacks");
  asked.access = EPT_ACCESS_GUEST_PDPTE_LOAD;
  EXPECT_EQ(reason(), "");
  asked.guest_physical_address = 8;
  EXPECT_EQ(reason(), "PAE paging has its PDPTEs at a multiple of 32");
}

TEST(Plan, what_the_image_does_not_do_is_declined) {
  harness::PutCase asked = usual_walk();
  asked.access = EPTSPEC_ACCESS_DATA_WRITE | EPTSPEC_ACCESS_EVENT_DELIVERY;
  const Plan plan = harness::plan(moved_machine(), asked);
  EXPECT_EQ(plan.not_applicable, "");
  EXPECT_EQ(plan.declined, "the image makes no such access: data_write, event_delivery");
}

TEST(Plan, a_fetch_between_words_executes_a_byte_that_no_other_page_of_the_case_has_there) {
  harness::PutCase asked = usual_walk();
  asked.access = EPT_ACCESS_SUPERVISOR_FETCH;
  asked.guest_physical_address = 3;
  const Plan plan = harness::plan(moved_machine(), asked);
  ASSERT_EQ(plan.made.words.size(), 5U);
  EXPECT_EQ(plan.byte_code, 0x80000003U);
  EXPECT_EQ(plan.made.words[4].value >> 24 & 0xff, 0xf4U);
  harness::Recorded record{};
  record.end = image::End::exit;
  record.reason = 12;
  record.done = 1;
  record.landed = image::kNowhere;
  const auto seen = harness::observed(moved_machine(), asked, plan, record);
  EXPECT_EQ(seen.answer.host_physical_address, 0x40000003U);
}

// A write, with a page-modification log whose index is this before it.
struct Logged {
  explicit Logged(std::uint32_t index) : asked(usual_walk()), machine(moved_machine()) {
    machine.modification_log = true;
    asked.registers.eptp |= EPT_EPTP_ENABLE_ACCESSED_DIRTY;
    asked.access = EPT_ACCESS_WRITE;
    plan = harness::plan(machine, asked);
    EXPECT_EQ(field_of(plan.made, EPT_REGISTER_SECONDARY_CONTROLS) & image::kEnablePml, image::kEnablePml);
    plan.made.flags = index << image::kLogIndexShift;
    record.end = image::End::exit;
    record.reason = 18;
    record.done = 1;
    record.landed = 0x80000000;
    for (std::uint32_t n = 0; n < 4; ++n) record.words.push_back(plan.made.words[n].value);
  }

  Logged& dirty() {
    record.words[3] |= EPT_ENTRY_DIRTY;
    return *this;
  }
  Logged& logs(std::uint64_t address) {
    record.logged = 1;
    record.logged_address = address;
    return *this;
  }
  Logged& full(std::uint32_t what) {
    record.log_full = what;
    return *this;
  }
  [[nodiscard]] std::vector<std::uint32_t> mistakes() const {
    std::vector<std::uint32_t> all;
    for (const harness::Mistake& one : harness::observed(machine, asked, plan, record).mistakes)
      all.push_back(one.what);
    return all;
  }

  harness::PutCase asked;
  harness::Machine machine;
  Plan plan;
  harness::Recorded record{};
};

using Facts = std::vector<std::uint32_t>;

TEST(Plan, log_is_held_against_the_dirty_flags_that_were_set) {
  EXPECT_EQ(Logged(511).mistakes(), Facts{});
  EXPECT_EQ(Logged(511).dirty().mistakes(), Facts{EPT_SAVED_MODIFICATION_LOG_INDEX});
  EXPECT_EQ(Logged(511).logs(0).mistakes(), Facts{EPT_SAVED_MODIFICATION_LOG_INDEX});
  EXPECT_EQ(Logged(511).dirty().logs(0).mistakes(), Facts{});
  EXPECT_EQ(Logged(511).dirty().logs(0x123).mistakes(), Facts{EPT_SAVED_MODIFICATION_LOG});
}

TEST(Plan, index_of_the_log_wraps_from_0) {
  EXPECT_EQ(Logged(0).dirty().logs(0).mistakes(), Facts{});
  Logged stays(0);
  stays.dirty().record.logged = 0;
  EXPECT_EQ(stays.mistakes(), Facts{EPT_SAVED_MODIFICATION_LOG_INDEX});
}

TEST(Plan, a_flag_that_has_to_be_set_needs_an_index_in_range) {
  for (const std::uint32_t index : {512U, 0xffffU}) {
    EXPECT_EQ(Logged(index).mistakes(), Facts{});
    EXPECT_EQ(Logged(index).full(image::kLogFull).dirty().logs(0).mistakes(), Facts{});
    EXPECT_EQ(Logged(index).full(image::kLogFull).mistakes(), Facts{EPT_SAVED_MODIFICATION_LOG_FULL});
    EXPECT_EQ(Logged(index).dirty().logs(0).mistakes().at(0), EPT_SAVED_MODIFICATION_LOG_FULL);
    for (const std::uint32_t too_late : {image::kLogFullFlagSet, image::kLogFullAccessMade}) {
      EXPECT_EQ(Logged(index).full(image::kLogFull | too_late).dirty().logs(0).mistakes(),
                Facts{EPT_SAVED_MODIFICATION_LOG_FULL});
    }
  }
}

TEST(Plan, an_update_of_a_guest_entry_puts_that_entry_into_the_page) {
  harness::PutCase asked = usual_walk();
  asked.access = EPT_ACCESS_GUEST_PAGING_STRUCTURE_UPDATE;
  const Plan plan = harness::plan(moved_machine(), asked);
  ASSERT_EQ(plan.made.words.size(), 5U);
  EXPECT_EQ(plan.made.words[4].address, 0x80000000U);
  EXPECT_EQ(plan.made.words[4].value, own_base(image::Own::at_512_gbyte) + image::kOwnCode + 7);
}

TEST(Plan, a_landing_is_told_in_the_addresses_of_the_case) {
  const auto machine = moved_machine();
  const Plan plan = harness::plan(machine, usual_walk());
  harness::Recorded record = unchanged(plan, exit_record(18));
  record.done = 1;
  record.landed = 0x80000000;
  record.words[3] |= EPT_ENTRY_ACCESSED;
  const auto seen = harness::observed(machine, usual_walk(), plan, record);
  ASSERT_EQ(seen.fate, Fate::answered);
  EXPECT_EQ(seen.answer.result, EPTSPEC_WALK_TRANSLATED);
  EXPECT_EQ(seen.answer.host_physical_address, 0x40000000U);
  EXPECT_EQ(seen.answer.words[3], 0x40000137U);
  EXPECT_EQ(seen.answer.words[0], 0x2007U);
}

TEST(Plan, a_hang_a_triple_fault_and_an_exception_of_the_image_are_no_answers) {
  const Plan plan = harness::plan(moved_machine(), usual_walk());
  const auto fate = [&](const harness::Recorded& record) {
    return harness::observed(moved_machine(), usual_walk(), plan, record).fate;
  };
  EXPECT_EQ(fate(exit_record(52)), Fate::hang);
  EXPECT_EQ(fate(exit_record(2)), Fate::crash);
  harness::Recorded trap{};
  trap.end = image::End::trap;
  trap.interruption = 13;
  EXPECT_EQ(fate(trap), Fate::crash);
}

TEST(Plan, an_eptp_is_refused_by_the_checks_before_the_guest_is_loaded_only) {
  harness::PutCase asked = usual_walk();
  asked.question = EPTSPEC_QUESTION_EPTP;
  const Plan plan = harness::plan(moved_machine(), asked);
  EXPECT_EQ(field_of(plan.made, EPT_REGISTER_EPTP), 0x101eU);
  harness::Recorded record{};
  record.end = image::End::vm_fail;
  record.reason = 7;
  EXPECT_EQ(harness::observed(moved_machine(), asked, plan, record).answer.result, EPTSPEC_EPTP_REFUSED);
  record.reason = 8;
  EXPECT_EQ(harness::observed(moved_machine(), asked, plan, record).answer.vm_instruction_error, 8U);
  record.reason = 5;
  EXPECT_EQ(harness::observed(moved_machine(), asked, plan, record).fate, Fate::crash);
}

TEST(Plan, an_entry_is_known_by_how_the_walk_through_it_ends) {
  harness::PutCase asked = usual_walk();
  asked.question = EPTSPEC_QUESTION_ENTRY;
  asked.level = 2;
  asked.words.resize(1);
  asked.words[0] = {0, 0x4007};
  const auto machine = moved_machine();
  const Plan plan = harness::plan(machine, asked);
  ASSERT_EQ(plan.not_applicable, "");
  EXPECT_EQ(plan.made.words[2].value, 0x3004007U);
  EXPECT_EQ(plan.made.words[3].address, 0x3004000U);
  harness::Recorded record = unchanged(plan, exit_record(18));
  record.done = 1;
  record.landed = plan.pages.at(0);
  EXPECT_EQ(harness::observed(machine, asked, plan, record).answer.result, EPTSPEC_ENTRY_TABLE);
  record.landed = 0x3004000;
  EXPECT_EQ(harness::observed(machine, asked, plan, record).answer.result, EPTSPEC_ENTRY_PAGE);
  record = exit_record(49);
  EXPECT_EQ(harness::observed(machine, asked, plan, record).answer.result, EPTSPEC_ENTRY_MISCONFIGURED);
  record = exit_record(48);
  record.qualification = EPT_QUALIFICATION_DATA_READ;
  EXPECT_EQ(harness::observed(machine, asked, plan, record).answer.result, EPTSPEC_ENTRY_NOT_PRESENT);
}

}  // namespace
