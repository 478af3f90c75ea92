// Ids: what docs/vectors.md says of them, with texts written out by hand and hashed by another program.
#include <gtest/gtest.h>

#include "tests/support/case.h"
#include "vectors/format/identity.h"
#include "vectors/format/names.h"

namespace {

using vectors::Case;
using vectors::Question;

// The worked example of docs/vectors.md.
Case walk() {
  Case asked;
  asked.registers.maxphyaddr = 46;
  asked.registers.capability = 0x6334141;
  asked.registers.primary_controls = EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS;
  asked.registers.secondary_controls = EPT_CONTROL_ENABLE_EPT;
  asked.registers.eptp = 0x101e;
  asked.level = 4;
  asked.entries = {0x2007, 0x3007, 0x400020b7, 0};
  asked.access = EPT_ACCESS_DATA_WRITE | EPT_ACCESS_GUEST_PAGING_STRUCTURE;
  return asked;
}

constexpr const char* kText =
    "access=data_write,guest_paging_structure\n"
    "capability=0x6334141\n"
    "entry.2=0x400020b7\n"
    "entry.3=0x3007\n"
    "entry.4=0x2007\n"
    "eptp=0x101e\n"
    "maxphyaddr=46\n"
    "primary_controls=0x80000000\n"
    "question=walk\n"
    "secondary_controls=0x2\n";

TEST(Identity, text_has_a_line_for_each_member_sorted_by_name) { EXPECT_EQ(vectors::canonical_text(walk()), kText); }

TEST(Identity, id_begins_the_hash_of_the_text) {
  EXPECT_EQ(vectors::id_of(walk()), "ept-d3b2394f6a695711");  // printf TEXT | sha256sum
}

TEST(Identity, entry_and_eptp_have_their_own_lines) {
  Case entry = walk();
  entry.question = Question::entry;
  entry.level = 1;
  entry.entries = {0};
  entry.access = 0;
  entry.registers = support::processor(36, 0, 0, 0, 0, 0, EPT_PARAMETER_SUB_PAGE_CHECK_WITHOUT_READ);
  entry.registers.eptp = 0x101e;
  EXPECT_EQ(vectors::canonical_text(entry),
            "eptp=0x101e\nlevel=1\nmaxphyaddr=36\nparameters=sub_page_check_without_read\nquestion=entry\n");
  const Case eptp = support::case_of(Question::eptp, support::processor(52, 0), 0, 0, {}, 0, 0);
  EXPECT_EQ(vectors::canonical_text(eptp), "maxphyaddr=52\nquestion=eptp\n");
}

TEST(Identity, member_at_its_default_leaves_the_id_alone) {
  Case more = walk();
  more.registers.tertiary_controls = 0;
  more.guest_physical_address = 0;
  EXPECT_EQ(vectors::id_of(more), vectors::id_of(walk()));
  more.registers.tertiary_controls = EPT_CONTROL_EPT_PAGING_WRITE_CONTROL;
  EXPECT_NE(vectors::id_of(more), vectors::id_of(walk()));
}

// A bit of a register that has no name today may get one: it is the number that counts.
TEST(Identity, registers_are_numbers_and_our_own_vocabularies_are_names) {
  Case asked = walk();
  asked.registers.secondary_controls |= 1;
  asked.access = EPT_ACCESS_ASYNCHRONOUS | EPT_ACCESS_DATA_READ;
  const std::string text = vectors::canonical_text(asked);
  EXPECT_NE(text.find("secondary_controls=0x3\n"), std::string::npos);
  EXPECT_NE(text.find("access=asynchronous,data_read\n"), std::string::npos);
}

TEST(Identity, every_member_of_a_case_counts) {
  const std::string id = vectors::id_of(walk());
  for (auto word : {&ept_registers::maxphyaddr, &ept_registers::capability, &ept_registers::pin_based_controls,
                    &ept_registers::primary_controls, &ept_registers::secondary_controls,
                    &ept_registers::tertiary_controls, &ept_registers::parameters, &ept_registers::eptp}) {
    Case changed = walk();
    changed.registers.*word ^= 4;
    EXPECT_NE(vectors::id_of(changed), id);
  }
  for (auto word : {&Case::guest_physical_address, &Case::access}) {
    Case changed = walk();
    changed.*word ^= 1;
    EXPECT_NE(vectors::id_of(changed), id);
  }
  for (std::size_t n = 0; n < 4; ++n) {
    Case changed = walk();
    changed.entries[n] ^= 1;
    EXPECT_NE(vectors::id_of(changed), id);
  }
}

TEST(Names, of_bits_are_read_as_they_are_written) {
  for (unsigned bit = 0; bit < 32; ++bit) {
    const ept_word one = ept_word{1} << bit;
    const auto names = vectors::names_in(ept_secondary_controls_names, one);
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(vectors::bits_called(ept_secondary_controls_names, names[0]), one) << names[0];
  }
  EXPECT_EQ(vectors::bits_called(ept_secondary_controls_names, "bit_64"), std::nullopt);
  EXPECT_EQ(vectors::bits_called(ept_secondary_controls_names, "bit_01"), std::nullopt);
  EXPECT_EQ(vectors::bits_called(ept_secondary_controls_names, "enable"), std::nullopt);
}

// FIPS 180-4: the examples that NIST publishes with the standard.
TEST(Sha256, is_the_function_of_the_standard) {
  EXPECT_EQ(vectors::sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(vectors::sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
