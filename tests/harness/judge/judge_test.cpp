// Expected against observed, case by case.
#include <gtest/gtest.h>

#include "harness/adapters/abi_model.h"
#include "harness/judge/case.h"
#include "harness/judge/judge.h"
#include "harness/suite/builtin.h"
#include "tests/support/case.h"

namespace {

using harness::Deviation;
using harness::Field;
using harness::field_of;
using harness::Judgement;
using harness::Verdict;

constexpr ept_word kRwx = 7;
constexpr ept_word kPage = 0x9000 | 6U << 3 | kRwx;
constexpr ept_word kFlags = EPT_EPTP_ENABLE_ACCESSED_DIRTY;

// A walk of guest-physical address 123H, accessed and dirty flags enabled; what the model says, as an answer.
struct Walk {
  explicit Walk(ept_word access, ept_word pdpte = 0x3000 | kRwx, ept_word pte = kPage) {
    vector.asked =
        support::case_of(vectors::Question::walk, harness::usual_configuration(), 0x1000 | 6 | 3U << 3 | kFlags, 4,
                         {0x2000 | kRwx, pdpte, 0x4000 | kRwx, pte}, 0x123, access);
    vector.expected = vectors::expected_of(vector.asked);
    const auto reference = harness::open_reference();
    harness::prepare(vector, reference->description(), 1, put);
    reference->run({&put, 1}, {&observed, 1});
  }
  [[nodiscard]] Judgement judged() const { return judge(vector, put, observed); }
  [[nodiscard]] Deviation first() const { return judged().deviations.at(0); }
  [[nodiscard]] ept_word entry(std::size_t n) const { return vector.asked.entries[n]; }

