// SDM Vol. 3C, 27.6, 27.7, 27.8 and 29.2.1.1: which settings of the controls VM entry accepts. Bit numbers are those of
// the tables of controls.
#include "tests/sdm/checks.h"

namespace {

using namespace sdm;

using Word = ept_word ept_registers::*;

constexpr Word kPin = &ept_registers::pin_based_controls;
constexpr Word kPrimary = &ept_registers::primary_controls;
constexpr Word kSecondary = &ept_registers::secondary_controls;
constexpr Word kTertiary = &ept_registers::tertiary_controls;
constexpr Word kExit = &ept_registers::vm_exit_controls;
constexpr Word kEntry = &ept_registers::vm_entry_controls;

constexpr unsigned kEnableEpt = 1;  // of the secondary controls

struct Control {
  Word word;
  unsigned number;
};

// The usual entry with these controls set to 1 as well.
ept_registers with(const std::vector<Control>& controls) {
  ept_registers registers = usual_entry();
  for (const Control& each : controls) registers.*each.word |= bit(each.number);
  return registers;
}

ept_registers without(ept_registers registers, Control control) {
  registers.*control.word &= ~bit(control.number);
  return registers;
}

// The usual entry with tertiary controls activated (primary 17), and these of them 1.
ept_registers with_tertiary(std::initializer_list<unsigned> controls) {
  ept_registers registers = with({{kPrimary, 17}});
  for (const unsigned each : controls) registers.tertiary_controls |= bit(each);
  return registers;
}

// Turning EPT on.

TEST(SdmVmEntry, primary_control_31_and_secondary_control_1_turn_ept_on) {
  ept_registers registers = usual_entry();
  registers.eptp = 0x18 | 1;  // memory type 1 is never good
  EXPECT_TRUE(refused(registers));
  EXPECT_TRUE(accepted(without(registers, {kSecondary, kEnableEpt})));
  EXPECT_TRUE(accepted(without(registers, {kPrimary, 31})));
}

TEST(SdmVmEntry, without_primary_control_31_any_secondary_word_is_accepted) {
  ept_registers registers = without(usual_entry(), {kPrimary, 31});
  for (unsigned n = 0; n < 32; ++n) {
    registers.secondary_controls = bit(n);
    EXPECT_TRUE(accepted(registers)) << n;
  }
  registers.secondary_controls = 0xffffffff;
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntry, without_primary_control_17_any_tertiary_word_is_accepted) {
  ept_registers registers = usual_entry();
  registers.tertiary_controls = ~ept_word{0};
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntry, without_secondary_control_13_any_vm_function_word_and_list_are_accepted) {
  ept_registers registers = usual_entry();
  registers.vm_function_controls = registers.eptp_list_address = ~ept_word{0};
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntry, every_control_at_once_with_good_fields_is_accepted) { EXPECT_TRUE(accepted(support::full_entry())); }

// Allowed-0 and allowed-1 settings.

struct Controls {
  Word word;
  std::vector<unsigned> numbers;
};

TEST(SdmVmEntry, control_whose_low_bit_is_1_must_be_1) {
  for (const Controls& required : {Controls{kPin, {1, 2, 4}}, Controls{kPrimary, {1, 4, 5, 6, 8, 13, 14, 26}},
                                   Controls{kExit, {0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 16, 17}},
                                   Controls{kEntry, {0, 1, 3, 4, 5, 6, 7, 8, 12}}}) {
    for (const unsigned n : required.numbers) EXPECT_TRUE(refused(without(usual_entry(), {required.word, n}))) << n;
  }
}

TEST(SdmVmEntry, control_whose_high_bit_is_0_must_be_0) {
  for (const Controls& forbidden : {Controls{kPin, {8, 9, 15, 16, 30, 31}}, Controls{kPrimary, {0, 18}},
                                    Controls{kSecondary, {28, 29}}, Controls{kEntry, {26, 27, 28, 29, 30, 31}}}) {
    for (const unsigned n : forbidden.numbers) EXPECT_TRUE(refused(with({{forbidden.word, n}}))) << n;
  }
}

TEST(SdmVmEntry, exit_control_needs_its_bit_in_the_high_half_of_48f) {
  ept_registers registers = with({{kExit, 28}});
  EXPECT_TRUE(accepted(registers));
  registers.vmx_true_exit_ctls &= ~bit(32 + 28);
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntry, basic_bit_55_decides_whether_msr_482_or_48e_governs) {
  const ept_registers no_cr3_load_exits = without(usual_entry(), {kPrimary, 15});
  EXPECT_TRUE(accepted(no_cr3_load_exits));  // 48EH low half: 04006172H
  ept_registers registers = no_cr3_load_exits;
  registers.vmx_basic &= ~bit(55);
  registers.primary_controls |= bit(16);
  registers.vm_exit_controls |= bit(2);   // as 483H demands
  registers.vm_entry_controls |= bit(2);  // as 484H demands
  EXPECT_TRUE(refused(registers));        // 482H low half: 0401E172H
  registers.primary_controls |= bit(15);
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntry, plain_msr_of_each_word_counts_with_basic_bit_55_clear) {
  ept_registers registers = with({{kPrimary, 15}, {kPrimary, 16}, {kExit, 2}, {kEntry, 2}});
  registers.vmx_basic &= ~bit(55);
  EXPECT_TRUE(accepted(registers));
  for (const Control& default1 : {Control{kPrimary, 15}, Control{kPrimary, 16}, Control{kExit, 2}, Control{kEntry, 2}})
    EXPECT_TRUE(refused(without(registers, default1))) << default1.number;
  registers.vmx_pinbased_ctls |= 1;  // external-interrupt exiting
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntry, true_msr_of_each_word_counts_with_basic_bit_55_set) {
  ept_registers registers = usual_entry();
  registers.vmx_pinbased_ctls |= 1;  // external-interrupt exiting
  EXPECT_TRUE(accepted(registers));
  registers.vmx_true_pinbased_ctls |= 1;
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntry, secondary_control_needs_its_bit_in_the_high_half_of_48b) {
  ept_registers registers = usual_entry();
  registers.vmx_procbased_ctls2 = bit(32 + 1);
  EXPECT_TRUE(accepted(registers));
  for (const unsigned n : {2U, 3U, 6U, 10U, 11U, 12U, 15U, 16U, 19U, 20U, 26U, 27U, 30U, 31U}) {
    registers.secondary_controls = 2 | bit(n);
    EXPECT_TRUE(refused(registers)) << n;
  }
  registers.secondary_controls = 2;
  registers.vmx_procbased_ctls2 = bit(1);  // the low half allows nothing
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntry, tertiary_control_needs_its_bit_in_492) {
  EXPECT_TRUE(accepted(with_tertiary({0})));
  for (const unsigned n : {5U, 10U, 11U, 13U, 31U, 32U, 63U}) EXPECT_TRUE(refused(with_tertiary({n}))) << n;
}

TEST(SdmVmEntry, vm_function_control_needs_its_bit_in_491) {
  ept_registers registers = with({{kSecondary, 13}});
  registers.vm_function_controls = 1;
  EXPECT_TRUE(accepted(registers));
  for (const unsigned n : {1U, 31U, 32U, 63U}) {
    registers.vm_function_controls = bit(n);
    EXPECT_TRUE(refused(registers)) << n;
  }
}

TEST(SdmVmEntry, secondary_exit_control_needs_activation_and_its_bit_in_493) {
  ept_registers registers = usual_entry();
  registers.secondary_exit_controls = bit(4);
  EXPECT_TRUE(accepted(registers));
  registers.vm_exit_controls |= bit(31);
  EXPECT_TRUE(refused(registers));
  registers.secondary_exit_controls = bit(0);
  EXPECT_TRUE(accepted(registers));
}

// Controls that need others.

struct Need {
  const char* name;
  std::vector<Control> legal;
  Control missing;  // 1 in `legal`, and not legal without
};

const std::vector<Need> kNeeds = {
    {"virtual_nmis_need_nmi_exiting", {{kPin, 3}, {kPin, 5}}, {kPin, 3}},
    {"nmi_window_exiting_needs_virtual_nmis", {{kPin, 3}, {kPin, 5}, {kPrimary, 22}}, {kPin, 5}},
    {"x2apic_mode_needs_tpr_shadow", {{kPrimary, 21}, {kSecondary, 4}}, {kPrimary, 21}},
    {"apic_register_virtualization_needs_tpr_shadow", {{kPrimary, 21}, {kSecondary, 8}}, {kPrimary, 21}},
    {"virtual_interrupt_delivery_needs_tpr_shadow", {{kPin, 0}, {kPrimary, 21}, {kSecondary, 9}}, {kPrimary, 21}},
    {"virtual_interrupt_delivery_needs_external_interrupt_exiting",
     {{kPin, 0}, {kPrimary, 21}, {kSecondary, 9}},
     {kPin, 0}},
    {"ipi_virtualization_needs_tpr_shadow", {{kPrimary, 21}, {kPrimary, 17}, {kTertiary, 4}}, {kPrimary, 21}},
    {"posted_interrupts_need_virtual_interrupt_delivery",
     {{kPin, 0}, {kPin, 7}, {kPrimary, 21}, {kSecondary, 9}, {kExit, 15}},
     {kSecondary, 9}},
    {"posted_interrupts_need_acknowledge_interrupt_on_exit",
     {{kPin, 0}, {kPin, 7}, {kPrimary, 21}, {kSecondary, 9}, {kExit, 15}},
     {kExit, 15}},
    {"save_preemption_timer_needs_preemption_timer", {{kPin, 6}, {kExit, 22}}, {kPin, 6}},
    {"unrestricted_guest_needs_ept", {{kSecondary, 7}}, {kSecondary, kEnableEpt}},
    {"page_modification_logging_needs_ept", {{kSecondary, 17}}, {kSecondary, kEnableEpt}},
    {"mode_based_execute_control_needs_ept", {{kSecondary, 22}}, {kSecondary, kEnableEpt}},
    {"sub_page_write_permissions_need_ept", {{kSecondary, 23}}, {kSecondary, kEnableEpt}},
    {"intel_pt_with_guest_physical_addresses_needs_ept",
     {{kSecondary, 24}, {kEntry, 18}, {kExit, 25}},
     {kSecondary, kEnableEpt}},
    {"intel_pt_with_guest_physical_addresses_needs_load_rtit_ctl",
     {{kSecondary, 24}, {kEntry, 18}, {kExit, 25}},
     {kEntry, 18}},
    {"intel_pt_with_guest_physical_addresses_needs_clear_rtit_ctl",
     {{kSecondary, 24}, {kEntry, 18}, {kExit, 25}},
     {kExit, 25}},
    {"hlat_needs_ept", {{kPrimary, 17}, {kTertiary, 1}}, {kSecondary, kEnableEpt}},
    {"paging_write_control_needs_ept", {{kPrimary, 17}, {kTertiary, 2}}, {kSecondary, kEnableEpt}},
    {"guest_paging_verification_needs_ept", {{kPrimary, 17}, {kTertiary, 3}}, {kSecondary, kEnableEpt}},
    {"pebs_with_guest_physical_addresses_needs_ept", {{kPrimary, 17}, {kTertiary, 12}}, {kSecondary, kEnableEpt}},
    {"apic_timer_virtualization_needs_virtual_interrupt_delivery",
     {{kPin, 0}, {kPrimary, 21}, {kSecondary, 9}, {kPrimary, 17}, {kTertiary, 8}},
     {kSecondary, 9}},
};

TEST(SdmVmEntry, control_without_the_control_that_it_needs_is_refused) {
  for (const Need& need : kNeeds) {
    EXPECT_TRUE(accepted(with(need.legal))) << need.name;
    EXPECT_TRUE(refused(without(with(need.legal), need.missing))) << need.name;
  }
}

TEST(SdmVmEntry, control_that_needs_ept_counts_for_nothing_without_activation) {
  ept_registers registers = with({{kPrimary, 17}});
  registers.tertiary_controls = bit(1) | bit(2) | bit(3) | bit(12);
  EXPECT_TRUE(accepted(registers));
  registers = without(registers, {kSecondary, kEnableEpt});
  EXPECT_EQ(enter(registers), Entry::error_7);
  EXPECT_TRUE(accepted(without(registers, {kPrimary, 17})));
}

TEST(SdmVmEntry, eptp_switching_needs_ept_but_vm_functions_alone_do_not) {
  ept_registers registers = without(with({{kSecondary, 13}}), {kSecondary, kEnableEpt});
  EXPECT_TRUE(accepted(registers));
  registers.vm_function_controls = 1;
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntry, ept_violation_ve_does_not_need_ept) {
  EXPECT_TRUE(accepted(without(with({{kSecondary, 18}}), {kSecondary, kEnableEpt})));
}

TEST(SdmVmEntry, x2apic_mode_excludes_virtualize_apic_accesses) {
  EXPECT_TRUE(accepted(with({{kPrimary, 21}, {kSecondary, 0}})));
  EXPECT_TRUE(refused(with({{kPrimary, 21}, {kSecondary, 0}, {kSecondary, 4}})));
}

TEST(SdmVmEntry, apic_timer_virtualization_excludes_rdtsc_exiting) {
  const ept_registers legal = with({{kPin, 0}, {kPrimary, 21}, {kSecondary, 9}, {kPrimary, 17}, {kTertiary, 8}});
  ept_registers registers = legal;
  EXPECT_TRUE(accepted(registers));
  registers.primary_controls |= bit(12);
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntry, vpid_0_is_refused_where_vpid_is_enabled) {
  ept_registers registers = with({{kSecondary, 5}});
  EXPECT_TRUE(refused(registers));
  for (unsigned n = 0; n < 16; ++n) {
    registers.vpid = bit(n);
    EXPECT_TRUE(accepted(registers)) << n;
  }
}

TEST(SdmVmEntry, tsc_multiplier_0_is_refused_where_tsc_scaling_is_used) {
  ept_registers registers = with({{kSecondary, 25}});
  EXPECT_TRUE(refused(registers));
  registers.tsc_multiplier = bit(63);
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntry, eptp_of_a_width_or_type_that_48c_does_not_report_is_refused) {
  ept_registers registers = usual_entry();
  for (const unsigned n : {6U, 14U}) {  // walk length 4, memory type WB
    registers.capability = usual_entry().capability & ~bit(n);
    EXPECT_TRUE(refused(registers)) << n;
  }
  registers = usual_entry();
  registers.eptp = 0x1000 | 0x18;  // UC: bit 8
  EXPECT_TRUE(accepted(registers));
  registers.capability &= ~bit(8);
  EXPECT_TRUE(refused(registers));
  registers.eptp = 0x1000 | 0x1e | bit(6);  // accessed and dirty flags: bit 21
  EXPECT_TRUE(accepted(registers));
  registers.capability &= ~bit(21);
  EXPECT_TRUE(refused(registers));
}

// 29.2.4, whose failures are error 7 or 8.
TEST(SdmVmEntry, host_address_space_size_must_say_whether_the_processor_is_in_ia_32e_mode) {
  EXPECT_EQ(enter(without(without(usual_entry(), {kExit, 9}), {kEntry, 9})), Entry::error_7_or_8);
  ept_registers registers = without(without(usual_entry(), {kExit, 9}), {kEntry, 9});
  registers.processor_state = 1 | 2 << 4;  // root operation, protected mode
  EXPECT_EQ(enter(registers), Entry::accepted);
  registers.vm_entry_controls |= bit(9);
  EXPECT_EQ(enter(registers), Entry::error_7_or_8);
}

TEST(SdmVmEntry, host_address_space_size_is_0_outside_ia_32e_mode) {
  ept_registers registers = without(usual_entry(), {kEntry, 9});
  EXPECT_EQ(enter(registers), Entry::accepted);
  registers.processor_state = 1 | 2 << 4;  // root operation, protected mode
  EXPECT_EQ(enter(registers), Entry::error_7_or_8);
}

TEST(SdmVmEntry, error_7_is_certain_where_a_control_is_wrong_beside_the_address_space_size) {
  EXPECT_EQ(enter(without(without(usual_entry(), {kExit, 9}), {kPin, 1})), Entry::error_7);
}

}  // namespace
