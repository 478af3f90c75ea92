// What people and programs read of a run.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/judge/draw.h"
#include "harness/report/forms.h"
#include "harness/suite/builtin.h"
#include "harness/suite/report.h"
#include "harness/suite/run.h"
#include "harness/targets/open.h"
#include "tests/harness/cases.h"
#include "tests/support/case.h"

namespace {

using harness::Verdict;

// A PDE that maps a page with reserved bit 13, taken for good; its neighbour; one error, one skip.
harness::Report small_report() {
  harness::Report report;
  report.target = "lib:x";
  report.name = "x & <y>";
  report.version = "1";
  for (const ept_word entry : {0x6000b7U, 0x6020b7U, 0x6000b6U, 0U}) {
    vectors::Vector vector;
    vector.id = "v" + std::to_string(report.vectors.size());
    vector.asked = support::case_of(vectors::Question::entry, harness::usual_configuration(), 0x101e, 2, {entry}, 0, 0);
    vector.expected = vectors::expected_of(vector.asked);
    vector.cite = "SDM Vol. 3C, 31.3.3.1";
    if (entry == 0x6020b7U) vector.neighbour = "v0";
    report.vectors.push_back(vector);
  }
  report.judgements = {{Verdict::pass, {}, {}},
                       {Verdict::fail, {}, {{harness::Field::result, EPTSPEC_ENTRY_MISCONFIGURED, EPTSPEC_ENTRY_PAGE}}},
                       {Verdict::error, "signal 6", {}, harness::Fate::crash},
                       {Verdict::skipped, "declined", {}}};
  report.assessment.known.resize(4);
  return report;
}

TEST(Report, group_shows_entry_expectation_citation_and_neighbour) {
  const std::string text = terminal_report(small_report());
  for (const char* part :
       {"reserved_bit: misconfiguration missed",
        "pde_2m   0x00000000006020b7  read, write, execute, page_size; memory type 6; reserved 13",
        "result: expected misconfigured, observed page", "SDM Vol. 3C, 31.3.3.1", "its neighbour v0 passes (page)",
        "4 vectors: 1 pass, 1 fail, 1 error, 0 flaky (0 of these known), 1 skipped, 0 not applicable"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  }
}

TEST(Report, eptp_shows_its_reserved_bits_and_where_its_neighbour_differs) {
  harness::Report report = small_report();
  report.vectors.resize(2);
  report.judgements.resize(2);
  report.assessment.known.resize(2);
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}}) {
    report.vectors[n].asked =
        support::case_of(vectors::Question::eptp, harness::usual_configuration(), n == 0 ? 0x101eU : 0x401000000191eU);
    report.vectors[n].expected = vectors::expected_of(report.vectors[n].asked);
  }
  report.judgements[1].deviations = {{harness::Field::result, EPTSPEC_EPTP_REFUSED, EPTSPEC_EPTP_ACCEPTED}};
  const std::string text = terminal_report(report);
  for (const char* part : {"    eptp 0x401000000191e  reserved 8, 11, 50\n",
                           "its neighbour v0 passes (eptp accepted):\n    eptp 0x101e, which differs in bit 8, 11, "}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  }
  EXPECT_EQ(text.find(" \n"), std::string::npos) << text;
}

TEST(Report, bits_without_a_name_are_counted) {
  const vectors::Case asked =
      support::case_of(vectors::Question::entry, harness::usual_configuration(), 0x101e, 3, {0x2007}, 0, 0);
  EXPECT_EQ(harness::bits_of(asked, 3, 0x2807), "read, write, execute; bit 11");
  EXPECT_EQ(harness::bits_of(asked, 3, 0x10000000002807), "read, write, execute; bits 11, 52");
}

TEST(Report, entries_behind_the_one_that_ends_the_walk_are_not_shown) {
  const vectors::Case asked = support::case_of(vectors::Question::walk, harness::usual_configuration(), 0x101e, 4,
                                               {0x2007, 0x3007, 0x4000b7, 0x5037}, 0, EPT_ACCESS_READ);
  const std::string text = harness::draw(asked, "");
  EXPECT_NE(text.find("pde_2m"), std::string::npos) << text;
  EXPECT_EQ(text.find("pte "), std::string::npos) << text;
}

TEST(Report, json_holds_every_vector_and_the_groups) {
  const auto document = nlohmann::json::parse(json_report(small_report()));
  EXPECT_EQ(document["counts"]["fail"], 1);
  EXPECT_EQ(document["exit_code"], 1);
  EXPECT_EQ(document["vectors"].size(), 4U);
  EXPECT_EQ(document["vectors"][1]["deviations"][0],
            (nlohmann::json{{"field", "result"}, {"expected", "misconfigured"}, {"observed", "page"}}));
  EXPECT_EQ(document["vectors"][2]["fate"], "crash");
  EXPECT_EQ(document["vectors"][2]["reason"], "signal 6");
  EXPECT_EQ(document["groups"][0]["vectors"], nlohmann::json({"v1"}));
}

