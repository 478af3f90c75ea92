// Mistakes that EPT code makes in the wild: each is caught, and the report leads with the rule that it breaks.
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/judge/judging.h"
#include "harness/report/forms.h"
#include "harness/suite/report.h"
#include "tests/harness/cases.h"

namespace {

harness::Report run_with(const char* mistake) {
  setenv("EPTSPEC_TEST_MISTAKE", mistake, 1);
  const auto adapter = harness::open_library(EPTSPEC_WRONG_WALKERS, {});
  harness::Report report;
  report.vectors = support::harness_vectors();
  report.judgements = run_on(*adapter, report.vectors);
  report.assessment.known.resize(report.vectors.size());
  return report;
}

std::string headline(const harness::Group& group) { return rule_text(group.cause) + ": " + what_text(group.cause); }

TEST(WrongWalkers, the_same_walker_without_a_mistake_passes) {
  const harness::Report report = run_with("");
  EXPECT_EQ(harness::count(report)[harness::Verdict::pass], report.vectors.size()) << terminal_report(report);
}

struct Mistake {
  const char* name;
  const char* headline;  // of the group that the report shows first
};

class WrongWalker : public testing::TestWithParam<Mistake> {};

TEST_P(WrongWalker, is_caught_and_named_by_rule) {
  const harness::Report report = run_with(GetParam().name);
  EXPECT_EQ(harness::exit_code(report), 1);
  const std::vector<harness::Group> groups = harness::group(report);
  ASSERT_FALSE(groups.empty());
  EXPECT_EQ(headline(groups.front()), GetParam().headline) << terminal_report(report);
}

INSTANTIATE_TEST_SUITE_P(
    InTheWild, WrongWalker,
    testing::Values(Mistake{"write_only_accepted", "write_without_read: misconfiguration missed"},
                    Mistake{"execute_only_capability_ignored", "execute_only_not_supported: misconfiguration missed"},
                    Mistake{"execute_only_refused", "page: misconfiguration reported"},
                    Mistake{"pde_2m_hole_missed", "reserved_bit: misconfiguration missed"},
                    Mistake{"pdpte_1g_hole_missed", "reserved_bit: misconfiguration missed"},
                    Mistake{"pml4e_bit_7_missed", "reserved_bit: misconfiguration missed"},
                    Mistake{"memory_type_in_table_missed", "reserved_bit: misconfiguration missed"},
                    Mistake{"pte_bit_7_reserved", "page: misconfiguration reported"},
                    Mistake{"page_size_capability_ignored", "page_1g_not_supported: misconfiguration missed"},
                    Mistake{"memory_type_7_accepted", "reserved_memory_type: misconfiguration missed"},
                    Mistake{"memory_types_2_and_3_accepted", "reserved_memory_type: misconfiguration missed"},
                    Mistake{"maxphyaddr_too_high", "eptp_address_beyond_maxphyaddr: accepted instead of refused"},
                    Mistake{"maxphyaddr_too_low", "eptp accepted: refused instead of accepted"},
                    Mistake{"reserved_bits_checked_when_not_present",
                            "not_present: misconfigured instead of not_present"},
                    Mistake{"present_means_readable", "write_without_read: not_present instead of misconfigured"},
                    Mistake{"mode_based_execute_ignored", "page: not_present instead of page"},
                    Mistake{"eptp_reserved_bits_missed", "eptp_reserved_bit: accepted instead of refused"},
                    Mistake{"eptp_walk_length_ignored", "eptp_walk_length_reserved: accepted instead of refused"},
                    Mistake{"permissions_of_leaf_only", "write_not_allowed: translated instead of violation"},
                    Mistake{"permissions_at_each_level", "reserved_memory_type: violation instead of misconfiguration"},
                    Mistake{"guest_physical_address_51_48_ignored",
                            "guest_physical_address_width: translated instead of violation"},
                    Mistake{"offset_of_4k_always", "host_physical_address: wrong"},
                    Mistake{"qualification_of_leaf_only", "qualification bit 4 (writable): wrong"},
                    Mistake{"accessed_flag_in_leaf_only", "accessed flag of the level-4 entry afterwards: wrong"},
                    Mistake{"dirty_flag_in_every_entry", "dirty flag of the level-4 entry afterwards: wrong"},
                    Mistake{"flags_never_set", "accessed flag of the level-4 entry afterwards: wrong"},
                    Mistake{"guest_structure_not_a_write", "write_not_allowed: translated instead of violation"},
                    Mistake{"suppress_ve_inverted", "convertible: wrong"}),
    [](const testing::TestParamInfo<Mistake>& one) { return std::string(one.param.name); });

}  // namespace
