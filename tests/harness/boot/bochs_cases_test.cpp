// Cases made by hand and put to the image in Bochs: what ends a guest that hangs, what the image notes of its own
// mistakes, and that its checks of memory can fail.
#include <gtest/gtest.h>

#include <array>

#include "ept_names.h"
#include "harness/metal/open_machine.h"
#include "tests/harness/boot/in_bochs.h"
#include "tests/support/case.h"

namespace {

using harness::Fate;
using harness::Plan;
using support::InBochs;
using support::on;

harness::PutCase walk(std::uint64_t access, std::uint64_t gpa = 0) {
  harness::PutCase asked{};
  asked.question = EPTSPEC_QUESTION_WALK;
  asked.level = 4;
  asked.registers = support::processor(40, 0xf0106334141, 0, 0x80000000, 2, 0, 0);
  asked.registers.eptp = 0x101e;
  asked.access = access;
  asked.guest_physical_address = gpa;
  asked.words.resize(4);
  for (std::uint64_t n = 0; n < 4; ++n) {
    const std::uint64_t table = 0x1000 * (n + 1);
    asked.words[n] = {table, n == 3 ? 0x40000037 : (table + 0x1000) | 7};
  }
  return asked;
}

// The page under test holds this code where the fetch begins.
Plan fetch_of(const InBochs& bochs, std::uint64_t code) {
  Plan made = plan(bochs.machine, walk(EPT_ACCESS_SUPERVISOR_FETCH));
  made.made.words.push_back({bochs.machine.pages, code});
  return made;
}

constexpr std::uint64_t kJumpToItself = 0xfeeb;

void a_guest_that_hangs_ends_and_the_run_goes_on(const char* model) {
  InBochs bochs(model);
  const std::size_t hung = bochs.add(fetch_of(bochs, kJumpToItself));
  const std::size_t behind = bochs.add(walk(EPT_ACCESS_READ));
  Plan by_apic = fetch_of(bochs, kJumpToItself);
  by_apic.made.flags |= image::kOtherWatchdog;
  const std::size_t hung_by_apic = bochs.add(by_apic);
  Plan good_by_apic = plan(bochs.machine, walk(EPT_ACCESS_READ));
  good_by_apic.made.flags |= image::kOtherWatchdog;
  const std::size_t good = bochs.add(good_by_apic);
  const std::size_t last = bochs.add(walk(EPT_ACCESS_WRITE));
  bochs.run();
  EXPECT_EQ(bochs.results.records[hung].reason, 52U);
  EXPECT_EQ(bochs.results.records[hung_by_apic].reason, 1U);
  for (const std::size_t n : {hung, hung_by_apic}) EXPECT_EQ(bochs.seen(n).fate, Fate::hang);
  for (const std::size_t n : {behind, good, last}) EXPECT_EQ(bochs.seen(n).answer.result, EPTSPEC_WALK_TRANSLATED);
  EXPECT_EQ(bochs.results.trailer->changed, 0U);
}

TEST(InBochs, a_guest_that_hangs_ends_on_tigerlake) { a_guest_that_hangs_ends_and_the_run_goes_on("tigerlake"); }
TEST(InBochs, a_guest_that_hangs_ends_on_lynnfield) {
  a_guest_that_hangs_ends_and_the_run_goes_on("corei5_lynnfield_750");
}

TEST(InBochs, an_exception_of_the_image_is_noted_with_its_case_and_the_run_goes_on) {
  InBochs bochs("tigerlake");
  Plan faulty = plan(bochs.machine, walk(EPT_ACCESS_READ));
  faulty.made.own_slot = std::uint64_t{1} << 63;  // not canonical
  const std::size_t trapped = bochs.add(faulty);
  const std::size_t behind = bochs.add(walk(EPT_ACCESS_READ));
  bochs.run();
  EXPECT_EQ(bochs.results.records[trapped].end, image::End::trap);
  EXPECT_EQ(bochs.results.records[trapped].interruption, 13U);
  EXPECT_EQ(bochs.seen(trapped).fate, Fate::crash);
  EXPECT_EQ(bochs.seen(behind).answer.result, EPTSPEC_WALK_TRANSLATED);
}

TEST(InBochs, memory_that_a_guest_changes_behind_the_image_is_found) {
  InBochs bochs("tigerlake");
  bochs.add(fetch_of(bochs, 0xf4404f88));  // mov %cl, 0x40(%rdi); hlt
  bochs.run();
  EXPECT_EQ(bochs.results.trailer->changed, 1U);
  EXPECT_EQ(bochs.results.trailer->first_changed, bochs.machine.pages + 0x40);
}

// Of three equal cases the second is replaced by such a guest on its way to the machine.
TEST(InBochs, case_that_changes_memory_of_nobodys_is_named) {
  const InBochs bochs("tigerlake");
  Plan changing = fetch_of(bochs, 0xf4404f88);
  changing.made.id = 2;
  const auto adapter = harness::open_machine("bochs:tigerlake", [&](harness::Job job) {
    for (harness::MadeCase& made : job.cases) {
      if (made.id == changing.made.id) made = changing.made;
    }
    return run_in_bochs(on("tigerlake"), job);
  });
  std::array<harness::PutCase, 3> cases{};
  for (std::uint64_t n = 0; n < cases.size(); ++n) {
    cases.at(n) = walk(EPT_ACCESS_READ);
    cases.at(n).id = n + 1;
  }
  std::array<harness::Observation, 3> seen{};
  adapter->run(cases, seen);
  EXPECT_EQ(seen[0].fate, Fate::answered);
  EXPECT_EQ(seen[1].fate, Fate::garbage);
  EXPECT_EQ(seen[1].detail.substr(0, 48), "1 words of memory changed that no case touches, ");
  EXPECT_EQ(seen[2].fate, Fate::answered);
}

TEST(InBochs, a_store_that_is_not_where_reads_say_is_found) {
  InBochs bochs("tigerlake");
  Plan lied = plan(bochs.machine, walk(EPT_ACCESS_WRITE));
  const std::uint64_t beside = bochs.machine.pages + 8;
  lied.made.words.push_back({beside, image::identity_word(beside + 0x1000)});
  const std::size_t stray = bochs.add(lied);
  bochs.run();
  EXPECT_EQ(bochs.results.records[stray].stray, 1U);
  EXPECT_EQ(bochs.seen(stray).fate, Fate::garbage);
  EXPECT_EQ(bochs.results.trailer->changed, 1U);
}

TEST(InBochs, every_word_of_a_case_with_many_is_recorded) {
  InBochs bochs("tigerlake");
  const std::size_t before = bochs.add(walk(EPT_ACCESS_READ));
  Plan many = plan(bochs.machine, walk(EPT_ACCESS_WRITE));
  for (std::uint64_t n = 0; n < 40; ++n) many.made.words.push_back({bochs.machine.tables + 0x100000 + 8 * n, ~n});
  const std::size_t at = bochs.add(many);
  const std::size_t behind = bochs.add(walk(EPT_ACCESS_READ));
  bochs.run();
  const std::vector<std::uint64_t>& words = bochs.results.records[at].words;
  ASSERT_EQ(words.size(), many.made.words.size());
  for (std::uint64_t n = 0; n < 40; ++n) EXPECT_EQ(words[words.size() - 40 + n], ~n);
  for (const std::size_t n : {before, at, behind})
    EXPECT_EQ(bochs.seen(n).answer.result, EPTSPEC_WALK_TRANSLATED) << bochs.seen(n).detail;
  EXPECT_EQ(bochs.results.trailer->changed, 0U);
}

// The exit for the sub-page permission table is the answer, whatever the address.
TEST(InBochs, a_sub_page_exit_at_an_address_other_than_0_is_an_answer) {
  InBochs bochs("tigerlake");
  harness::PutCase asked = walk(EPT_ACCESS_WRITE, 0x123);
  asked.registers.secondary_controls |= EPT_CONTROL_SUB_PAGE_WRITE_PERMISSIONS;
  asked.words[3].value = (asked.words[3].value & ~std::uint64_t{EPT_ENTRY_WRITE}) | EPT_ENTRY_SUB_PAGE_WRITE;
  const std::size_t refused = bochs.add(asked);
  bochs.run();
  EXPECT_EQ(bochs.results.records[refused].reason, 66U);
  EXPECT_EQ(bochs.seen(refused).fate, Fate::answered) << bochs.seen(refused).detail;
  EXPECT_EQ(bochs.seen(refused).answer.result, EPTSPEC_WALK_SUB_PAGE_CHECK);
}

harness::PutCase sub_page_check(std::uint64_t gpa, std::uint64_t vector) {
  harness::PutCase asked = walk(EPT_ACCESS_WRITE, gpa);
  asked.question = EPTSPEC_QUESTION_SUB_PAGE;
  asked.registers.secondary_controls |= EPT_CONTROL_SUB_PAGE_WRITE_PERMISSIONS;
  asked.registers.sub_page_table_pointer = 0x8000;
  for (std::uint64_t n = 0; n < 4; ++n) {
    const std::uint64_t table = 0x8000 + 0x1000 * n;
    asked.words[n] = {table, n == 3 ? vector : (table + 0x1000) | 1};
  }
  return asked;
}

// Vol. 3C, 31.3.4.2.
TEST(InBochs, the_sub_page_permission_table_decides_on_a_write) {
  InBochs bochs("tigerlake");
  std::vector<harness::PutCase> cases = {sub_page_check(0x83, 1U << 2),
                                         sub_page_check(0x83, ~std::uint64_t{0x4} & 0x55), sub_page_check(0, 1),
                                         sub_page_check(0, 1)};
  cases[2].words[1].value &= ~std::uint64_t{1};
  cases[3].words[2].value |= std::uint64_t{1} << 40;
  std::vector<Plan> plans;
  for (const harness::PutCase& asked : cases) plans.push_back(plan(bochs.machine, asked));
  for (const Plan& one : plans) bochs.add(one);
  bochs.run();
  using Seen = std::vector<std::pair<std::uint32_t, std::uint64_t>>;  // result and exit qualification
  Seen seen;
  for (std::size_t n = 0; n < cases.size(); ++n) {
    const harness::Answer answer = observed(bochs.machine, cases[n], plans[n], bochs.results.records[n]).answer;
    seen.emplace_back(answer.result, answer.sub_page_qualification);
  }
  EXPECT_EQ(seen, (Seen{{EPTSPEC_SUB_PAGE_WRITE_ALLOWED, 0},
                        {EPTSPEC_SUB_PAGE_WRITE_REFUSED, 0},
                        {EPTSPEC_SUB_PAGE_MISS, 0x800},
                        {EPTSPEC_SUB_PAGE_MISCONFIGURATION, 0}}));
  EXPECT_EQ(bochs.results.trailer->changed, 0U);
}

// Vol. 3C, 31.3.6. Bochs 2.7 logs the address with its low bits, which is found (docs/findings.md).
TEST(InBochs, what_is_written_is_logged_once) {
  InBochs bochs("tigerlake");
  harness::PutCase asked = walk(EPT_ACCESS_WRITE);
  asked.registers.eptp |= EPT_EPTP_ENABLE_ACCESSED_DIRTY;
  const std::size_t written = bochs.add(asked);
  asked.access = EPT_ACCESS_READ;
  const std::size_t read = bochs.add(asked);
  asked.access = EPT_ACCESS_WRITE;
  asked.guest_physical_address = 0x123;
  const std::size_t inside = bochs.add(asked);
  bochs.run();
  EXPECT_EQ(bochs.results.records[written].logged, 1U);
  EXPECT_EQ(bochs.results.records[written].logged_address, 0U);
  EXPECT_EQ(bochs.seen(written).fate, Fate::answered);
  EXPECT_EQ(bochs.results.records[read].logged, 0U);
  ASSERT_EQ(bochs.seen(inside).mistakes.size(), 1U);
  EXPECT_EQ(bochs.seen(inside).mistakes[0].what, EPT_SAVED_MODIFICATION_LOG);
}

// Bochs 2.7 lets the log stop accesses that set no flag as well, which is found (docs/findings.md).
TEST(InBochs, a_full_log_stops_an_access_that_has_to_set_a_flag) {
  InBochs bochs("tigerlake");
  harness::PutCase asked = walk(EPT_ACCESS_WRITE);
  asked.registers.eptp |= EPT_EPTP_ENABLE_ACCESSED_DIRTY;
  const auto with_index = [&](std::uint32_t index) {
    Plan plan = harness::plan(bochs.machine, asked);
    plan.made.flags = index << image::kLogIndexShift;
    return bochs.add(plan);
  };
  const std::size_t wraps = with_index(0);
  const std::size_t dirties = with_index(512);
  asked.access = EPT_ACCESS_READ;
  const std::size_t accesses = with_index(0xffff);
  for (std::uint32_t n = 0; n < asked.words.size(); ++n) asked.words[n].value |= EPT_ENTRY_ACCESSED;
  const std::size_t changes_nothing = with_index(512);
  bochs.run();
  const auto full = [&](std::size_t n) { return bochs.results.records[n].log_full; };
  EXPECT_EQ(bochs.results.records[wraps].logged, 1U);
  EXPECT_EQ(full(dirties), image::kLogFull);
  EXPECT_EQ(full(accesses), image::kLogFull);
  for (const std::size_t n : {wraps, dirties, accesses}) {
    EXPECT_EQ(bochs.seen(n).answer.result, EPTSPEC_WALK_TRANSLATED) << n;
    EXPECT_TRUE(bochs.seen(n).mistakes.empty()) << n;
  }
  ASSERT_EQ(bochs.seen(changes_nothing).mistakes.size(), 1U);
  EXPECT_EQ(bochs.seen(changes_nothing).mistakes[0].what, EPT_SAVED_MODIFICATION_LOG_FULL);
}

// The guest's own pages share a PML4E with the walk, as on a processor with 39 bits.
TEST(InBochs, a_narrow_machine_shows_all_but_what_is_wrong_with_the_pml4e) {
  InBochs bochs("tigerlake");
  bochs.machine.maxphyaddr = 39;
  const std::size_t good = bochs.add(walk(EPT_ACCESS_READ));
  harness::PutCase absent = walk(EPT_ACCESS_WRITE);
  absent.words[1].value = 0;
  const std::size_t violation = bochs.add(absent);
  harness::PutCase behind = walk(EPT_ACCESS_SUPERVISOR_FETCH, std::uint64_t{1} << 30);
  behind.words[1].address = 0x2008;
  const std::size_t other = bochs.add(behind);
  bochs.run();
  EXPECT_EQ(bochs.seen(good).answer.result, EPTSPEC_WALK_TRANSLATED);
  EXPECT_EQ(bochs.seen(violation).answer.result, EPTSPEC_WALK_VIOLATION);
  EXPECT_EQ(bochs.seen(other).answer.result, EPTSPEC_WALK_TRANSLATED);
}

// What the image notes of the guest at an exit: an instruction before the one that failed has changed RAX and RIP.
TEST(InBochs, registers_that_are_not_as_at_vm_entry_are_noted) {
  InBochs bochs("tigerlake");
  Plan made = fetch_of(bochs, 0x0f8a01b0);  // mov $1, %al; mov (%rdi), %cl
  made.made.words[3].value = (made.made.words[3].value & ~std::uint64_t{7}) | EPT_ENTRY_EXECUTE;
  const std::size_t moved = bochs.add(made);
  harness::PutCase absent = walk(EPT_ACCESS_READ);
  absent.words[3].value = 0;
  const std::size_t still = bochs.add(absent);
  bochs.run();
  const harness::Recorded& record = bochs.results.records[moved];
  EXPECT_EQ(record.reason, 48U);
  EXPECT_EQ(record.changed_registers, 1U);
  EXPECT_EQ(record.rip, record.started_at + 2);
  EXPECT_EQ(bochs.results.records[still].changed_registers, 0U);
  EXPECT_EQ(bochs.results.records[still].rip, bochs.results.records[still].started_at);
  EXPECT_EQ(bochs.seen(still).mistakes.size(), 0U);
}

// The third is changed on its way to the machine to what does not help.
TEST(InBochs, an_upgraded_entry_works_and_one_that_is_not_does_not) {
  InBochs bochs("tigerlake");
  harness::PutCase absent = walk(EPT_ACCESS_WRITE);
  absent.words[3].value = 0;
  const std::size_t mapped = bochs.add(absent);
  harness::PutCase forbidden = walk(EPT_ACCESS_SUPERVISOR_FETCH);
  forbidden.words[2].value &= ~std::uint64_t{EPT_ENTRY_EXECUTE};
  const std::size_t allowed = bochs.add(forbidden);
  Plan useless = plan(bochs.machine, absent);
  useless.made.upgraded.value &= ~std::uint64_t{EPT_ENTRY_WRITE};
  const std::size_t refused = bochs.add(useless);
  bochs.run();
  for (const std::size_t n : {mapped, allowed}) {
    EXPECT_EQ(bochs.results.records[n].upgraded, 1U);
    EXPECT_EQ(bochs.seen(n).mistakes.size(), 0U);
  }
  ASSERT_EQ(bochs.seen(refused).mistakes.size(), 1U);
  EXPECT_EQ(bochs.seen(refused).mistakes[0].what, EPT_SAVED_UPGRADED_ENTRY);
  EXPECT_EQ(bochs.results.trailer->changed, 0U);
}

// Vol. 3C, 28.5.8.2 and 28.5.8.3. What Bochs stores at offset 32 is another matter (docs/findings.md).
TEST(InBochs, a_virtualization_exception_fills_its_area_once) {
  InBochs bochs("tigerlake");
  harness::PutCase absent = walk(EPT_ACCESS_READ, 0x123);
  absent.registers.secondary_controls |= EPT_CONTROL_EPT_VIOLATION_VE;
  absent.words[3].value = 0;
  const std::size_t busy_by_itself = bochs.add(absent);
  const std::size_t busy_by_one_bit = bochs.add(absent);
  Plan busy = plan(bochs.machine, absent);
  busy.made.flags &= ~image::kArmedVe;
  const std::size_t never = bochs.add(busy);
  bochs.run();
  for (const std::size_t n : {busy_by_itself, busy_by_one_bit}) {
    const harness::Recorded& record = bochs.results.records[n];
    EXPECT_EQ(record.reason, 0U);
    EXPECT_EQ(record.ve[0], 0xffffffff00000030U);
    EXPECT_EQ(record.ve[3], 0x123U);
    EXPECT_EQ(record.ve_beyond, 0U);
    EXPECT_EQ(record.while_busy, 48U);
    EXPECT_EQ(record.upgraded, 1U);
  }
  EXPECT_EQ(bochs.results.records[never].reason, 48U);
  EXPECT_EQ(bochs.seen(never).mistakes.size(), 0U);
}

}  // namespace
