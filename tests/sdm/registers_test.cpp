// SDM Vol. 3A, 2.2.1, 2.5 and 4.4.1: bits of the guest's registers that guest paging depends on. Vol. 3D, Appendix B:
// where VM entry finds them.
#include <map>
#include <string>

#include "ept_names.h"
#include "tests/sdm/sdm.h"

namespace {

using namespace sdm;

TEST(SdmRegisters, fields_of_the_guest_state_area) {
  const std::map<std::string, std::uint32_t> expected = {{"cr0", 0x6800},    {"cr3", 0x6802},    {"cr4", 0x6804},
                                                         {"efer", 0x2806},   {"pdpte0", 0x280a}, {"pdpte1", 0x280c},
                                                         {"pdpte2", 0x280e}, {"pdpte3", 0x2810}};
  std::map<std::string, std::uint32_t> found;
  for (const ept_register_name& one : ept_register_names) {
    if (one.role == EPT_ROLE_STATE) found[one.name] = one.number;
  }
  EXPECT_EQ(found, expected);
}

TEST(SdmRegisters, cr0_pe_0_wp_16_nw_29_cd_30_pg_31) {
  EXPECT_EQ(EPT_CR0_PE, bit(0));
  EXPECT_EQ(EPT_CR0_WP, bit(16));
  EXPECT_EQ(EPT_CR0_NW, bit(29));
  EXPECT_EQ(EPT_CR0_CD, bit(30));
  EXPECT_EQ(EPT_CR0_PG, bit(31));
}

TEST(SdmRegisters, cr4_pse_4_pae_5_pge_7_la57_12_pcide_17_smep_20_smap_21_pke_22_cet_23_pks_24) {
  EXPECT_EQ(EPT_CR4_PSE, bit(4));
  EXPECT_EQ(EPT_CR4_PAE, bit(5));
  EXPECT_EQ(EPT_CR4_PGE, bit(7));
  EXPECT_EQ(EPT_CR4_LA57, bit(12));
  EXPECT_EQ(EPT_CR4_PCIDE, bit(17));
  EXPECT_EQ(EPT_CR4_SMEP, bit(20));
  EXPECT_EQ(EPT_CR4_SMAP, bit(21));
  EXPECT_EQ(EPT_CR4_PKE, bit(22));
  EXPECT_EQ(EPT_CR4_CET, bit(23));
  EXPECT_EQ(EPT_CR4_PKS, bit(24));
}

TEST(SdmRegisters, efer_lme_8_lma_10_nxe_11) {
  EXPECT_EQ(EPT_EFER_LME, bit(8));
  EXPECT_EQ(EPT_EFER_LMA, bit(10));
  EXPECT_EQ(EPT_EFER_NXE, bit(11));
}

TEST(SdmRegisters, pdpte_present_0_pwt_3_pcd_4_address_51_12) {
  EXPECT_EQ(EPT_PDPTE0_PRESENT, bit(0));
  EXPECT_EQ(EPT_PDPTE0_PWT, bit(3));
  EXPECT_EQ(EPT_PDPTE0_PCD, bit(4));
  EXPECT_EQ(ept_register_names[EPT_REGISTER_PDPTE3].address, 0xffffffffff000U);
}

}  // namespace
