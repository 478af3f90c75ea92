// SDM Vol. 3D, appendix A: what the capability MSRs say of controls, of EPTPs and of walks, and which values no
// processor can have. The numbers of a real processor are those of a Core i5-7200U in a public log.
#include "tests/sdm/checks.h"

namespace {

using namespace sdm;

enum class Values { usual, unusual, impossible };

Values values(const ept_registers& registers) {
  switch (ept_check_msr_values(&registers).outcome) {
    case EPT_MSR_VALUES_OUTCOME_IMPOSSIBLE: return Values::impossible;
    case EPT_MSR_VALUES_OUTCOME_UNUSUAL: return Values::unusual;
    default: return Values::usual;
  }
}

bool impossible(const ept_registers& registers) { return values(registers) == Values::impossible; }

ept_registers kaby_lake() {
  ept_registers registers{};
  registers.maxphyaddr = 39;
  registers.vmx_basic = 0xda040000000004;
  registers.vmx_pinbased_ctls = 0x7f00000016;
  registers.vmx_procbased_ctls = 0xfff9fffe0401e172;
  registers.vmx_exit_ctls = 0x1ffffff00036dff;
  registers.vmx_entry_ctls = 0x3ffff000011ff;
  registers.vmx_misc = 0x7004c1e7;
  registers.vmx_cr0_fixed0 = 0x80000021;
  registers.vmx_cr0_fixed1 = 0xffffffff;
  registers.vmx_cr4_fixed0 = 0x2000;
  registers.vmx_cr4_fixed1 = 0x3727ff;
  registers.vmx_procbased_ctls2 = 0x5fbcff00000000;
  registers.capability = 0xf0106734141;
  registers.vmx_true_pinbased_ctls = 0x7f00000016;
  registers.vmx_true_procbased_ctls = 0xfff9fffe04006172;
  registers.vmx_true_exit_ctls = 0x1ffffff00036dfb;
  registers.vmx_true_entry_ctls = 0x3ffff000011fb;
  registers.vmx_vmfunc = 1;
  return registers;
}

// The article's statements.

TEST(SdmMsr, plain_msr_requires_cr3_load_exiting_and_the_true_msr_does_not) {
  ept_registers registers = kaby_lake();
  EXPECT_EQ(ept_required_primary_controls(&registers), 0x04006172U);
  EXPECT_EQ(ept_allowed_primary_controls(&registers), 0xfff9fffeU);
  registers.vmx_basic &= ~bit(55);
  EXPECT_EQ(ept_required_primary_controls(&registers), 0x0401e172U);
  EXPECT_EQ(ept_required_primary_controls(&registers) & bit(15), bit(15));
}

TEST(SdmMsr, msr_48b_requires_nothing_and_its_high_half_allows) {
  ept_registers registers = kaby_lake();
  EXPECT_EQ(ept_required_secondary_controls(&registers), 0U);
  EXPECT_EQ(ept_allowed_secondary_controls(&registers), 0x5fbcffU);
}

TEST(SdmMsr, bits_15_and_16_alone_differ_between_482_and_48e) {
  ept_registers registers = kaby_lake();
  const ept_word by_true_msr = ept_required_primary_controls(&registers);
  registers.vmx_basic &= ~bit(55);
  EXPECT_EQ(ept_required_primary_controls(&registers) ^ by_true_msr, bit(15) | bit(16));
}

TEST(SdmMsr, bits_8_and_14_of_48c_decide_the_memory_type_of_the_eptp) {
  for (const unsigned type : {0U, 6U}) {
    ept_registers registers = usual_entry();
    registers.eptp = 0x1000 | 3 << 3 | type;
    registers.capability &= ~(bit(8) | bit(14));
    EXPECT_TRUE(refused(registers));
    registers.capability |= bit(type == 0 ? 8 : 14);
    EXPECT_TRUE(accepted(registers));
  }
}

// EPT entries at 1000H (root), 2000H, the second of which maps 1 GByte at 0.
ept_outcome walk_of_1g_page(const ept_registers& registers) {
  const ept_configuration configuration = ept_configuration_of(&registers);
  ept_context context;
  ept_prepare(&configuration, registers.eptp, &context);
  const auto read = [](void*, ept_word address) -> ept_word {
    return address == 0x1000 ? 0x2000 | kRwx : kPage | kWriteBack | kRwx;
  };
  return ept_walk(&context, 0, bit(0), read, nullptr);
}

TEST(SdmMsr, bit_17_of_48c_decides_whether_a_pdpte_maps_a_page) {
  ept_registers registers = usual_entry();
  registers.capability |= bit(17);
  EXPECT_EQ(walk_of_1g_page(registers).result, EPT_TRANSLATED);
  registers.capability &= ~bit(17);
  EXPECT_EQ(walk_of_1g_page(registers).result, EPT_MISCONFIGURATION);
}

TEST(SdmMsr, bit_21_of_48c_decides_the_flags_of_the_eptp_and_with_them_the_walk_sets_accessed_flags) {
  ept_registers registers = usual_entry();
  registers.capability |= bit(17);
  registers.eptp |= bit(6);
  EXPECT_TRUE(accepted(registers));
  EXPECT_EQ(walk_of_1g_page(registers).accessed_must, bit(4) | bit(3));  // levels 4 and 3
  registers.capability &= ~bit(21);
  EXPECT_TRUE(refused(registers));
}

// Values that the manual excludes.

TEST(SdmMsr, values_of_a_real_processor_are_usual) { EXPECT_EQ(values(kaby_lake()), Values::usual); }

TEST(SdmMsr, vmcs_region_has_1_to_4096_bytes) {
  ept_registers registers = kaby_lake();
  for (const ept_word size : {0U, 1U, 4096U, 4097U, 8191U}) {
    registers.vmx_basic = 0xda000000000004 | size << 32;
    EXPECT_EQ(impossible(registers), size == 0 || size > 4096) << size;
  }
}

TEST(SdmMsr, reserved_bits_of_480_are_0) {
  for (const unsigned n : {31U, 45U, 46U, 47U, 59U, 60U, 61U, 62U, 63U}) {
    ept_registers registers = kaby_lake();
    registers.vmx_basic |= bit(n);
    EXPECT_TRUE(impossible(registers)) << n;
  }
}

TEST(SdmMsr, memory_type_of_480_is_0_or_6) {
  for (ept_word type = 0; type < 16; ++type) {
    ept_registers registers = kaby_lake();
    registers.vmx_basic = (registers.vmx_basic & ~(ept_word{15} << 50)) | type << 50;
    EXPECT_EQ(impossible(registers), type != 0 && type != 6) << type;
  }
}

TEST(SdmMsr, control_that_must_be_1_and_0_at_once_is_impossible) {
  for (ept_word ept_registers::*const msr :
       {&ept_registers::vmx_pinbased_ctls, &ept_registers::vmx_procbased_ctls, &ept_registers::vmx_exit_ctls,
        &ept_registers::vmx_entry_ctls, &ept_registers::vmx_true_pinbased_ctls, &ept_registers::vmx_true_procbased_ctls,
        &ept_registers::vmx_true_exit_ctls, &ept_registers::vmx_true_entry_ctls}) {
    ept_registers registers = kaby_lake();
    registers.*msr &= ~bit(32 + 4);  // control 4 is required in each of them
    EXPECT_TRUE(impossible(registers));
  }
}

TEST(SdmMsr, plain_msr_reports_every_default1_control_as_required) {
  struct Default1 {
    ept_word ept_registers::*msr;
    ept_word controls;
  };
  for (const Default1& one :
       {Default1{&ept_registers::vmx_pinbased_ctls, 0x16}, Default1{&ept_registers::vmx_procbased_ctls, 0x0401e172},
        Default1{&ept_registers::vmx_exit_ctls, 0x36dff}, Default1{&ept_registers::vmx_entry_ctls, 0x11ff}}) {
    for (unsigned n = 0; n < 32; ++n) {
      ept_registers registers = kaby_lake();
      registers.*one.msr &= ~bit(n);
      EXPECT_EQ(impossible(registers), (one.controls >> n & 1) != 0) << n;
    }
  }
}

TEST(SdmMsr, true_msrs_do_not_exist_without_basic_bit_55) {
  ept_registers registers = kaby_lake();
  registers.vmx_basic &= ~bit(55);
  EXPECT_TRUE(impossible(registers));
  registers.vmx_true_pinbased_ctls = registers.vmx_true_procbased_ctls = 0;
  registers.vmx_true_exit_ctls = registers.vmx_true_entry_ctls = 0;
  EXPECT_FALSE(impossible(registers));
}

TEST(SdmMsr, msr_whose_control_cannot_be_set_does_not_exist) {
  ept_registers registers = kaby_lake();
  registers.vmx_procbased_ctls3 = 1;  // 482H bit 49 is 0
  EXPECT_TRUE(impossible(registers));
  registers = kaby_lake();
  registers.vmx_exit_ctls2 = 1;  // 483H bit 63 is 0
  EXPECT_TRUE(impossible(registers));
  registers = kaby_lake();
  registers.vmx_procbased_ctls2 &= ~bit(45);  // VM functions, but 491H is 1
  EXPECT_TRUE(impossible(registers));
  registers = kaby_lake();
  registers.vmx_procbased_ctls2 = 0;  // neither EPT nor VPID, but 48CH has a value
  registers.vmx_vmfunc = 0;
  EXPECT_TRUE(impossible(registers));
  registers.capability = 0;
  EXPECT_FALSE(impossible(registers));
  registers = kaby_lake();
  registers.vmx_procbased_ctls &= ~bit(63);  // no secondary controls, but 48BH has a value
  registers.vmx_true_procbased_ctls &= ~bit(63);
  EXPECT_TRUE(impossible(registers));
}

TEST(SdmMsr, low_half_of_48b_is_0) {
  for (unsigned n = 0; n < 32; ++n) {
    ept_registers registers = kaby_lake();
    registers.vmx_procbased_ctls2 |= bit(n);
    EXPECT_TRUE(impossible(registers)) << n;
  }
}

TEST(SdmMsr, reserved_bits_of_48c_are_0) {
  for (const unsigned n :
       {1U,  2U,  3U,  4U,  5U,  9U,  10U, 11U, 12U, 13U, 15U, 18U, 19U, 24U, 27U, 28U, 29U, 30U, 31U, 33U,
        34U, 35U, 36U, 37U, 38U, 39U, 44U, 45U, 46U, 47U, 54U, 55U, 56U, 57U, 58U, 59U, 60U, 61U, 62U, 63U}) {
    ept_registers registers = kaby_lake();
    registers.capability |= bit(n);
    EXPECT_TRUE(impossible(registers)) << n;
  }
}

TEST(SdmMsr, bits_of_48c_that_have_a_meaning_are_possible_either_way) {
  for (const unsigned n :
       {0U, 6U, 7U, 8U, 14U, 16U, 17U, 20U, 21U, 22U, 23U, 25U, 26U, 32U, 40U, 41U, 42U, 43U, 48U, 53U}) {
    ept_registers registers = kaby_lake();
    registers.capability ^= bit(n);
    EXPECT_FALSE(impossible(registers)) << n;
  }
}

TEST(SdmMsr, unrestricted_guest_demands_misc_bit_5) {
  ept_registers registers = kaby_lake();
  registers.vmx_misc &= ~bit(5);
  EXPECT_TRUE(impossible(registers));
  registers.vmx_procbased_ctls2 &= ~bit(32 + 7);
  EXPECT_FALSE(impossible(registers));
}

TEST(SdmMsr, reserved_bits_of_485_are_0) {
  for (const unsigned n : {10U, 11U, 12U, 13U, 31U}) {
    ept_registers registers = kaby_lake();
    registers.vmx_misc |= bit(n);
    EXPECT_TRUE(impossible(registers)) << n;
  }
}

TEST(SdmMsr, cr3_targets_are_at_most_256) {
  ept_registers registers = kaby_lake();
  registers.vmx_misc = (registers.vmx_misc & ~ept_word{0x1ff0000}) | 256 << 16;
  EXPECT_FALSE(impossible(registers));
  registers.vmx_misc += 1 << 16;
  EXPECT_TRUE(impossible(registers));
}

TEST(SdmMsr, addresses_of_32_bits_exclude_a_64_bit_guest) {
  ept_registers registers = kaby_lake();
  registers.vmx_basic |= bit(48);
  EXPECT_TRUE(impossible(registers));
  registers.vmx_entry_ctls &= ~bit(32 + 9);  // IA-32e mode guest cannot be 1
  registers.vmx_true_entry_ctls &= ~bit(32 + 9);
  EXPECT_FALSE(impossible(registers));
}

TEST(SdmMsr, bit_fixed_to_1_is_not_fixed_to_0) {
  ept_registers registers = kaby_lake();
  registers.vmx_cr0_fixed1 &= ~bit(31);
  EXPECT_TRUE(impossible(registers));
  registers = kaby_lake();
  registers.vmx_cr4_fixed1 &= ~bit(13);
  EXPECT_TRUE(impossible(registers));
}

// Seen on real machines, so never excluded.
TEST(SdmMsr, oddities_of_real_processors_are_unusual_at_most) {
  ept_registers registers = kaby_lake();
  registers.vmx_basic |= bit(57);
  EXPECT_EQ(values(registers), Values::unusual);
  registers = kaby_lake();
  registers.vmx_procbased_ctls2 &= ~bit(45);  // #VE without VM functions: Pentium G4600
  registers.vmx_vmfunc = 0;
  EXPECT_EQ(values(registers), Values::unusual);
  registers = kaby_lake();
  registers.capability &= ~bit(22);  // mode-based execute control without: Zhaoxin KX-7000
  EXPECT_EQ(values(registers), Values::unusual);
}

struct Unusual {
  const char* name;
  ept_word ept_registers::*msr;
  ept_word inverted;  // of the bits of the real processor
  int rules = 1;      // that say so
};

// What the manual does not exclude but no ordinary processor shows.
const std::vector<Unusual> kUnusual = {
    {"pin_based_allowed_differs", &ept_registers::vmx_true_pinbased_ctls, bit(32 + 6)},
    {"pin_based_requires_more", &ept_registers::vmx_true_pinbased_ctls, bit(0)},
    {"primary_allowed_differs", &ept_registers::vmx_true_procbased_ctls, bit(32 + 7)},
    {"primary_requires_more", &ept_registers::vmx_true_procbased_ctls, bit(7)},
    {"exit_allowed_differs", &ept_registers::vmx_true_exit_ctls, bit(32 + 23)},
    {"exit_requires_more", &ept_registers::vmx_true_exit_ctls, bit(9)},
    {"entry_allowed_differs", &ept_registers::vmx_true_entry_ctls, bit(32 + 17)},
    {"entry_requires_more", &ept_registers::vmx_true_entry_ctls, bit(9)},
    {"misc_bit_9", &ept_registers::vmx_misc, bit(9)},
    {"no_cr3_targets", &ept_registers::vmx_misc, bit(18)},
    {"vm_functions_without_eptp_switching", &ept_registers::vmx_vmfunc, bit(0)},
    {"function_1", &ept_registers::vmx_vmfunc, bit(1)},
    {"ept_capabilities_and_controls_without_ept", &ept_registers::vmx_procbased_ctls2, bit(33), 2},
    {"invvpid_without_vpid", &ept_registers::vmx_procbased_ctls2, bit(37)},
    {"no_walk_length", &ept_registers::capability, bit(6)},
    {"no_memory_type", &ept_registers::capability, bit(8) | bit(14)},
    {"five_levels_without_four", &ept_registers::capability, bit(6) | bit(7)},
    {"uc_without_wb", &ept_registers::capability, bit(14)},
    {"no_large_pages", &ept_registers::capability, bit(16) | bit(17)},
    {"no_invept", &ept_registers::capability, bit(20) | bit(25) | bit(26)},
    {"page_1g_without_page_2m", &ept_registers::capability, bit(16)},
    {"invept_without_type", &ept_registers::capability, bit(25) | bit(26)},
    {"type_without_invept", &ept_registers::capability, bit(20)},
    {"invvpid_without_type", &ept_registers::capability, bit(40) | bit(41) | bit(42) | bit(43)},
    {"type_without_invvpid", &ept_registers::capability, bit(32)},
    {"pml_without_flags", &ept_registers::capability, bit(21)},
    {"advanced_information_without_mode_based_execute", &ept_registers::vmx_procbased_ctls2, bit(32 + 22)},
    {"shadow_stacks_without_cet", &ept_registers::capability, bit(23)},
    {"hlat_prefix_without_hlat", &ept_registers::capability, ept_word{52} << 48},
    {"hlat_prefix_of_53_bits_without_hlat", &ept_registers::capability, ept_word{53} << 48, 2},
};

TEST(SdmMsr, values_unlike_those_of_ordinary_processors_are_unusual) {
  for (const Unusual& one : kUnusual) {
    ept_registers registers = kaby_lake();
    registers.*one.msr ^= one.inverted;
    EXPECT_EQ(values(registers), Values::unusual) << one.name;
    EXPECT_EQ(broken_rules(ept_check_msr_values(&registers)), one.rules) << one.name;
  }
}

TEST(SdmMsr, tertiary_control_that_needs_ept_is_unusual_without_ept) {
  ept_registers registers = kaby_lake();
  registers.vmx_procbased_ctls |= bit(32 + 17);
  registers.vmx_true_procbased_ctls |= bit(32 + 17);
  for (const unsigned n : {1U, 2U, 3U, 12U}) {
    registers.vmx_procbased_ctls3 = bit(n);
    registers.vmx_procbased_ctls2 = kaby_lake().vmx_procbased_ctls2;
    EXPECT_EQ(values(registers), Values::usual) << n;
    registers.vmx_procbased_ctls2 = bit(32);
    registers.capability = registers.vmx_vmfunc = 0;
    EXPECT_EQ(broken_rules(ept_check_msr_values(&registers)), 1) << n;
    registers.capability = kaby_lake().capability;
    registers.vmx_vmfunc = 1;
  }
}

}  // namespace
