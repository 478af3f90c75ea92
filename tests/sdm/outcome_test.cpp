// SDM Vol. 3C, 30.2.1, 31.3.3 and 31.3.5: which results have which members of an outcome, and what is open of them. The
// results are numbered here as the header numbers them: 0 translated, 1 sub-page check, 2 violation, 3
// misconfiguration; 4 to 7 those of 31.3.4.2: sub-page write allowed, refused, miss, misconfiguration.
#include "tests/sdm/sdm.h"

#include <array>
#include <map>
#include <string>

#include "ept_names.h"

namespace {

using namespace sdm;

const ept_outcome_member& member(ept_member which) { return ept_outcome_members[which]; }

TEST(SdmOutcome, members_belong_to_these_results) {
  std::map<std::string, unsigned> found;
  for (const ept_outcome_member& one : ept_outcome_members) found.emplace(one.name, one.results);
  const std::map<std::string, unsigned> stated = {
      {"level", 0b11111111},
      {"host_physical_address", 0b0011},
      {"memory_type", 0b0011},
      {"ignore_pat", 0b0011},
      {"rules", 0b11001100},
      {"reserved_bits", 0b10001000},
      {"qualification", 0b1100},  // 30.2.1: of exits that are not listed as saving one, misconfigurations too, it is 0
      {"qualification_defined", 0b1100},
      {"convertible", 0b0100},  // 28.5.8.1: EPT violations only
      {"convertible_defined", 0b0100},
      {"guest_physical_address", 0b1100},      // 30.2.1: of violations and misconfigurations
      {"sub_page_qualification", 0b11000000},  // 30.2.1: exit reason 66 only
      {"sub_page_qualification_defined", 0b11000000},
      {"accessed_must", 0b0001},
      {"accessed_may", 0b1110},
      {"dirty_must", 0b0001},
      {"dirty_may", 0b0110},  // nothing is written through a misconfigured entry
  };
  EXPECT_EQ(found, stated);
}

// 31.3.2: tables lie at 4-KByte boundaries below 2^52.
TEST(SdmOutcome, address_of_a_table_is_in_bits_51_to_12) { EXPECT_EQ(EPT_ENTRY_ADDRESS, bit(52) - bit(12)); }

// 31.3.3.2: a read-modify-write is a read and a write; bits 0, 1 and 2 of the exit qualification, Table 30-7.
TEST(SdmOutcome, usual_accesses_begin_with_read_write_both_and_fetch) {
  const std::array stated = {bit(0), bit(1), bit(0) | bit(1), bit(2)};
  for (std::size_t n = 0; n < 4; ++n) EXPECT_EQ(ept_usual_access_names[n].bits, stated.at(n));
}

TEST(SdmOutcome, flags_are_bits_8_and_9_of_an_entry) {
  EXPECT_EQ(member(EPT_OUTCOME_ACCESSED_MUST).flag, bit(8));
  EXPECT_EQ(member(EPT_OUTCOME_ACCESSED_MAY).flag, bit(8));
  EXPECT_EQ(member(EPT_OUTCOME_DIRTY_MUST).flag, bit(9));
  EXPECT_EQ(member(EPT_OUTCOME_DIRTY_MAY).flag, bit(9));
}

TEST(SdmOutcome, no_vm_exit_tells_the_reason) {
  for (const ept_outcome_member& one : ept_outcome_members) {
    const bool is_reason = one.member == EPT_OUTCOME_RULES || one.member == EPT_OUTCOME_RESERVED_BITS;
    EXPECT_EQ(one.reported, !is_reason) << one.name;
  }
}

TEST(SdmOutcome, partners_have_each_other_and_their_kinds) {
  const std::map<ept_member, ept_member> pairs = {
      {EPT_OUTCOME_QUALIFICATION, EPT_OUTCOME_QUALIFICATION_DEFINED},
      {EPT_OUTCOME_CONVERTIBLE, EPT_OUTCOME_CONVERTIBLE_DEFINED},
      {EPT_OUTCOME_SUB_PAGE_QUALIFICATION, EPT_OUTCOME_SUB_PAGE_QUALIFICATION_DEFINED},
      {EPT_OUTCOME_ACCESSED_MUST, EPT_OUTCOME_ACCESSED_MAY},
      {EPT_OUTCOME_DIRTY_MUST, EPT_OUTCOME_DIRTY_MAY},
  };
  std::size_t paired = 0;
  for (const ept_outcome_member& one : ept_outcome_members) paired += one.partner != one.member ? 1 : 0;
  EXPECT_EQ(paired, 2 * pairs.size());
  for (const auto& [first, second] : pairs) {
    EXPECT_EQ(member(first).partner, second);
    EXPECT_EQ(member(second).partner, first);
    EXPECT_EQ(member(second).kind, member(first).kind == EPT_MEMBER_MUST ? EPT_MEMBER_MAY : EPT_MEMBER_DEFINED);
  }
}

// A write through a read-only page: the last entry is that of level 1, bits 1 and 3 of the exit qualification are 1.
TEST(SdmOutcome, values_of_a_violation_are_read_through_the_table) {
  ept_outcome outcome{};
  outcome.level = 1;
  outcome.qualification = bit(1) | bit(3);
  outcome.qualification_defined = 0x3f;
  EXPECT_EQ(ept_outcome_get(&outcome, EPT_OUTCOME_LEVEL), 1U);
  EXPECT_EQ(ept_outcome_get(&outcome, EPT_OUTCOME_QUALIFICATION), 0xaU);
  EXPECT_EQ(ept_outcome_get(&outcome, EPT_OUTCOME_QUALIFICATION_DEFINED), 0x3fU);
}

// 28.5.8.2, 28.5.8.3, 29.2 and 30.2.4: what an exit, or an entry that fails, saves beside the members.
TEST(SdmOutcome, what_else_is_saved_has_these_values) {
  EXPECT_EQ(ept_saved_facts[EPT_SAVED_VM_INSTRUCTION_ERROR].value, 7U);
  EXPECT_EQ(ept_saved_facts[EPT_SAVED_VE_REASON].value, bit(5) + bit(4) + (bit(32) - 1) * bit(32));
  EXPECT_EQ(ept_saved_facts[EPT_SAVED_VE_INTERRUPTION].value, bit(31) + 3 * bit(8) + 20);  // no error code: bit 11
  EXPECT_EQ(ept_saved_facts[EPT_SAVED_VE_INTERRUPTION].mask, bit(31) + bit(12) - 1);
  EXPECT_EQ(ept_saved_facts[EPT_SAVED_VE_EPTP_INDEX].mask, bit(16) - 1);
  EXPECT_EQ(ept_saved_facts[EPT_SAVED_ORIGINAL_EVENT].mask, bit(32) - 1 - bit(12));
}

TEST(SdmOutcome, each_member_is_read_where_it_is_written_and_nowhere_else) {
  for (const ept_outcome_member& one : ept_outcome_members) {
    ept_outcome outcome{};
    ept_word* const word = ept_outcome_word(&outcome, one.member);
    EXPECT_EQ(word == nullptr, one.member == EPT_OUTCOME_LEVEL) << one.name;
    if (word == nullptr) continue;
    *word = 5;
    for (const ept_outcome_member& other : ept_outcome_members) {
      EXPECT_EQ(ept_outcome_get(&outcome, other.member), other.member == one.member ? 5U : 0U) << other.name;
    }
  }
}

}  // namespace
