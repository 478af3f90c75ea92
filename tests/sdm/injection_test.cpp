// SDM Vol. 3C, 27.8.3 (Table 27-18) and 29.2.1.3: which events VM entry accepts for injection.
#include "tests/sdm/checks.h"

namespace {

using namespace sdm;

constexpr ept_word kValid = bit(31);
constexpr ept_word kErrorCode = bit(11);
constexpr ept_word kNested = bit(13);

enum Type : ept_word {
  external_interrupt,
  reserved,
  nmi,
  hardware_exception,
  software_interrupt,
  privileged,
  software,
  other
};

ept_registers injecting(Type type, ept_word vector, ept_word flags = 0) {
  ept_registers registers = usual_entry();
  registers.injected_event_identification = kValid | type << 8 | vector | flags;
  registers.vm_entry_instruction_length = 2;
  return registers;
}

constexpr bool has_error_code(ept_word vector) { return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17; }

TEST(SdmInjection, nothing_counts_while_the_valid_bit_is_0) {
  ept_registers registers = usual_entry();
  registers.injected_event_identification = 0x7fffffff;
  registers.injected_event_error_code = registers.vm_entry_instruction_length = 0xffffffff;
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmInjection, event_type_1_is_refused) { EXPECT_TRUE(refused(injecting(reserved, 3))); }

TEST(SdmInjection, external_interrupt_may_have_any_vector) {
  for (ept_word vector = 0; vector < 256; ++vector) EXPECT_TRUE(accepted(injecting(external_interrupt, vector)));
}

TEST(SdmInjection, nmi_has_vector_2) {
  for (ept_word vector = 0; vector < 256; ++vector)
    EXPECT_EQ(enter(injecting(nmi, vector)), vector == 2 ? Entry::accepted : Entry::error_7) << vector;
}

TEST(SdmInjection, hardware_exception_has_a_vector_below_32) {
  EXPECT_TRUE(accepted(injecting(hardware_exception, 31)));
  for (ept_word vector = 32; vector < 256; ++vector)
    EXPECT_TRUE(refused(injecting(hardware_exception, vector))) << vector;
}

TEST(SdmInjection, hardware_exception_delivers_an_error_code_exactly_where_its_vector_has_one) {
  for (ept_word vector = 0; vector < 32; ++vector) {
    const ept_registers with_code = injecting(hardware_exception, vector, kErrorCode);
    const ept_registers without_code = injecting(hardware_exception, vector);
    EXPECT_TRUE(accepted(has_error_code(vector) ? with_code : without_code)) << vector;
    EXPECT_TRUE(refused(has_error_code(vector) ? without_code : with_code)) << vector;
  }
}

TEST(SdmInjection, error_code_is_free_for_every_exception_where_basic_bit_56_is_1) {
  for (ept_word vector = 0; vector < 32; ++vector) {
    for (const ept_word flags : {ept_word{0}, kErrorCode}) {
      ept_registers registers = injecting(hardware_exception, vector, flags);
      registers.vmx_basic |= bit(56);
      EXPECT_TRUE(accepted(registers)) << vector;
    }
  }
}

TEST(SdmInjection, only_a_hardware_exception_delivers_an_error_code) {
  for (const Type type : {external_interrupt, software_interrupt, privileged, software})
    EXPECT_TRUE(refused(injecting(type, 14, kErrorCode))) << type;
}

// With unrestricted guest the answer depends on CR0.PE of the guest, which no case states.
TEST(SdmInjection, error_code_may_be_refused_with_unrestricted_guest) {
  for (const ept_word flags : {ept_word{0}, kErrorCode}) {
    ept_registers registers = injecting(hardware_exception, 14, flags);
    registers.secondary_controls |= bit(7);
    EXPECT_EQ(enter(registers), Entry::may_be_error_7);
  }
}

TEST(SdmInjection, error_code_has_16_bits_of_which_15_is_newer) {
  ept_registers registers = injecting(hardware_exception, 14, kErrorCode);
  for (unsigned n = 0; n < 32; ++n) {
    registers.injected_event_error_code = bit(n);
    EXPECT_EQ(enter(registers), n < 15 ? Entry::accepted : n == 15 ? Entry::may_be_error_7 : Entry::error_7) << n;
  }
}

TEST(SdmInjection, reserved_bits_12_and_30_to_14_are_refused) {
  EXPECT_TRUE(refused(injecting(external_interrupt, 32, bit(12))));
  for (unsigned n = 14; n < 31; ++n) EXPECT_TRUE(refused(injecting(external_interrupt, 32, bit(n)))) << n;
}

TEST(SdmInjection, nested_exception_needs_basic_bit_58_and_a_hardware_exception) {
  ept_registers registers = injecting(hardware_exception, 6, kNested);
  EXPECT_TRUE(refused(registers));
  registers.vmx_basic |= bit(58);
  EXPECT_TRUE(accepted(registers));
  registers = injecting(external_interrupt, 32, kNested);
  registers.vmx_basic |= bit(58);
  EXPECT_TRUE(refused(registers));
}

TEST(SdmInjection, software_event_has_an_instruction_length_of_1_to_15) {
  for (const Type type : {software_interrupt, privileged, software}) {
    ept_registers registers = injecting(type, 3);
    for (ept_word length = 1; length <= 15; ++length) {
      registers.vm_entry_instruction_length = length;
      EXPECT_TRUE(accepted(registers)) << length;
    }
    for (const ept_word length : {ept_word{0}, ept_word{16}, bit(31)}) {
      registers.vm_entry_instruction_length = length;
      EXPECT_TRUE(refused(registers)) << length;
    }
  }
}

TEST(SdmInjection, instruction_length_0_is_accepted_where_misc_bit_30_is_1) {
  ept_registers registers = injecting(software_interrupt, 0x80);
  registers.vm_entry_instruction_length = 0;
  registers.vmx_misc |= bit(30);
  EXPECT_TRUE(accepted(registers));
}

TEST(SdmInjection, instruction_length_counts_for_no_event_without_an_instruction) {
  for (const Type type : {external_interrupt, nmi, hardware_exception}) {
    ept_registers registers = injecting(type, 2);
    registers.vm_entry_instruction_length = 0xffffffff;
    EXPECT_TRUE(accepted(registers)) << type;
  }
}

TEST(SdmInjection, pending_mtf_exit_needs_a_processor_with_the_monitor_trap_flag) {
  ept_registers registers = injecting(other, 0);
  EXPECT_TRUE(accepted(registers));
  registers.vmx_procbased_ctls &= ~bit(32 + 27);
  EXPECT_TRUE(refused(registers));
}

TEST(SdmInjection, other_event_above_2_is_refused) {
  for (ept_word vector = 3; vector < 256; ++vector) EXPECT_TRUE(refused(injecting(other, vector))) << vector;
}

// Vectors 1 and 2: good only if CR4.FRED of the guest is 1, which no case states; 489H bit 32 says whether it can be.
TEST(SdmInjection, fred_event_is_refused_without_fred_and_open_with_it) {
  for (const ept_word vector : {1U, 2U}) {
    ept_registers registers = injecting(other, vector);
    EXPECT_TRUE(refused(registers));
    registers.vmx_cr4_fixed1 |= bit(32);
    EXPECT_EQ(enter(registers), Entry::may_be_error_7);
  }
}

TEST(SdmInjection, smm_controls_are_refused_outside_smm) {
  for (const unsigned n : {10U, 11U}) {
    ept_registers registers = usual_entry();
    registers.vm_entry_controls |= bit(n);
    EXPECT_TRUE(refused(registers)) << n;
  }
}

}  // namespace
