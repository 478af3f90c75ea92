// SDM Vol. 3C, 29.2.1.1 to 29.2.1.3: which values of the fields beside the controls VM entry accepts: addresses, MSR
// areas, counts, thresholds, and the event to be injected.
#include "tests/sdm/checks.h"

namespace {

using namespace sdm;

constexpr ept_word kGarbage = ~ept_word{0};

// A field that holds an address, and the controls (1 in the usual entry already, or set by `use`) with which it counts.
struct Address {
  const char* name;
  ept_word ept_registers::*field;
  ept_word must_be_0;  // of bits 11:0
  void (*use)(ept_registers&);
};

constexpr ept_word kLowBits = 0xfff;

void use_primary(ept_registers& registers, unsigned control) { registers.primary_controls |= bit(control); }
void use_secondary(ept_registers& registers, unsigned control) { registers.secondary_controls |= bit(control); }
void use_tertiary(ept_registers& registers, unsigned control) {
  use_primary(registers, 17);
  registers.tertiary_controls |= bit(control);
}
void use_posted_interrupts(ept_registers& registers) {
  registers.pin_based_controls |= bit(0) | bit(7);
  use_primary(registers, 21);
  use_secondary(registers, 9);
  registers.vm_exit_controls |= bit(15);
}
void use_eptp_switching(ept_registers& registers) {
  use_secondary(registers, 13);
  registers.vm_function_controls |= 1;
}
void use_ipi_virtualization(ept_registers& registers) {
  use_primary(registers, 21);
  use_tertiary(registers, 4);
}

const std::vector<Address> kAddresses = {
    {"io_bitmap_a", &ept_registers::io_bitmap_a_address, kLowBits, [](auto& r) { use_primary(r, 25); }},
    {"io_bitmap_b", &ept_registers::io_bitmap_b_address, kLowBits, [](auto& r) { use_primary(r, 25); }},
    {"msr_bitmaps", &ept_registers::msr_bitmap_address, kLowBits, [](auto& r) { use_primary(r, 28); }},
    {"virtual_apic", &ept_registers::virtual_apic_address, kLowBits, [](auto& r) { use_primary(r, 21); }},
    {"apic_access", &ept_registers::apic_access_address, kLowBits, [](auto& r) { use_secondary(r, 0); }},
    {"posted_interrupt_descriptor", &ept_registers::posted_interrupt_descriptor_address, 0x3f, use_posted_interrupts},
    {"pml", &ept_registers::pml_address, kLowBits, [](auto& r) { use_secondary(r, 17); }},
    {"sub_page_table", &ept_registers::sub_page_table_pointer, kLowBits, [](auto& r) { use_secondary(r, 23); }},
    {"eptp_list", &ept_registers::eptp_list_address, kLowBits, use_eptp_switching},
    {"vmread_bitmap", &ept_registers::vmread_bitmap_address, kLowBits, [](auto& r) { use_secondary(r, 14); }},
    {"vmwrite_bitmap", &ept_registers::vmwrite_bitmap_address, kLowBits, [](auto& r) { use_secondary(r, 14); }},
    {"ve_information", &ept_registers::virtualization_exception_information_address, kLowBits,
     [](auto& r) { use_secondary(r, 18); }},
    {"low_pasid_directory", &ept_registers::low_pasid_directory_address, kLowBits,
     [](auto& r) { use_secondary(r, 21); }},
    {"high_pasid_directory", &ept_registers::high_pasid_directory_address, kLowBits,
     [](auto& r) { use_secondary(r, 21); }},
    {"hlatp", &ept_registers::hlatp, 0xfe7, [](auto& r) { use_tertiary(r, 1); }},  // bits 2:0 and 11:5
    {"pid_pointer_table", &ept_registers::pid_pointer_table_address, 7, use_ipi_virtualization},
};

TEST(SdmVmEntryFields, address_with_a_low_bit_or_one_from_the_width_up_is_refused_where_its_control_is_on) {
  for (const Address& address : kAddresses) {
    ept_registers registers = usual_entry();  // MAXPHYADDR 46
    address.use(registers);
    EXPECT_TRUE(accepted(registers)) << address.name;
    for (unsigned n = 0; n < 64; ++n) {
      registers.*address.field = bit(n);
      const bool legal = n < 46 && (bit(n) & address.must_be_0) == 0;
      EXPECT_EQ(enter(registers), legal ? Entry::accepted : Entry::error_7) << address.name << " bit " << n;
    }
  }
}

TEST(SdmVmEntryFields, address_may_be_anything_while_its_control_is_off) {
  for (const Address& address : kAddresses) {
    ept_registers registers = usual_entry();
    for (unsigned n = 0; n < 64; ++n) {
      registers.*address.field = bit(n);
      EXPECT_TRUE(accepted(registers)) << address.name << " bit " << n;
    }
    registers.*address.field = kGarbage;
    EXPECT_TRUE(accepted(registers)) << address.name;
  }
}

TEST(SdmVmEntryFields, address_of_a_secondary_or_tertiary_control_may_be_anything_without_activation) {
  for (const Address& address : kAddresses) {
    ept_registers registers = usual_entry();
    address.use(registers);
    registers.*address.field = kGarbage;
    EXPECT_EQ(enter(registers), Entry::error_7) << address.name;
    registers.primary_controls &= ~(bit(31) | bit(17));
    registers.pin_based_controls &= ~bit(7);
    const bool of_other_word = registers.secondary_controls != usual_entry().secondary_controls ||
                               registers.tertiary_controls != usual_entry().tertiary_controls;
    EXPECT_EQ(enter(registers), of_other_word ? Entry::accepted : Entry::error_7) << address.name;
  }
}

TEST(SdmVmEntryFields, addresses_end_at_32_bits_where_basic_bit_48_is_1) {
  for (const Address& address : kAddresses) {
    ept_registers registers = usual_entry();
    registers.vmx_basic |= bit(48);
    address.use(registers);
    registers.*address.field = bit(31);
    EXPECT_TRUE(accepted(registers)) << address.name;
    registers.*address.field = bit(32);
    EXPECT_TRUE(refused(registers)) << address.name;
  }
  ept_registers registers = usual_entry();
  registers.vmx_basic |= bit(48);
  registers.eptp = bit(32) | 0x1e;
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntryFields, last_entry_of_the_pid_pointer_table_must_be_within_the_width) {
  ept_registers registers = usual_entry();
  use_ipi_virtualization(registers);
  registers.pid_pointer_table_address = bit(46) - 8;
  EXPECT_TRUE(accepted(registers));
  registers.last_pid_pointer_index = 1;
  EXPECT_TRUE(refused(registers));
}

TEST(SdmVmEntryFields, notification_vector_has_8_bits) {
  ept_registers registers = usual_entry();
  use_posted_interrupts(registers);
  for (unsigned n = 0; n < 16; ++n) {
    registers.posted_interrupt_notification_vector = bit(n);
    EXPECT_EQ(enter(registers), n < 8 ? Entry::accepted : Entry::error_7) << n;
  }
  registers.pin_based_controls &= ~bit(7);
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntryFields, tpr_threshold_has_4_bits_without_virtual_interrupt_delivery) {
  ept_registers registers = usual_entry();
  use_primary(registers, 21);
  registers.vtpr = 0xf0;
  for (unsigned n = 0; n < 32; ++n) {
    registers.tpr_threshold = bit(n);
    EXPECT_EQ(enter(registers), n < 4 ? Entry::accepted : Entry::error_7) << n;
  }
  registers.pin_based_controls |= 1;
  use_secondary(registers, 9);
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntryFields, tpr_threshold_above_bits_7_to_4_of_vtpr_is_refused) {
  ept_registers registers = usual_entry();
  use_primary(registers, 21);
  registers.vtpr = 0xffffff5f;
  registers.tpr_threshold = 5;
  EXPECT_TRUE(accepted(registers));
  registers.tpr_threshold = 6;
  EXPECT_TRUE(refused(registers));
  use_secondary(registers, 0);  // virtualize APIC accesses
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmVmEntryFields, virtual_timer_vector_has_8_bits) {
  ept_registers registers = usual_entry();
  registers.pin_based_controls |= 1;
  use_primary(registers, 21);
  use_secondary(registers, 9);
  use_tertiary(registers, 8);
  registers.virtual_timer_vector = 0xff;
  EXPECT_TRUE(accepted(registers));
  registers.virtual_timer_vector = 0x100;
  EXPECT_TRUE(refused(registers));
}

// The check names 4; IA32_VMX_MISC reports what the processor supports.
TEST(SdmVmEntryFields, cr3_target_count_above_both_4_and_the_reported_number_is_refused) {
  ept_registers registers = usual_entry();
  registers.cr3_target_count = 4;
  EXPECT_TRUE(accepted(registers));
  registers.cr3_target_count = 5;
  EXPECT_TRUE(refused(registers));
  registers.vmx_misc = (registers.vmx_misc & ~(0x1ff * bit(16))) | 5 << 16;
  EXPECT_EQ(enter(registers), Entry::may_be_error_7);
  registers.cr3_target_count = 6;
  EXPECT_TRUE(refused(registers));
}

// MSR areas.

struct Area {
  const char* name;
  ept_word ept_registers::*address;
  ept_word ept_registers::*count;
};

const std::vector<Area> kAreas = {
    {"exit_store", &ept_registers::exit_msr_store_address, &ept_registers::exit_msr_store_count},
    {"exit_load", &ept_registers::exit_msr_load_address, &ept_registers::exit_msr_load_count},
    {"entry_load", &ept_registers::entry_msr_load_address, &ept_registers::entry_msr_load_count},
};

TEST(SdmVmEntryFields, msr_area_is_aligned_to_16_bytes_and_within_the_width_unless_its_count_is_0) {
  for (const Area& area : kAreas) {
    ept_registers registers = usual_entry();
    for (unsigned n = 0; n < 64; ++n) {
      registers.*area.address = bit(n);
      registers.*area.count = 1;
      EXPECT_EQ(enter(registers), n >= 4 && n < 46 ? Entry::accepted : Entry::error_7) << area.name << " bit " << n;
      registers.*area.count = 0;
      EXPECT_TRUE(accepted(registers)) << area.name << " bit " << n;
    }
  }
}

TEST(SdmVmEntryFields, last_byte_of_an_msr_area_is_within_the_width) {
  for (const Area& area : kAreas) {
    ept_registers registers = usual_entry();
    registers.*area.address = bit(46) - 0x30;
    registers.*area.count = 3;
    EXPECT_TRUE(accepted(registers)) << area.name;
    registers.*area.count = 4;
    EXPECT_TRUE(refused(registers)) << area.name;
  }
}

TEST(SdmVmEntryFields, last_byte_of_an_msr_area_is_within_32_bits_where_basic_bit_48_is_1) {
  for (const Area& area : kAreas) {
    ept_registers registers = usual_entry();
    registers.*area.address = bit(32) - 0x10;
    registers.*area.count = 2;
    EXPECT_TRUE(accepted(registers)) << area.name;
    registers.vmx_basic |= bit(48);
    EXPECT_TRUE(refused(registers)) << area.name;
    registers.*area.count = 1;
    EXPECT_TRUE(accepted(registers)) << area.name;
  }
}

TEST(SdmVmEntryFields, end_of_an_area_that_wraps_to_0_does_not_excuse_its_address) {
  for (const Area& area : kAreas) {
    ept_registers registers = usual_entry();
    registers.*area.address = ~ept_word{0xf};
    registers.*area.count = 2;
    EXPECT_TRUE(refused(registers)) << area.name;
  }
  ept_registers registers = usual_entry();
  use_ipi_virtualization(registers);
  registers.pid_pointer_table_address = ~ept_word{7};
  registers.last_pid_pointer_index = 1;
  EXPECT_TRUE(refused(registers));
}

}  // namespace
