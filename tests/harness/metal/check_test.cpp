// How registers become a case of the image, and how its record is read.
#include <gtest/gtest.h>

#include "harness/metal/check.h"
#include "tests/support/registers.h"

namespace {

using harness::CheckEnd;
using harness::Plan;

harness::Machine able_machine() {
  harness::Machine machine;
  machine.capabilities = support::able_processor();
  machine.maxphyaddr = machine.capabilities.maxphyaddr;
  return machine;
}

image::Field field(const Plan& plan, ept_register number) {
  for (const image::Field& one : plan.made.fields) {
    if (one.encoding == ept_register_names[number].number) return one;
  }
  return {};
}

Plan plan_entry(const ept_registers& registers) { return plan_check(able_machine(), EPT_CHECK_VM_ENTRY, registers); }

TEST(PlanCheck, controls_and_fields_are_as_given) {
  ept_registers registers = support::full_entry();
  registers.vpid = 7;
  const Plan plan = plan_entry(registers);
  EXPECT_EQ(plan.not_applicable + plan.declined, "");
  EXPECT_EQ(plan.made.act, image::Act::check_entry);
  EXPECT_EQ(field(plan, EPT_REGISTER_PRIMARY_CONTROLS).value, registers.primary_controls);
  EXPECT_EQ(field(plan, EPT_REGISTER_TERTIARY_CONTROLS).value, registers.tertiary_controls);
  EXPECT_EQ(field(plan, EPT_REGISTER_VPID).value, 7U);
  EXPECT_EQ(field(plan, EPT_REGISTER_VPID).base, image::Base::none);
}

TEST(PlanCheck, an_address_keeps_its_bits_in_the_page_and_beyond_the_width) {
  ept_registers registers = support::usual_entry();
  registers.io_bitmap_a_address = (ept_word{1} << 46) | 0x123456789abc;
  const image::Field placed = field(plan_entry(registers), EPT_REGISTER_IO_BITMAP_A_ADDRESS);
  EXPECT_EQ(placed.base, image::Base::scratch);
  EXPECT_EQ(placed.value & ~ept_word{0x3000}, (ept_word{1} << 46) | 0xabc);
}

TEST(PlanCheck, each_kind_of_address_has_its_own_memory) {
  const Plan plan = plan_entry(support::full_entry());
  EXPECT_EQ(field(plan, EPT_REGISTER_EPTP).base, image::Base::identity_map);
  EXPECT_EQ(field(plan, EPT_REGISTER_EPTP).value, 0x1eU);
  EXPECT_EQ(field(plan, EPT_REGISTER_EXIT_MSR_LOAD_ADDRESS).base, image::Base::msr_area);
  EXPECT_EQ(field(plan, EPT_REGISTER_HLATP).base, image::Base::scratch);
  EXPECT_EQ(field(plan, EPT_REGISTER_TSC_MULTIPLIER).base, image::Base::none);
}

// The area ends with the last byte that the width allows, or one byte behind it.
TEST(PlanCheck, an_address_stays_where_another_would_break_or_mend_a_rule) {
  ept_registers registers = support::usual_entry();
  registers.exit_msr_load_count = 2;
  registers.exit_msr_load_address = (ept_word{1} << 46) - 16;
  ASSERT_NE(ept_check_vm_entry(&registers).outcome, 0U);
  EXPECT_EQ(field(plan_entry(registers), EPT_REGISTER_EXIT_MSR_LOAD_ADDRESS).base, image::Base::none);
  registers.exit_msr_load_address -= 16;
  ASSERT_EQ(ept_check_vm_entry(&registers).outcome, 0U);
  EXPECT_EQ(field(plan_entry(registers), EPT_REGISTER_EXIT_MSR_LOAD_ADDRESS).base, image::Base::msr_area);
}

TEST(PlanCheck, a_large_area_of_msrs_is_declined_where_it_might_be_used) {
  ept_registers registers = support::usual_entry();
  registers.entry_msr_load_count = image::kMsrAreaEntries + 1;
  EXPECT_NE(plan_entry(registers).declined, "");
  registers.pin_based_controls = 0;
  EXPECT_EQ(plan_entry(registers).declined, "");
}

TEST(PlanCheck, registers_of_another_processor_do_not_apply) {
  ept_registers registers = support::usual_entry();
  registers.vmx_misc ^= 1;
  EXPECT_NE(plan_entry(registers).not_applicable, "");
}

TEST(PlanCheck, vmfunc_runs_after_a_vm_entry_that_is_accepted) {
  ept_registers registers = support::able_processor();
  registers.processor_state = 0x42;
  registers.primary_controls = 0x80000000;
  registers.secondary_controls = 0x2002;
  registers.vm_function_controls = 1;
  registers.eptp = 0x101e;
  registers.eptp_list_entry = (ept_word{1} << 46) | 0x205e;
  registers.vmfunc_index = 3;
  const Plan plan = plan_check(able_machine(), EPT_CHECK_VMFUNC, registers);
  ASSERT_EQ(plan.not_applicable + plan.declined, "");
  EXPECT_EQ(field(plan, EPT_REGISTER_PIN_BASED_CONTROLS).value, 0x16U);
  ASSERT_EQ(plan.made.words.size(), 1U);
  EXPECT_EQ(plan.made.words[0].address, field(plan, EPT_REGISTER_EPTP_LIST_ADDRESS).value + 24);
  EXPECT_EQ(plan.made.words[0].value, (ept_word{1} << 46) | 0x4000005e);
  registers.vm_function_controls = 3;
  EXPECT_NE(plan_check(able_machine(), EPT_CHECK_VMFUNC, registers).not_applicable, "");
}

harness::Recorded ended(image::End end, std::uint32_t reason) {
  harness::Recorded record{};
  record.end = end;
  record.reason = reason;
  record.interruption = 0x80000306;
  return record;
}

TEST(ObservedCheck, any_exit_means_that_vm_entry_was_accepted) {
  const Plan plan = plan_entry(support::usual_entry());
  for (const harness::Recorded& record : {ended(image::End::entry_failure, 0x80000021), ended(image::End::exit, 33)}) {
    EXPECT_EQ(observed_check(plan, record).end, CheckEnd::accepted);
    EXPECT_EQ(observed_check(plan, record).number, 33U);
  }
  EXPECT_EQ(observed_check(plan, ended(image::End::vm_fail, 7)).end, CheckEnd::vm_instruction_error);
  EXPECT_EQ(observed_check(plan, ended(image::End::reset, 0)).end, CheckEnd::lost);
}

TEST(ObservedCheck, an_exit_of_an_instruction_is_told_from_one_behind_it) {
  Plan plan;
  plan.made.act = image::Act::check_vmfunc;
  harness::Recorded record = ended(image::End::exit, 59);
  EXPECT_EQ(observed_check(plan, record).end, CheckEnd::exit);
  record.reason = 0;
  EXPECT_EQ(observed_check(plan, record).end, CheckEnd::exception);
  EXPECT_EQ(observed_check(plan, record).number, 6U);
  record.reason = 48;
  record.done = 1;
  EXPECT_EQ(observed_check(plan, record).end, CheckEnd::accepted);
}

}  // namespace
