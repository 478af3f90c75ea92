// Mistakes in the check of a sub-page write permission: each is caught by the committed vectors, and the report leads
// with the rule that it breaks.
#include <gtest/gtest.h>

#include "harness/suite/selection.h"
#include "tests/harness/judge/mistaken.h"

namespace {

const std::vector<vectors::Vector>& sub_page_vectors() {
  static const auto chosen = [] {
    std::vector<std::string> errors;
    const harness::VectorSet all =
        harness::load_vectors(EPTSPEC_SOURCE_DIR "/vectors/data/icelake_sp_8351n.jsonl", errors);
    EXPECT_TRUE(errors.empty());
    return harness::choose(all, "question:sub_page");
  }();
  return chosen;
}

harness::Report run_with(const char* mistake) {
  return support::report_on(EPTSPEC_WRONG_SUB_PAGES, mistake, sub_page_vectors());
}

TEST(WrongSubPages, the_same_check_without_a_mistake_passes) {
  const harness::Report report = run_with("");
  EXPECT_GT(report.vectors.size(), 200U);
  EXPECT_EQ(harness::count(report)[harness::Verdict::pass], report.vectors.size()) << terminal_report(report);
}

struct Mistake {
  const char* name;
  const char* headline;  // of the group that the report shows first
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class WrongSubPage : public testing::TestWithParam<Mistake> {};

TEST_P(WrongSubPage, is_caught_and_named_by_rule) {
  const harness::Report report = run_with(GetParam().name);
  EXPECT_EQ(harness::exit_code(report), 1);
  const std::vector<harness::Group> groups = harness::group(report);
  ASSERT_FALSE(groups.empty());
  EXPECT_EQ(support::headline(groups.front()), GetParam().headline) << terminal_report(report);
}

INSTANTIATE_TEST_SUITE_P(
    InTheWild, WrongSubPage,
    testing::Values(
        Mistake{"width_one_too_high",
                "sub_page_address_beyond_maxphyaddr: sub_page_write_allowed instead of sub_page_misconfiguration"},
        Mistake{"width_one_too_low",
                "sub_page_write_allowed: sub_page_misconfiguration instead of sub_page_write_allowed"},
        Mistake{"bit_1_missed", "sub_page_reserved_bit: sub_page_write_allowed instead of sub_page_misconfiguration"},
        Mistake{"bit_11_missed", "sub_page_reserved_bit: sub_page_write_allowed instead of sub_page_misconfiguration"},
        Mistake{"bits_63_52_ignored",
                "sub_page_reserved_bit: sub_page_write_allowed instead of sub_page_misconfiguration"},
        Mistake{"table_reserved_bits_missed",
                "sub_page_reserved_bit: sub_page_write_allowed instead of sub_page_misconfiguration"},
        Mistake{"qualification_bit_inverted", "sub_page_qualification bit 11 (sub_page_table_miss): wrong"},
        Mistake{"misconfiguration_before_miss",
                "sub_page_entry_not_valid: sub_page_misconfiguration instead of sub_page_miss"},
        Mistake{"valid_bit_ignored", "sub_page_entry_not_valid: sub_page_write_allowed instead of sub_page_miss"},
        Mistake{"valid_bit_in_vector", "sub_page_write_allowed: sub_page_miss instead of sub_page_write_allowed"},
        Mistake{"odd_bits_missed",
                "sub_page_vector_reserved_bit: sub_page_write_allowed instead of sub_page_misconfiguration"},
        Mistake{"parts_of_256_bytes",
                "sub_page_write_allowed: sub_page_write_refused instead of sub_page_write_allowed"},
        Mistake{"last_part_first", "sub_page_write_allowed: sub_page_write_refused instead of sub_page_write_allowed"},
        Mistake{"one_bit_a_part", "sub_page_write_allowed: sub_page_write_refused instead of sub_page_write_allowed"},
        Mistake{"permission_inverted",
                "sub_page_write_allowed: sub_page_write_refused instead of sub_page_write_allowed"},
        Mistake{"nmi_unblocking_not_reported", "sub_page_qualification bit 12 (sub_page_nmi_unblocking): wrong"},
        Mistake{"index_of_8_bits", "sub_page_write_allowed: sub_page_miss instead of sub_page_write_allowed"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
