// Random vectors: what fails is counted, kept in bounds, and made as small as it gets.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "harness/report/forms.h"
#include "harness/suite/builtin.h"
#include "harness/suite/report.h"
#include "harness/suite/stream.h"
#include "harness/targets/open.h"
#include "tests/harness/cases.h"
#include "tests/support/case.h"

namespace {

using harness::Judgement;
using harness::Report;
using harness::Verdict;

// Four levels only, so that examples are easier to read.
harness::Stream stream_of(std::uint64_t count) {
  harness::Stream stream = harness::parse_stream("20260701:" + std::to_string(count));
  ept_registers allowed = harness::usual_configuration();
  allowed.capability &= ~ept_word{EPT_CAPABILITY_WALK_LENGTH_5};
  stream.allowed = allowed;
  return stream;
}

Report streamed(const char* mistake, unsigned jobs) {
  setenv("EPTSPEC_TEST_MISTAKE", mistake, 1);
  Report report;
  run_stream(support::opener("lib:" EPTSPEC_WRONG_WALKERS), 1024, jobs, stream_of(4000), report, [](std::size_t) {});
  return report;
}

const harness::Shrunk* first_shrunk(const Report& report, const std::string& rule, const std::string& what) {
  for (const harness::Group& group : harness::group(report)) {
    if (rule_text(group.cause) == rule && what_text(group.cause) == what) return &report.shrunk.at(group.example);
  }
  return nullptr;
}

using Texts = std::vector<std::string>;

TEST(Stream, failing_entry_is_shrunk_to_its_reserved_bit) {
  const Report report = streamed("reserved_pml4e=l4 e6:3", 1);
  const harness::Shrunk* shrunk = first_shrunk(report, "reserved_bit", "misconfiguration missed");
  ASSERT_NE(shrunk, nullptr) << terminal_report(report);
  EXPECT_EQ(shrunk->differences, Texts{"level 4 bit 7 set"});
  EXPECT_GT(shrunk->bits_before, 1U);
}

TEST(Stream, failing_walk_is_shrunk_to_the_access_and_the_permission) {
  const Report report = streamed("write=writes !shadow_stack !e1", 1);
  const harness::Shrunk* shrunk = first_shrunk(report, "write_not_allowed", "translated instead of violation");
  ASSERT_NE(shrunk, nullptr) << terminal_report(report);
  ASSERT_EQ(shrunk->differences.size(), 2U);
  EXPECT_EQ(shrunk->differences[0], "access data_write");
  EXPECT_TRUE(shrunk->differences[1].ends_with(" bit 1 clear")) << shrunk->differences[1];
}

const Judgement kRefused{Verdict::fail, {}, {{harness::Field::result, EPTSPEC_EPTP_ACCEPTED, EPTSPEC_EPTP_REFUSED}}};

std::optional<harness::Shrunk> shrunk_with(const char* mistake, ept_word eptp) {
  vectors::Vector vector;
  vector.asked = support::case_of(vectors::Question::eptp, harness::usual_configuration(), eptp, 0, {}, 0, 0);
  vector.expected = vectors::expected_of(vector.asked);
  setenv("EPTSPEC_TEST_MISTAKE", mistake, 1);
  const auto adapter = harness::open_library(EPTSPEC_WRONG_WALKERS, {});
  return shrink(*adapter, vector, kRefused);
}

TEST(Stream, failure_that_does_not_come_again_is_not_shrunk) { EXPECT_FALSE(shrunk_with("", 0x123401e).has_value()); }

TEST(Stream, plain_case_that_deviates_is_the_smallest) {
  const auto shrunk = shrunk_with("eptp_memory_type_reserved=m6 | m0", 0x123401e);
  ASSERT_TRUE(shrunk.has_value());
  EXPECT_EQ(shrunk->differences, Texts{});
  EXPECT_EQ(shrunk->vector.asked.registers.eptp, 0x101eU);
}

TEST(Stream, report_does_not_depend_on_the_number_of_workers) {
  EXPECT_EQ(json_report(streamed("reserved_pde_2m=never", 1)), json_report(streamed("reserved_pde_2m=never", 3)));
}

TEST(Stream, reference_passes_and_nothing_is_kept) {
  Report report;
  run_stream(support::opener("reference"), 1024, 1, stream_of(5000), report, [](std::size_t) {});
  EXPECT_EQ(harness::count(report)[Verdict::pass], 5000U);
  EXPECT_TRUE(report.vectors.empty());
}

TEST(Stream, filter_leaves_out) {
  harness::Stream stream = stream_of(1000);
  stream.filter = "question:walk";
  Report report;
  run_stream(support::opener("reference"), 1024, 1, stream, report, [](std::size_t) {});
  const std::size_t passed = harness::count(report)[Verdict::pass];
  EXPECT_GT(passed, 0U);
  EXPECT_LT(passed, 1000U);
}

void add_many(harness::Tally& tally) {
  const vectors::Vector vector = support::eptp_vectors(1)[0];
  for (std::uint64_t n = 100; n-- > 0;) tally.add(n, vector, kRefused);
  for (std::uint64_t n = 0; n < 1000; ++n)
    tally.add(1000 + n, vector, {Verdict::error, std::to_string(n), {}, harness::Fate::crash});
  for (std::uint64_t n = 0; n < 1000; ++n) tally.add(n, vector, {Verdict::skipped, std::to_string(n), {}});
}

TEST(Tally, counts_are_exact_and_what_is_kept_is_bounded) {
  harness::Tally tally;
  add_many(tally);
  tally.add_passes(7);
  Report report;
  tally.move_to(report);
  const harness::Counts counts = harness::count(report);
  EXPECT_EQ(counts[Verdict::fail], 100U);
  EXPECT_EQ(counts[Verdict::error], 1000U);
  EXPECT_EQ(counts[Verdict::skipped], 1000U);
  EXPECT_EQ(counts[Verdict::pass], 7U);
  EXPECT_LT(report.vectors.size(), 2000U / 5);
  EXPECT_LT(report.rest.reasons.size(), 300U);
}

bool is_refused(const char* text) {
  try {
    harness::parse_stream(text);
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

TEST(Stream, is_a_seed_and_a_count) {
  EXPECT_EQ(harness::parse_stream("5").count, 1000000U);
  EXPECT_EQ(harness::parse_stream("5:17").count, 17U);
  for (const char* wrong : {"", "x", "5:", "5:0", "5:1x", ":1", "-1", "5:1:2"}) EXPECT_TRUE(is_refused(wrong)) << wrong;
}

}  // namespace
