// Emitted header = interpreter = constraints, on random, boundary and single-bit inputs. What the proof says of the
// header and the constraints for all inputs is checked here against an interpreter that shares no code with either.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ept_names.h"
#include "spec/draw.h"
#include "tests/support/generators.h"
#include "tests/support/header.h"
#include "tests/support/spec_under_test.h"

namespace {

using support::Circumstances;
using support::Classification;
using support::spec_under_test;

const model::Interpreter& oracle() {
  static const model::Interpreter interpreter(spec_under_test());
  return interpreter;
}

std::string drawn(const Circumstances& machine, int level, std::uint64_t entry) {
  return spec::draw(spec::format_of(spec_under_test(), level, entry), entry, machine.maxphyaddr);
}

bool same(const Classification& a, const Classification& b) {
  return a.kind == b.kind && a.format == b.format && a.rules == b.rules && a.reserved_bits == b.reserved_bits;
}

RC_GTEST_PROP(Agreement, header_and_interpreter_classify_alike, ()) {
  const Circumstances machine = *support::any_machine();
  const int level = *rc::gen::inRange(1, 6);
  const std::uint64_t entry = *support::any_entry();
  RC_LOG() << "level " << level << ": " << drawn(machine, level, entry) << "\n";
  RC_ASSERT(same(support::header_classify(machine, level, entry, spec_under_test()),
                 oracle().classify(machine, level, entry)));
}

RC_GTEST_PROP(Agreement, header_and_interpreter_accept_the_same_eptps, ()) {
  Circumstances machine = *support::any_machine();
  machine.eptp ^= *support::any_entry();
  const ept_configuration configuration = support::configuration_of(machine);
  RC_ASSERT(ept_check_eptp(&configuration, machine.eptp) == oracle().eptp_rules(machine));
}

RC_GTEST_PROP(Agreement, header_and_interpreter_walk_alike, ()) {
  const Circumstances machine = *support::any_machine();
  const std::uint64_t gpa = *support::any_gpa();
  const std::uint64_t access = *support::any_access(spec_under_test());
  const auto entries = *rc::gen::container<std::vector<std::uint64_t>>(5, support::any_entry());
  RC_ASSERT(support::header_walk(machine, gpa, access, support::in_order(entries)) ==
            oracle().walk(machine, gpa, access, support::in_order(entries)));
}

RC_GTEST_PROP(Agreement, header_and_interpreter_check_sub_pages_alike, ()) {
  Circumstances machine = *support::any_machine();
  const std::uint64_t gpa = *support::any_gpa();
  machine.sub_page_table_pointer = *support::any_entry();
  const std::uint64_t access = *support::any_access(spec_under_test());
  const auto entries = *support::any_sub_page_entries();
  const support::Outcome found = support::header_check_sub_page(machine, gpa, access, support::in_order(entries));
  RC_CLASSIFY(true, std::string(ept_result_names[static_cast<std::size_t>(found.result)].name));
  RC_ASSERT(found == oracle().check_sub_page(machine, gpa, access, support::in_order(entries)));
}

// The table of ept_names.h against what the walk gives.
RC_GTEST_PROP(Agreement, member_of_an_outcome_is_0_with_every_result_that_does_not_have_it, ()) {
  const Circumstances machine = *support::any_machine();
  const ept_configuration configuration = support::configuration_of(machine);
  const auto entries = *rc::gen::container<std::vector<std::uint64_t>>(5, support::any_entry());
  ept_context context;
  ept_prepare(&configuration, machine.eptp, &context);
  support::Read memory = support::in_order(entries);
  const ept_outcome outcome = ept_walk(
      &context, *support::any_gpa(), *support::any_access(spec_under_test()),
      [](void* read, ept_word address) { return (*static_cast<support::Read*>(read))(address); }, &memory);
  RC_CLASSIFY(true, std::string(ept_result_names[outcome.result].name));
  for (const ept_outcome_member& one : ept_outcome_members) {
    if ((one.results >> outcome.result & 1) != 0) continue;
    RC_LOG() << ept_result_names[outcome.result].name << ": " << one.name << "\n";
    RC_ASSERT(ept_outcome_get(&outcome, one.member) == 0U);
  }
}

void expect_same(const Circumstances& machine, int level, std::uint64_t entry) {
  EXPECT_TRUE(same(support::header_classify(machine, level, entry, spec_under_test()),
                   oracle().classify(machine, level, entry)))
      << "maxphyaddr " << machine.maxphyaddr << " level " << level << ": " << drawn(machine, level, entry);
}

// Every entry whose bits 11:0 are anything, in every format, for every profile.
TEST(Agreement, all_low_bits_of_every_format_for_every_profile) {
  for (const spec::Profile& profile : spec_under_test().profiles) {
    const auto& has = profile.registers;
    const Circumstances machine{profile.maxphyaddr,
                                has.at(EPT_REGISTER_CAPABILITY),
                                has.at(EPT_REGISTER_PIN_BASED_CONTROLS),
                                has.at(EPT_REGISTER_PRIMARY_CONTROLS),
                                has.at(EPT_REGISTER_SECONDARY_CONTROLS),
                                has.at(EPT_REGISTER_TERTIARY_CONTROLS),
                                has.at(EPT_REGISTER_PARAMETERS),
                                0x101e};
    for (int level = 1; level <= 5; ++level) {
      for (std::uint64_t low = 0; low < 0x1000; ++low) expect_same(machine, level, 0x40000000 | low);
    }
  }
}

// Every single bit, on top of nothing, of a table entry and of a page, at every width.
TEST(Agreement, every_single_bit_at_every_width) {
  for (int maxphyaddr = 36; maxphyaddr <= 52; ++maxphyaddr) {
    Circumstances machine = support::able_machine();
    machine.maxphyaddr = maxphyaddr;
    for (unsigned n = 0; n < 5 * 64; ++n) {
      const int level = 1 + static_cast<int>(n / 64);
      for (const std::uint64_t base : {0x0ULL, 0x7ULL, 0xb7ULL, 0x4ULL})
        expect_same(machine, level, base ^ std::uint64_t{1} << n % 64);
    }
  }
}

}  // namespace