  vectors::Vector vector;
  harness::PutCase put{};
  harness::Observation observed;
};

TEST(Judge, answer_of_the_model_passes) {
  EXPECT_EQ(Walk(EPT_ACCESS_READ).judged(), (Judgement{Verdict::pass, {}, {}}));
  EXPECT_EQ(Walk(EPT_ACCESS_WRITE, 0x3000 | EPT_ENTRY_READ).judged().verdict, Verdict::pass);
}

TEST(Judge, other_result_is_the_only_deviation_told) {
  Walk walk(EPT_ACCESS_READ);
  walk.observed.answer.result = EPTSPEC_WALK_VIOLATION;
  walk.observed.answer.level = 3;
  EXPECT_EQ(walk.judged(),
            (Judgement{Verdict::fail, {}, {{Field::result, EPTSPEC_WALK_TRANSLATED, EPTSPEC_WALK_VIOLATION}}}));
}

TEST(Judge, field_that_was_not_filled_in_is_not_judged) {
  Walk walk(EPT_ACCESS_READ);
  walk.observed.answer.host_physical_address = 0;
  EXPECT_EQ(walk.first(), (Deviation{field_of(EPT_OUTCOME_HOST_PHYSICAL_ADDRESS), 0x9123, 0}));
  walk.observed.answer.valid &= ~std::uint64_t{EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS};
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
}

TEST(Judge, each_qualification_bit_that_is_wrong_is_a_deviation) {
  Walk walk(EPT_ACCESS_WRITE, 0x3000 | EPT_ENTRY_READ);
  walk.observed.answer.qualification ^= EPT_QUALIFICATION_READABLE | EPT_QUALIFICATION_WRITABLE;
  EXPECT_EQ(walk.judged().deviations, (std::vector<Deviation>{{field_of(EPT_OUTCOME_QUALIFICATION), 1, 0, 3},
                                                              {field_of(EPT_OUTCOME_QUALIFICATION), 0, 1, 4}}));
}

TEST(Judge, undefined_qualification_bit_does_not_count) {
  Walk walk(EPT_ACCESS_WRITE, 0x3000 | EPT_ENTRY_READ);
  walk.observed.answer.qualification |= EPT_QUALIFICATION_USER_EXECUTABLE;  // undefined without mode-based execute
  walk.observed.answer.qualification |= EPT_QUALIFICATION_GUEST_WRITABLE;   // without advanced exit information
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
}

TEST(Judge, qualification_bits_that_the_adapter_does_not_know_are_not_judged) {
  Walk walk(EPT_ACCESS_WRITE, 0x3000 | EPT_ENTRY_READ);
  walk.observed.answer.qualification = EPT_QUALIFICATION_READABLE;
  walk.observed.answer.qualification_valid = 0x38;
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
}

// Vol. 3C, 30.2.1: EPT misconfigurations are not among the exits that save a qualification.
TEST(Judge, qualification_of_a_misconfiguration_is_0_in_all_bits) {
  Walk walk(EPT_ACCESS_READ, 0x3000 | EPT_ENTRY_WRITE);
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
  walk.observed.answer.qualification = ept_word{1} << 63 | EPT_QUALIFICATION_DATA_READ;
  EXPECT_EQ(walk.judged().deviations,
            (std::vector<Deviation>{{field_of(EPT_OUTCOME_QUALIFICATION), 0, ept_word{1} << 63 | 1}}));
  walk.observed.answer.qualification_valid = 2;
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
}

TEST(Judge, guest_physical_address_of_an_exit_is_that_of_the_byte_accessed) {
  for (const ept_word pdpte : {0x3000 | EPT_ENTRY_READ, 0x3000 | EPT_ENTRY_WRITE}) {
    Walk walk(EPT_ACCESS_WRITE, pdpte);
    EXPECT_EQ(walk.judged().verdict, Verdict::pass);
    walk.observed.answer.guest_physical_address = 0;
    EXPECT_EQ(walk.first(), (Deviation{field_of(EPT_OUTCOME_GUEST_PHYSICAL_ADDRESS), 0x123, 0}));
    walk.observed.answer.valid &= ~std::uint64_t{EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS};
    EXPECT_EQ(walk.judged().verdict, Verdict::pass);
  }
  Walk translated(EPT_ACCESS_READ);
  translated.observed.answer.guest_physical_address = 0x123;
  EXPECT_EQ(translated.judged().verdict, Verdict::pass);
}

// Vol. 3C, 30.2.1: enclave mode may clear them; the attribute is that of enclaves too.
TEST(Judge, low_bits_of_the_address_are_open_for_accesses_of_enclaves) {
  Walk walk(EPT_ACCESS_WRITE | EPT_ACCESS_NO_SUB_PAGE_PERMISSION, 0x3000 | EPT_ENTRY_READ);
  walk.observed.answer.guest_physical_address = 0;
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
  walk.observed.answer.guest_physical_address = 0x1000;
  EXPECT_EQ(walk.judged().verdict, Verdict::fail);
}

// Vol. 3C, 29.2: the checks of VM-execution controls fail with error 7.
TEST(Judge, refused_eptp_fails_with_error_7) {
  vectors::Vector vector;
  vector.asked = support::case_of(vectors::Question::eptp, harness::usual_configuration(), 0x1000, 0, {}, 0, 0);
  vector.asked.registers.eptp |= 7;  // a reserved memory type
  vector.expected = vectors::expected_of(vector.asked);
  const auto reference = harness::open_reference();
  harness::PutCase put{};
  harness::prepare(vector, reference->description(), 1, put);
  harness::Observation observed;
  reference->run({&put, 1}, {&observed, 1});
  EXPECT_EQ(harness::judge(vector, put, observed).verdict, Verdict::pass);
  observed.answer.vm_instruction_error = 8;
  EXPECT_EQ(harness::judge(vector, put, observed).deviations,
            (std::vector<Deviation>{{field_of(EPT_SAVED_VM_INSTRUCTION_ERROR), 7, 8}}));
  observed.answer.valid = 0;
  EXPECT_EQ(harness::judge(vector, put, observed).verdict, Verdict::pass);
}

TEST(Judge, what_a_machine_saw_saved_wrongly_is_a_deviation) {
  Walk walk(EPT_ACCESS_READ);
  walk.observed.mistakes = {{EPT_SAVED_GUEST_RIP, 1, 2}, {harness::mistaken(EPT_OUTCOME_GUEST_PHYSICAL_ADDRESS), 3, 4}};
  EXPECT_EQ(walk.judged().deviations, (std::vector<Deviation>{{field_of(EPT_SAVED_GUEST_RIP), 1, 2},
                                                              {field_of(EPT_OUTCOME_GUEST_PHYSICAL_ADDRESS), 3, 4}}));
}

TEST(Judge, accessed_flag_that_is_missing_fails) {
  Walk walk(EPT_ACCESS_READ);
  walk.observed.answer.words[0] &= ~ept_word{EPT_ENTRY_ACCESSED};
  EXPECT_EQ(walk.first(), (Deviation{Field::entry, 1, 0, 8, 4}));
}

TEST(Judge, accessed_flag_of_a_refused_access_may_be_set_or_not) {
  Walk walk(EPT_ACCESS_WRITE, 0x3000 | EPT_ENTRY_READ);
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
  walk.observed.answer.words[0] |= EPT_ENTRY_ACCESSED;
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
}

TEST(Judge, flag_that_was_set_may_not_be_cleared) {
  Walk walk(EPT_ACCESS_WRITE, 0x3000 | EPT_ENTRY_READ, kPage | EPT_ENTRY_ACCESSED);
  walk.observed.answer.words[3] &= ~ept_word{EPT_ENTRY_ACCESSED};
  EXPECT_EQ(walk.judged().verdict, Verdict::fail);
}

TEST(Judge, stray_store_into_an_entry_fails) {
  Walk walk(EPT_ACCESS_READ);
  walk.observed.answer.words[2] |= ept_word{1} << 62;
  const ept_word afterwards = walk.entry(2) | EPT_ENTRY_ACCESSED;
  EXPECT_EQ(walk.first(), (Deviation{Field::entry, afterwards, afterwards | ept_word{1} << 62, {}, 2}));
}

TEST(Judge, wrong_flags_and_other_bits_of_an_entry_are_deviations_of_their_own) {
  Walk walk(EPT_ACCESS_WRITE);
  walk.observed.answer.words[3] = 0;
  const ept_word afterwards = walk.entry(3) | EPT_ENTRY_ACCESSED | EPT_ENTRY_DIRTY;
  EXPECT_EQ(walk.judged().deviations,
            (std::vector<Deviation>{
                {Field::entry, 1, 0, 8, 1}, {Field::entry, 1, 0, 9, 1}, {Field::entry, afterwards, 0, {}, 1}}));
}

TEST(Judge, convertible_is_open_for_an_address_that_is_too_wide) {
  Walk walk(EPT_ACCESS_READ);
  walk.vector.asked.registers.secondary_controls |= EPT_CONTROL_EPT_VIOLATION_VE;
  walk.vector.asked.guest_physical_address |= ept_word{1} << 50;
  walk.vector.expected = vectors::expected_of(walk.vector.asked);
  walk.observed.answer = {};
  walk.observed.answer.id = 1;
  walk.observed.answer.status = EPTSPEC_ANSWERED;
  walk.observed.answer.result = EPTSPEC_WALK_VIOLATION;
  walk.observed.answer.valid = EPTSPEC_VALID_CONVERTIBLE;
  walk.observed.answer.convertible = 1;
  EXPECT_EQ(walk.judged().verdict, Verdict::pass);
}

TEST(Judge, whatever_is_no_answer_is_an_error_and_never_a_pass) {
  Walk walk(EPT_ACCESS_READ);
  walk.observed.answer.result = 0;
  EXPECT_EQ(walk.judged().verdict, Verdict::error);
  for (const harness::Fate fate : {harness::Fate::crash, harness::Fate::hang, harness::Fate::garbage}) {
    EXPECT_EQ(harness::judge(walk.vector, walk.put, {fate, {}, "why\n\xff"}),
              (Judgement{Verdict::error, "why??", {}, fate}));
  }
}

}  // namespace
