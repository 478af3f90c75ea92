// SDM Vol. 3C, 28.5.7.2 and 28.5.7.3: what becomes of VMFUNC, in the order of priority.
#include "tests/sdm/checks.h"

namespace {

using namespace sdm;

constexpr ept_word kNonRootCpl3 = 2 | 3 << 2 | 4 << 4;  // VMX non-root operation, CPL 3, 64-bit mode

enum class Vmfunc { switches, invalid_opcode, exit_59, may_exit_59 };

Vmfunc vmfunc(const ept_registers& registers) {
  switch (ept_check_vmfunc(&registers).outcome) {
    case EPT_VMFUNC_OUTCOME_INVALID_OPCODE: return Vmfunc::invalid_opcode;
    case EPT_VMFUNC_OUTCOME_VM_EXIT_VMFUNC: return Vmfunc::exit_59;
    case EPT_VMFUNC_OUTCOME_MAY_EXIT_VMFUNC: return Vmfunc::may_exit_59;
    default: return Vmfunc::switches;
  }
}

// A guest whose host enabled EPTP switching executes VMFUNC with EAX = 0; the entry of the list is a good EPTP.
ept_registers usual_vmfunc() {
  ept_registers registers = usual_entry();
  registers.secondary_controls |= bit(13);
  registers.vm_function_controls = 1;
  registers.eptp_list_entry = 0x2000 | 0x1e;
  registers.processor_state = kNonRootCpl3;
  return registers;
}

TEST(SdmVmfunc, good_entry_of_the_list_is_switched_to_at_any_privilege_level) {
  ept_registers registers = usual_vmfunc();
  for (ept_word cpl = 0; cpl < 4; ++cpl) {
    registers.processor_state = 2 | cpl << 2 | 4 << 4;
    EXPECT_EQ(vmfunc(registers), Vmfunc::switches) << cpl;
  }
}

TEST(SdmVmfunc, outside_non_root_operation_is_invalid_opcode) {
  ept_registers registers = usual_vmfunc();
  for (const ept_word operation : {0U, 1U}) {
    registers.processor_state = operation | 4 << 4;
    EXPECT_EQ(vmfunc(registers), Vmfunc::invalid_opcode) << operation;
  }
}

TEST(SdmVmfunc, without_the_secondary_control_or_its_activation_is_invalid_opcode) {
  ept_registers registers = usual_vmfunc();
  registers.secondary_controls &= ~bit(13);
  EXPECT_EQ(vmfunc(registers), Vmfunc::invalid_opcode);
  registers = usual_vmfunc();
  registers.primary_controls &= ~bit(31);
  EXPECT_EQ(vmfunc(registers), Vmfunc::invalid_opcode);
}

TEST(SdmVmfunc, function_above_63_is_invalid_opcode) {
  ept_registers registers = usual_vmfunc();
  for (const ept_word function : {ept_word{64}, bit(31), ept_word{0xffffffff}}) {
    registers.vmfunc_function = function;
    EXPECT_EQ(vmfunc(registers), Vmfunc::invalid_opcode) << function;
  }
}

TEST(SdmVmfunc, invalid_opcode_has_priority_over_the_exit) {
  ept_registers registers = usual_vmfunc();
  registers.vm_function_controls = 0;
  registers.vmfunc_index = 512;
  registers.eptp_list_entry = 1;
  EXPECT_EQ(vmfunc(registers), Vmfunc::exit_59);
  registers.secondary_controls &= ~bit(13);
  EXPECT_EQ(vmfunc(registers), Vmfunc::invalid_opcode);
}

TEST(SdmVmfunc, function_that_is_not_enabled_exits) {
  ept_registers registers = usual_vmfunc();
  registers.vm_function_controls = 0;
  EXPECT_EQ(vmfunc(registers), Vmfunc::exit_59);
  registers = usual_vmfunc();
  for (ept_word function = 1; function < 64; ++function) {
    registers.vmfunc_function = function;
    EXPECT_EQ(vmfunc(registers), Vmfunc::exit_59) << function;
  }
}

TEST(SdmVmfunc, list_and_index_count_for_function_0_only) {
  ept_registers registers = usual_vmfunc();
  registers.vmfunc_function = 1;
  registers.vm_function_controls = bit(1);
  registers.vmfunc_index = 512;
  registers.eptp_list_entry = 1;
  EXPECT_EQ(vmfunc(registers), Vmfunc::may_exit_59);  // the manual does not say what function 1 does
}

TEST(SdmVmfunc, index_of_512_and_above_exits) {
  ept_registers registers = usual_vmfunc();
  registers.vmfunc_index = 511;
  EXPECT_EQ(vmfunc(registers), Vmfunc::switches);
  for (unsigned n = 9; n < 32; ++n) {
    registers.vmfunc_index = bit(n);
    EXPECT_EQ(vmfunc(registers), Vmfunc::exit_59) << n;
  }
}

TEST(SdmVmfunc, entry_that_vm_entry_would_refuse_exits) {
  ept_registers registers = usual_vmfunc();
  for (unsigned n = 0; n < 64; ++n) {
    registers.eptp_list_entry = (0x2000 | 0x1e) ^ bit(n);
    const bool good = n == 6 || n == 7 || (n >= 12 && n < 46);  // flags, shadow stacks (both in 48CH here), address
    EXPECT_EQ(vmfunc(registers), good ? Vmfunc::switches : Vmfunc::exit_59) << n;
  }
  registers.eptp_list_entry = 0x2000 | 0x18;  // UC, as 48CH bit 8 reports
  EXPECT_EQ(vmfunc(registers), Vmfunc::switches);
}

TEST(SdmVmfunc, entry_above_32_bits_exits_where_basic_bit_48_is_1) {
  ept_registers registers = usual_vmfunc();
  registers.eptp_list_entry = bit(32) | 0x1e;
  EXPECT_EQ(vmfunc(registers), Vmfunc::switches);
  registers.vmx_basic |= bit(48);
  EXPECT_EQ(vmfunc(registers), Vmfunc::exit_59);
}

TEST(SdmVmfunc, entry_of_another_walk_length_exits_though_vm_entry_would_accept_it) {
  ept_registers registers = usual_vmfunc();
  registers.eptp_list_entry = 0x2000 | 0x26;
  EXPECT_EQ(vmfunc(registers), Vmfunc::exit_59);
  registers.eptp = 0x1000 | 0x26;
  EXPECT_EQ(vmfunc(registers), Vmfunc::switches);
}

TEST(SdmVmfunc, current_eptp_counts_for_its_walk_length_only) {
  ept_registers registers = usual_vmfunc();
  registers.eptp = ~ept_word{0} & ~ept_word{0x20};  // bits 5:3 are 3
  EXPECT_EQ(vmfunc(registers), Vmfunc::switches);
}

}  // namespace
