// SDM Vol. 3C, 33.3, INVEPT: what becomes of it before it invalidates anything, in the order of priority.
#include "tests/sdm/checks.h"

namespace {

using namespace sdm;

enum class Invept { succeeds, invalid_opcode, exit_50, general_protection, error_28, may_be_error_28 };

Invept invept(const ept_registers& registers) {
  switch (ept_check_invept(&registers).outcome) {
    case EPT_INVEPT_OUTCOME_INVALID_OPCODE: return Invept::invalid_opcode;
    case EPT_INVEPT_OUTCOME_VM_EXIT_INVEPT: return Invept::exit_50;
    case EPT_INVEPT_OUTCOME_GENERAL_PROTECTION: return Invept::general_protection;
    case EPT_INVEPT_OUTCOME_VM_FAIL_INVEPT: return Invept::error_28;
    case EPT_INVEPT_OUTCOME_MAY_FAIL_INVEPT: return Invept::may_be_error_28;
    default: return Invept::succeeds;
  }
}

constexpr ept_word state(ept_word operation, ept_word cpl, ept_word mode) { return operation | cpl << 2 | mode << 4; }

// A single-context invalidation of a good EPTP, from 64-bit mode in VMX root operation with CPL 0.
ept_registers usual_invept() {
  ept_registers registers = able_processor();
  registers.invept_type = 1;
  registers.invept_descriptor_low = 0x1000 | 0x1e;
  registers.processor_state = state(1, 0, 4);
  return registers;
}

// The same with everything wrong that comes after #UD, the VM exit and #GP.
ept_registers hopeless_invept() {
  ept_registers registers = usual_invept();
  registers.invept_type = 3;
  registers.invept_descriptor_low = registers.invept_descriptor_high = ~ept_word{0};
  registers.processor_state = state(1, 3, 4);
  return registers;
}

TEST(SdmInvept, single_context_of_a_good_eptp_and_all_contexts_succeed) {
  ept_registers registers = usual_invept();
  EXPECT_EQ(invept(registers), Invept::succeeds);
  registers.invept_type = 2;
  EXPECT_EQ(invept(registers), Invept::succeeds);
  registers.processor_state = state(1, 0, 2);  // protected mode
  EXPECT_EQ(invept(registers), Invept::succeeds);
}

TEST(SdmInvept, outside_vmx_operation_is_invalid_opcode) {
  ept_registers registers = hopeless_invept();
  registers.processor_state = state(0, 3, 4);
  EXPECT_EQ(invept(registers), Invept::invalid_opcode);
}

TEST(SdmInvept, real_address_virtual_8086_and_compatibility_mode_are_invalid_opcode_before_the_exit) {
  ept_registers registers = hopeless_invept();
  for (const ept_word operation : {1U, 2U}) {
    for (const ept_word mode_and_cpl : {state(0, 0, 0), state(0, 3, 1), state(0, 3, 3)}) {
      registers.processor_state = operation | mode_and_cpl;
      EXPECT_EQ(invept(registers), Invept::invalid_opcode) << mode_and_cpl;
    }
  }
}

TEST(SdmInvept, processor_without_ept_or_without_invept_gives_invalid_opcode) {
  ept_registers registers = hopeless_invept();
  registers.vmx_procbased_ctls2 &= ~bit(33);
  EXPECT_EQ(invept(registers), Invept::invalid_opcode);
  registers = hopeless_invept();
  registers.capability &= ~bit(20);
  EXPECT_EQ(invept(registers), Invept::invalid_opcode);
}

TEST(SdmInvept, non_root_operation_exits_at_any_privilege_level) {
  ept_registers registers = hopeless_invept();
  for (ept_word cpl = 0; cpl < 4; ++cpl) {
    registers.processor_state = state(2, cpl, 4);
    EXPECT_EQ(invept(registers), Invept::exit_50) << cpl;
  }
}

TEST(SdmInvept, cpl_above_0_is_general_protection_before_the_type_is_looked_at) {
  ept_registers registers = hopeless_invept();
  for (ept_word cpl = 1; cpl < 4; ++cpl) {
    registers.processor_state = state(1, cpl, 4);
    EXPECT_EQ(invept(registers), Invept::general_protection) << cpl;
  }
}

TEST(SdmInvept, types_other_than_1_and_2_are_error_28) {
  ept_registers registers = usual_invept();
  registers.invept_type = 0;
  EXPECT_EQ(invept(registers), Invept::error_28);
  registers.invept_type = 3;
  EXPECT_EQ(invept(registers), Invept::error_28);
  for (unsigned n = 2; n < 64; ++n) {
    registers.invept_type = bit(n) | 1;
    EXPECT_EQ(invept(registers), Invept::error_28) << n;
  }
}

TEST(SdmInvept, type_that_48c_does_not_report_is_error_28) {
  for (const ept_word type : {1U, 2U}) {
    ept_registers registers = usual_invept();
    registers.invept_type = type;
    registers.capability &= ~bit(type == 1 ? 26 : 25);  // of the other type
    EXPECT_EQ(invept(registers), Invept::succeeds);
    registers.capability &= ~bit(type == 1 ? 25 : 26);
    EXPECT_EQ(invept(registers), Invept::error_28);
  }
}

TEST(SdmInvept, single_context_of_an_eptp_that_vm_entry_would_refuse_is_error_28) {
  ept_registers registers = usual_invept();
  for (unsigned n = 0; n < 64; ++n) {
    registers.invept_descriptor_low = (0x1000 | 0x1e) ^ bit(n);
    const bool good = n == 6 || n == 7 || (n >= 12 && n < 46);  // flags, shadow stacks (both in 48CH here), address
    EXPECT_EQ(invept(registers), good ? Invept::succeeds : Invept::error_28) << n;
  }
}

TEST(SdmInvept, single_context_of_an_eptp_above_32_bits_is_error_28_where_basic_bit_48_is_1) {
  ept_registers registers = usual_invept();
  registers.vmx_basic |= bit(48);
  EXPECT_EQ(invept(registers), Invept::succeeds);
  registers.invept_descriptor_low |= bit(32);
  EXPECT_EQ(invept(registers), Invept::error_28);
}

TEST(SdmInvept, all_contexts_do_not_look_at_the_eptp) {
  ept_registers registers = usual_invept();
  registers.invept_type = 2;
  registers.invept_descriptor_low = ~ept_word{0};
  EXPECT_EQ(invept(registers), Invept::succeeds);
}

TEST(SdmInvept, current_eptp_and_controls_do_not_count) {
  ept_registers registers = usual_invept();
  registers.eptp = ~ept_word{0};
  registers.primary_controls = registers.secondary_controls = ~ept_word{0};
  EXPECT_EQ(invept(registers), Invept::succeeds);
}

// The figure reserves them; the operation of the instruction does not test them.
TEST(SdmInvept, bits_127_to_64_of_the_descriptor_may_be_refused) {
  ept_registers registers = usual_invept();
  for (unsigned n = 0; n < 64; ++n) {
    registers.invept_descriptor_high = bit(n);
    EXPECT_EQ(invept(registers), Invept::may_be_error_28) << n;
  }
}

}  // namespace
