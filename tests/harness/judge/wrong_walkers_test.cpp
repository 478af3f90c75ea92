// Faults of implementations by class, after the literature on faults in Boolean expressions: each is caught, and the
// report leads with what is wrong. The honest walker and its rules are in wrong_walkers.cpp.
#include <gtest/gtest.h>

#include <ostream>

#include "harness/suite/selection.h"
#include "tests/harness/judge/mistaken.h"
#include "tests/harness/judge/wrong_walkers.h"

namespace support {

void PrintTo(const Mistake& one, std::ostream* out) { *out << one.fault; }

}  // namespace support

namespace {

using support::Mistake;
using Vectors = std::vector<vectors::Vector>;

// The walker answers no such questions; wrong_sub_pages_test.cpp is about sub-page checks.
Vectors of_walks(Vectors all) {
  std::erase_if(all, [](const vectors::Vector& one) {
    return one.asked.question == vectors::Question::sub_page || one.asked.question == vectors::Question::check;
  });
  return all;
}

const Vectors& committed() {
  static const Vectors all = [] {
    std::vector<std::string> errors;
    Vectors read = of_walks(harness::load_vectors(EPTSPEC_VECTORS, errors).vectors);
    EXPECT_TRUE(errors.empty());
    return read;
  }();
  return all;
}

harness::Report run_with(const char* fault) { return support::report_on(EPTSPEC_WRONG_WALKERS, fault, committed()); }

TEST(WrongWalkers, the_same_walker_without_a_fault_passes) {
  const harness::Report report = run_with("");
  EXPECT_EQ(harness::count(report)[harness::Verdict::pass], report.vectors.size()) << terminal_report(report);
}

class WrongWalker : public testing::TestWithParam<Mistake> {};

TEST_P(WrongWalker, is_caught_and_named_by_rule) {
  const harness::Report report = run_with(GetParam().fault);
  EXPECT_EQ(harness::exit_code(report), 1);
  const std::vector<harness::Group> groups = harness::group(report);
  ASSERT_FALSE(groups.empty());
  EXPECT_EQ(support::headline(groups.front()), GetParam().headline);
}

std::string name_of(const testing::TestParamInfo<Mistake>& one) {
  const std::string fault = one.param.fault;
  return std::to_string(one.index) + "_" + fault.substr(0, fault.find('='));
}

INSTANTIATE_TEST_SUITE_P(LiteralOmission, WrongWalker, testing::ValuesIn(support::kLiteralOmissions), name_of);
INSTANTIATE_TEST_SUITE_P(LiteralInsertion, WrongWalker, testing::ValuesIn(support::kLiteralInsertions), name_of);
INSTANTIATE_TEST_SUITE_P(LiteralReference, WrongWalker, testing::ValuesIn(support::kLiteralReferences), name_of);
INSTANTIATE_TEST_SUITE_P(LiteralNegation, WrongWalker, testing::ValuesIn(support::kLiteralNegations), name_of);
INSTANTIATE_TEST_SUITE_P(TermOmission, WrongWalker, testing::ValuesIn(support::kTermOmissions), name_of);
INSTANTIATE_TEST_SUITE_P(TermInsertion, WrongWalker, testing::ValuesIn(support::kTermInsertions), name_of);
INSTANTIATE_TEST_SUITE_P(Operator, WrongWalker, testing::ValuesIn(support::kOperators), name_of);

}  // namespace
