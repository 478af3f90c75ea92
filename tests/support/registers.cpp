#include "tests/support/registers.h"

namespace support {

namespace {

constexpr ept_word kSecondary = 0x80000000;
constexpr ept_word kFourLevelsWb = 0x1e;
constexpr ept_word kRootOf64BitMode = 0x41;  // VMX root operation, CPL 0, 64-bit mode

}  // namespace

ept_registers able_processor() {
  ept_registers registers{};
  registers.maxphyaddr = 46;
  registers.vmx_basic = 0xd8100000000001;
  registers.vmx_pinbased_ctls = 0xff00000016;
  registers.vmx_procbased_ctls = 0xfffbfffe0401e172;
  registers.vmx_exit_ctls = 0xffffffff00036dff;
  registers.vmx_entry_ctls = 0x3ffffff000011ff;
  registers.vmx_misc = 0x401e0;
  registers.vmx_cr0_fixed0 = 0x80000021;
  registers.vmx_cr0_fixed1 = 0xffffffff;
  registers.vmx_cr4_fixed0 = 0x2000;
  registers.vmx_cr4_fixed1 = 0xff7fff;
  registers.vmx_procbased_ctls2 = 0xcfffffff00000000;
  registers.capability = 0xf0106f341c1;
  registers.vmx_true_pinbased_ctls = 0xff00000016;
  registers.vmx_true_procbased_ctls = 0xfffbfffe04006172;
  registers.vmx_true_exit_ctls = 0xffffffff00036dfb;
  registers.vmx_true_entry_ctls = 0x3ffffff000011fb;
  registers.vmx_vmfunc = 1;
  registers.vmx_procbased_ctls3 = 0x13df;
  registers.vmx_exit_ctls2 = 0xf;
  return registers;
}

ept_registers usual_entry() {
  ept_registers registers = able_processor();
  registers.pin_based_controls = 0x16;
  registers.primary_controls = 0x04006172 | kSecondary;
  registers.secondary_controls = 2;
  registers.vm_exit_controls = 0x36dfb | 0x200;
  registers.vm_entry_controls = 0x11fb | 0x200;
  registers.eptp = 0x1000 | kFourLevelsWb;
  registers.processor_state = kRootOf64BitMode;
  return registers;
}

ept_registers full_entry() {
  ept_registers registers = usual_entry();
  registers.pin_based_controls = 0xff;
  registers.primary_controls = 0xfffbfffe & ~ept_word{0x1000};  // all but RDTSC exiting, for APIC-timer virtualization
  registers.secondary_controls = 0xcfffffff & ~ept_word{1};     // all but virtualize APIC accesses, for x2APIC mode
  registers.tertiary_controls = 0x13df;
  registers.vm_function_controls = 1;
  registers.vm_exit_controls = 0xffffffff;
  registers.secondary_exit_controls = 0xf;
  registers.vm_entry_controls = 0x3fff3ff;  // outside SMM
  registers.vpid = 1;
  registers.tsc_multiplier = 1;
  ept_word address = 0x100000;
  for (ept_word ept_registers::*const field :
       {&ept_registers::io_bitmap_a_address, &ept_registers::io_bitmap_b_address, &ept_registers::msr_bitmap_address,
        &ept_registers::exit_msr_store_address, &ept_registers::exit_msr_load_address,
        &ept_registers::entry_msr_load_address, &ept_registers::pml_address, &ept_registers::virtual_apic_address,
        &ept_registers::apic_access_address, &ept_registers::posted_interrupt_descriptor_address,
        &ept_registers::eptp_list_address, &ept_registers::vmread_bitmap_address,
        &ept_registers::vmwrite_bitmap_address, &ept_registers::virtualization_exception_information_address,
        &ept_registers::sub_page_table_pointer, &ept_registers::low_pasid_directory_address,
        &ept_registers::high_pasid_directory_address, &ept_registers::hlatp, &ept_registers::pid_pointer_table_address})
    registers.*field = address += 0x1000;
  registers.exit_msr_store_count = registers.exit_msr_load_count = registers.entry_msr_load_count = 1;
  return registers;
}

model::Circumstances circumstances_of(const ept_registers& registers) {
  ept_registers copy = registers;
  model::Circumstances machine{static_cast<int>(copy.maxphyaddr), {}};
  for (int n = 0; n < EPT_REGISTERS; ++n) machine.registers.push_back(*ept_register_word(&copy, n));
  return machine;
}

ept_registers registers_of(const model::Circumstances& machine) {
  ept_registers registers{};
  registers.maxphyaddr = static_cast<ept_word>(machine.maxphyaddr);
  for (int n = 0; n < EPT_REGISTERS; ++n)
    *ept_register_word(&registers, n) = machine.registers.at(static_cast<std::size_t>(n));
  return registers;
}

}  // namespace support