TEST(Report, junit_escapes_and_counts) {
  const std::string text = junit_report(small_report());
  EXPECT_NE(text.find("name=\"x &amp; &lt;y> 1\" tests=\"4\" failures=\"1\" errors=\"1\" skipped=\"1\""),
            std::string::npos);
}

TEST(Report, junit_holds_no_byte_that_xml_cannot) {
  harness::Report report = small_report();
  report.name = "x\x01\xff";
  report.baseline = {{"\x1b[31m", "31.3", "link", "2030-01-01", {"v1"}}};
  report.assessment.known[1] = {report.baseline.data()};
  const std::string text = junit_report(report);
  EXPECT_NE(text.find("name=\"x?? 1\""), std::string::npos);
  EXPECT_NE(text.find("message=\"known: ?[31m\""), std::string::npos);
}

TEST(Report, tap_has_a_line_for_each_vector) {
  EXPECT_EQ(tap_report(small_report()),
            "TAP version 13\n1..4\nok 1 - v0\nnot ok 2 - v1 result: expected misconfigured, observed page\n"
            "not ok 3 - v2 crash: signal 6\nok 4 - v3 # SKIP declined\n");
}

TEST(Report, what_is_not_applicable_is_told_apart_from_what_was_skipped) {
  harness::Report report = small_report();
  report.judgements[2] = {Verdict::not_applicable, "capability page_2m is missing", {}};
  EXPECT_NE(terminal_report(report).find("1 skipped, 1 not applicable"), std::string::npos);
  EXPECT_NE(terminal_report(report).find("1  not_applicable: capability page_2m is missing"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(json_report(report))["counts"]["not_applicable"], 1);
  EXPECT_NE(tap_report(report).find("ok 3 - v2 # SKIP not applicable: capability page_2m"), std::string::npos);
  EXPECT_NE(junit_report(report).find("<skipped message=\"not applicable: capability page_2m"), std::string::npos);
}

TEST(Report, known_deviation_is_as_expected_and_shown) {
  harness::Report report = small_report();
  report.baseline = {{"reads bit 13", "31.3", "https://example.org", "2030-01-01", {"v1", "v2"}}};
  report.assessment.known[1] = report.assessment.known[2] = {report.baseline.data()};
  EXPECT_EQ(exit_code(report), 0);
  EXPECT_TRUE(harness::group(report).empty());
  EXPECT_NE(terminal_report(report).find("known until 2030-01-01: reads bit 13"), std::string::npos);
  EXPECT_NE(tap_report(report).find("# TODO known: reads bit 13"), std::string::npos);
}

TEST(Report, deviation_of_the_processor_beneath_is_known_and_shown) {
  harness::Report report = small_report();
  report.judgements[1].attributed_to = "Bochs";
  report.judgements[2] = report.judgements[3];
  EXPECT_EQ(exit_code(report), 0);
  EXPECT_NE(
      terminal_report(report).find("      1  known: Bochs beneath deviates in the same way (docs/findings.md#bochs)\n"),
      std::string::npos);
  EXPECT_NE(junit_report(report).find("<skipped message=\"known: Bochs beneath deviates"), std::string::npos);
  const auto document = nlohmann::json::parse(json_report(report));
  EXPECT_EQ(document["counts"]["known"], 1);
  EXPECT_EQ(document["vectors"][1]["attributed_to"], "Bochs");
}

TEST(Report, run_in_which_nothing_was_judged_is_no_success) {
  harness::Report report = small_report();
  report.judgements.assign(4, {Verdict::not_applicable, "capability page_2m is missing", {}});
  EXPECT_EQ(exit_code(report), 2);
}

std::vector<std::optional<harness::Judgement>> judged_by(unsigned jobs) {
  const std::vector<vectors::Vector> vectors = support::harness_vectors();
  std::vector<std::optional<harness::Judgement>> judgements(vectors.size());
  std::size_t seen = 0;
  run_vectors(support::opener("lib:" EPTSPEC_WRONG_WALKERS), 64, jobs, vectors, judgements,
              [&](std::span<const std::size_t> indices) { seen += indices.size(); });
  EXPECT_EQ(seen, vectors.size());
  return judgements;
}

TEST(Run, verdicts_do_not_depend_on_the_number_of_workers) {
  setenv("EPTSPEC_TEST_MISTAKE", "reserved_pde_2m=never", 1);
  EXPECT_EQ(judged_by(1), judged_by(4));
}

TEST(Run, target_that_fails_ends_the_run) {
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(3);
  std::vector<std::optional<harness::Judgement>> judgements(3);
  const harness::Judged nothing = [](auto) {};
  EXPECT_THROW(run_vectors(support::opener("lib:/nowhere.so"), 64, 2, vectors, judgements, nothing),
               std::runtime_error);
}

}  // namespace
