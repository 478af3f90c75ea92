// What covers a rule is counted from vectors and from the matrix, and an unknown is not a pass.
#include "harness/report/rule_coverage.h"

#include <gtest/gtest.h>

#include "harness/suite/builtin.h"
#include "tests/support/case.h"

namespace {

using harness::Cell;
using harness::CoveredRule;
using harness::Matrix;
using harness::RuleGroup;

vectors::Vector of_entry(ept_word entry) {
  vectors::Vector vector;
  vector.asked = support::case_of(vectors::Question::entry, harness::usual_configuration(), 0x101e, 2, {entry});
  vector.expected = vectors::expected_of(vector.asked);
  return vector;
}

CoveredRule rule(const std::string& id) {
  CoveredRule one;
  one.id = id;
  return one;
}

// A group of two rules on entries, one on registers, and one for what breaks no rule.
std::vector<RuleGroup> groups() {
  RuleGroup entries;
  entries.title = "Entries";
  entries.key = "misconfiguration";
  entries.decides = {"misconfiguration"};
  entries.rules = {rule("reserved_bit"), rule("write_without_read"), rule("page_1g_not_supported")};
  RuleGroup registers;
  registers.title = "MSRs";
  registers.key = "msr_values";
  registers.of_registers = true;
  registers.rules = {rule("basic_bit_31")};
  RuleGroup results;
  results.title = "No rule";
  results.key = harness::kNoRule;
  return {entries, registers, results};
}

Matrix matrix_with(const Cell& cell) {
  Matrix matrix(3);
  matrix[1].cells[{"misconfiguration", "reserved_bit"}] = cell;
  matrix[2].cells[{"another check", "reserved_bit"}] = cell;
  return matrix;
}

TEST(RuleCoverage, vectors_count_for_each_rule_that_they_break_and_for_one_alone) {
  auto all = groups();
  // Bit 13 of a PDE that maps a page; the same without read; a page.
  count_vectors({of_entry(0x6020b7), of_entry(0x6020b6), of_entry(0x6000b7)}, all);
  EXPECT_EQ(std::pair(all[0].rules[0].vectors, all[0].rules[0].only), std::pair(2UL, 1UL));
  EXPECT_EQ(std::pair(all[0].rules[1].vectors, all[0].rules[1].only), std::pair(1UL, 0UL));
  EXPECT_EQ(all[0].rules[2].vectors, 0U);
  ASSERT_EQ(all[2].rules.size(), 1U);
  EXPECT_EQ(all[2].rules[0].id, "translation: page");
}

// The EPTP is checked by itself, and as a part of others.
TEST(RuleCoverage, rule_of_a_check_counts_where_the_check_that_states_it_is) {
  std::vector<RuleGroup> all(2);
  all[0].key = "eptp";
  all[0].rules = {rule("eptp_reserved_bit")};
  all[1].key = "invept";
  all[1].rules = {rule("invept_outside_vmx_operation"), rule("invept_descriptor_reserved_bit")};
  vectors::Vector eptp;
  eptp.asked = support::case_of(vectors::Question::eptp, harness::usual_configuration(), 0x181e);
  vectors::Vector invept;
  invept.asked = {.question = vectors::Question::check, .check = EPT_CHECK_INVEPT};
  invept.asked.registers = harness::usual_configuration();
  invept.asked.registers.invept_type = 1;
  invept.asked.registers.invept_descriptor_low = 0x181e;
  for (vectors::Vector* const one : {&eptp, &invept}) one->expected = vectors::expected_of(one->asked);
  count_vectors({eptp, invept}, all);
  EXPECT_EQ(std::pair(all[0].rules[0].vectors, all[0].rules[0].only), std::pair(2UL, 1UL));
  EXPECT_EQ(std::pair(all[1].rules[0].vectors, all[1].rules[0].only), std::pair(1UL, 0UL));
  EXPECT_EQ(all[1].rules[1].vectors, 0U);
}

TEST(RuleCoverage, target_counts_only_where_it_answered_a_vector_of_that_decision) {
  auto all = groups();
  add_targets(matrix_with({5, 0, 0, 2, 1}), all);
  EXPECT_EQ(all[0].rules[0].run, (std::set<std::size_t>{1}));
  EXPECT_TRUE(all[0].rules[0].deviate.empty());
  all = groups();
  add_targets(matrix_with({0, 0, 0, 7, 3}), all);
  EXPECT_TRUE(all[0].rules[0].run.empty());
}

TEST(RuleCoverage, deviations_have_their_findings_or_say_that_none_is_known) {
  auto all = groups();
  add_targets(matrix_with({0, 3, 2, 0, 0, {"docs/findings.md#bochs-1"}}), all);
  std::string page = coverage_markdown(all);
  EXPECT_NE(page.find("| reserved_bit | no | no | 0 | 0 | B | B | [bochs-1](findings.md#bochs-1), not explained |"),
            std::string::npos)
      << page;
  all = groups();
  add_targets(matrix_with({0, 3, 3, 0, 0}), all);
  page = coverage_markdown(all);
  EXPECT_NE(page.find("| B | B | not told |"), std::string::npos) << page;
}

TEST(RuleCoverage, rule_on_registers_is_judged_where_they_were_told) {
  auto all = groups();
  Matrix matrix(3);
  matrix[0].capabilities.emplace();
  matrix[2].capabilities.emplace();
  matrix[2].capabilities->msr_values = {{"basic_bit_31", "impossible", "", ""}};
  add_targets(matrix, all);
  EXPECT_EQ(all[1].rules[0].run, (std::set<std::size_t>{0, 2}));
  EXPECT_EQ(all[1].rules[0].deviate, (std::set<std::size_t>{2}));
  matrix[0].capabilities->not_judged = {"basic_bit_31"};
  all = groups();
  add_targets(matrix, all);
  EXPECT_EQ(all[1].rules[0].run, (std::set<std::size_t>{2}));
}

TEST(RuleCoverage, summary_counts_what_the_tables_show) {
  auto all = groups();
  all[0].rules[0].proofs = {"entry.2"};
  all[0].rules[0].alone = {"rule.reserved_bit.pde_2m"};
  all[0].rules[1].proofs = {"entry.2"};
  count_vectors({of_entry(0x6020b7), of_entry(0x6020b6)}, all);
  add_targets(matrix_with({5, 1, 1, 0, 0}), all);
  const std::string page = coverage_markdown(all);
  EXPECT_NE(page.find("| Entries | 3 | 1 | 2 | 1 | 1 | 1 |\n"), std::string::npos) << page;
  EXPECT_NE(page.find("| all | 4 | 1 | 2 | 1 | 1 | 1 |\n"), std::string::npos) << page;
}

TEST(RuleCoverage, numbered_names_are_one_where_none_is_missing) {
  EXPECT_EQ(harness::brief({"walk", "entry.5", "entry.4", "entry.3"}), "walk, entry.3 to 5");
  EXPECT_EQ(harness::brief({"entry.1", "entry.3"}), "entry.1, entry.3");
  EXPECT_EQ(harness::brief({"entry.2"}), "entry.2");
}

}  // namespace
