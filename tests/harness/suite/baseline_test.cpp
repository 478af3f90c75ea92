// Known deviations: what an entry explains, what is a problem, and which mistakes in a file are named.
#include <gtest/gtest.h>

#include <fstream>

#include "harness/suite/baseline.h"
#include "tests/harness/cases.h"

namespace {

using harness::Explained;
using harness::Fate;
using harness::Field;
using harness::field_of;
using harness::Judgement;
using harness::KnownDeviation;
using harness::Verdict;

std::string file_with(const std::string& text) {
  std::string path = testing::TempDir() + "eptspec_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path) << text;
  return path;
}

const Judgement kFail{
    Verdict::fail, {}, {{Field::result, EPTSPEC_ENTRY_TABLE, EPTSPEC_ENTRY_PAGE}, {field_of(EPT_OUTCOME_LEVEL), 1, 2}}};

// An entry for all EPTPs.
KnownDeviation entry(const std::vector<Explained>& explains, const std::vector<std::string>& targets = {}) {
  return {"why", "31.3", "where", "2026-12-31", {}, "question:eptp", explains, targets};
}

// Of one vector with this judgement.
harness::Assessment assessed_one(const std::vector<KnownDeviation>& baseline, const Judgement& judgement,
                                 const std::vector<std::string>& names = {"mine"}) {
  return assess(baseline, support::eptp_vectors(1), {judgement}, {names, {"eptp-0"}, true}, "2026-07-01");
}

// On two of three vectors, of which the second fails.
harness::Assessment assessed_by(const std::string& selection, const char* today = "2026-07-01", bool all = false) {
  const std::string path =
      file_with(R"({"deviations": [{"reason": "why", "cite": "31.3", "link": "where", "expires": "2026-12-31", )" +
                selection + "}]}");
  static std::vector<KnownDeviation> baseline;
  std::vector<std::string> errors;
  baseline = harness::read_baseline(path, errors);
  EXPECT_TRUE(errors.empty());
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(2);
  return assess(baseline, vectors, {{Verdict::pass, {}, {}}, kFail}, {{"mine"}, {"eptp-0", "eptp-1", "eptp-2"}, all},
                today);
}

harness::Assessment assessed(const std::string& ids, const char* today = "2026-07-01") {
  return assessed_by(R"("vectors": [)" + ids + "]", today);
}

TEST(Baseline, known_deviation_is_explained) {
  const harness::Assessment result = assessed("\"eptp-1\"");
  EXPECT_TRUE(result.problems.empty());
  EXPECT_EQ(reasons_of(result.known[1]), "why");
}

bool is_explained(const Explained& explained, const Judgement& judgement) {
  const std::vector<KnownDeviation> baseline = {entry({explained})};
  return assessed_one(baseline, judgement).known[0].size() == 1;
}

TEST(Baseline, entry_explains_deviations_with_its_members_and_no_others) {
  const Judgement flag{Verdict::fail, {}, {{Field::entry, 1, 0, 8, 2}}};
  for (const harness::DeviationPattern& right : std::vector<harness::DeviationPattern>{
           {Field::entry}, {Field::entry, 1, 0}, {Field::entry, {}, 0, 8}, {Field::entry, 1, {}, 8, 2}}) {
    EXPECT_TRUE(is_explained({right}, flag));
  }
  for (const harness::DeviationPattern& wrong : std::vector<harness::DeviationPattern>{{Field::result},
                                                                                       {Field::entry, 0},
                                                                                       {Field::entry, 1, 1},
                                                                                       {Field::entry, {}, {}, 9},
                                                                                       {Field::entry, {}, {}, {}, 3}}) {
    EXPECT_FALSE(is_explained({wrong}, flag));
  }
  EXPECT_FALSE(is_explained({{}, Fate::crash}, flag));
}

TEST(Baseline, entry_explains_errors_by_fate_and_reason) {
  const Judgement error{Verdict::error, "exception 6 in the guest", {}, Fate::crash};
  EXPECT_TRUE(is_explained({{}, Fate::crash}, error));
  EXPECT_TRUE(is_explained({{}, {}, "exception 6"}, error));
  EXPECT_FALSE(is_explained({{}, Fate::hang, "exception 6"}, error));
  EXPECT_FALSE(is_explained({{}, Fate::crash, "exception 13"}, error));
  EXPECT_FALSE(is_explained({{Field::result}}, error));
}

TEST(Baseline, any_of_several_patterns_will_do) {
  const std::vector<KnownDeviation> baseline = {entry({{{field_of(EPT_OUTCOME_LEVEL)}}, {{Field::result}}})};
  EXPECT_FALSE(assessed_one(baseline, kFail).known[0].empty());
}

TEST(Baseline, deviation_that_is_attributed_to_the_processor_beneath_is_left_to_it) {
  Judgement beneath = kFail;
  beneath.attributed_to = "Bochs";
  const std::vector<KnownDeviation> baseline = {entry({{{field_of(EPT_OUTCOME_LEVEL)}}})};
  const harness::Assessment result = assessed_one(baseline, beneath);
  EXPECT_EQ(result.known[0].size(), 1U);  // for what it explains
  EXPECT_TRUE(result.problems.empty());
}

TEST(Baseline, vector_is_known_when_entries_together_explain_all_that_deviates) {
  KnownDeviation level = entry({{{field_of(EPT_OUTCOME_LEVEL)}}});
  level.reason = "level";
  const KnownDeviation result = entry({{{Field::result}}});
  const auto assessed_with = [&](const std::vector<KnownDeviation>& baseline, const char* today) {
    return reasons_of(assess(baseline, support::eptp_vectors(1), {kFail}, {{"mine"}, {"eptp-0"}}, today).known[0]);
  };
  EXPECT_EQ(assessed_with({level}, "2026-07-01"), "");
  EXPECT_EQ(assessed_with({level, result}, "2026-07-01"), "level; why");
  EXPECT_EQ(assessed_with({level, result}, "2027-07-01"), "");
}

TEST(Baseline, what_was_not_asked_is_never_known) {
  const std::vector<KnownDeviation> baseline = {entry({}), {"why", "31.3", "where", "2026-12-31", {"eptp-0"}}};
  const auto known = [&](Fate fate) {
    return !assessed_one(baseline, {Verdict::error, "no answer", {}, fate}).known[0].empty();
  };
  EXPECT_TRUE(known(Fate::hang));
  EXPECT_FALSE(known(Fate::unasked));
}

TEST(Baseline, unexpected_pass_unknown_id_and_expiry_are_problems) {
  EXPECT_EQ(assessed("\"eptp-0\"").problems, std::vector<std::string>{"unexpected pass of eptp-0: why"});
  EXPECT_EQ(assessed("\"nobody\"").problems, std::vector<std::string>{"unknown vector nobody: why"});
  const harness::Assessment expired = assessed("\"eptp-1\"", "2027-01-01");
  EXPECT_EQ(expired.problems, std::vector<std::string>{"expired on 2026-12-31: why"});
  EXPECT_TRUE(expired.known[1].empty());
}

TEST(Baseline, entry_warns_from_60_days_before_it_expires) {
  const auto warnings = [](const char* today) { return assessed("\"eptp-1\"", today).warnings; };
  EXPECT_TRUE(warnings("2026-10-31").empty());
  EXPECT_EQ(warnings("2026-11-01"), std::vector<std::string>{"expires in 60 days, on 2026-12-31: why"});
  EXPECT_EQ(warnings("2026-12-30"), std::vector<std::string>{"expires in 1 day, on 2026-12-31: why"});
  EXPECT_EQ(warnings("2026-12-31"), std::vector<std::string>{"expires in 0 days, on 2026-12-31: why"});
  EXPECT_TRUE(warnings("2027-01-01").empty());  // a problem by then
}

TEST(Baseline, expired_entry_warns_and_still_explains_when_expiry_does_not_fail) {
  const std::vector<KnownDeviation> baseline = {entry({})};
  harness::Scope scope{{"mine"}, {"eptp-0"}};
  scope.expiry_fails = false;
  const harness::Assessment result = assess(baseline, support::eptp_vectors(1), {kFail}, scope, "2027-01-01");
  EXPECT_TRUE(result.problems.empty());
  EXPECT_EQ(result.warnings, std::vector<std::string>{"expired on 2026-12-31: why"});
  EXPECT_EQ(reasons_of(result.known[0]), "why");
}

TEST(Baseline, vector_that_was_not_run_is_no_problem) { EXPECT_TRUE(assessed("\"eptp-2\"").problems.empty()); }

TEST(Baseline, entry_with_a_filter_explains_what_deviates_as_it_says) {
  const auto is_known = [](const std::string& selection) { return !assessed_by(selection).known[1].empty(); };
  EXPECT_TRUE(is_known(R"("filter": "question:eptp")"));
  EXPECT_FALSE(is_known(R"("filter": "question:walk")"));
  const std::string with = R"("filter": "question:eptp", "deviation": )";
  EXPECT_TRUE(is_known(with + R"([{"field": "level", "expected": 1}, {"field": "result", "observed": "page"}])"));
  EXPECT_FALSE(is_known(with + R"([{"field": "level", "expected": 2}, {"field": "result", "observed": "page"}])"));
  EXPECT_FALSE(is_known(with + R"({"field": "result"})"));  // the level deviates too
  EXPECT_FALSE(is_known(with + R"({"fate": "crash"})"));
}

TEST(Baseline, entry_whose_filter_explains_nothing_is_a_problem_when_all_vectors_were_run) {
  const auto problems = [](bool all) {
    return assessed_by(R"("filter": "question:eptp goal:nowhere")", "2026-07-01", all).problems;
  };
  EXPECT_EQ(problems(true), std::vector<std::string>{"no vector deviates as it says: why"});
  EXPECT_TRUE(problems(false).empty());
}

TEST(Baseline, entry_about_a_question_that_the_run_does_not_ask_is_no_problem) {
  EXPECT_TRUE(assessed_by(R"("filter": "question:check rule:r")", "2026-07-01", true).problems.empty());
}

TEST(Baseline, entry_whose_vectors_the_target_could_not_make_is_no_problem) {
  const std::vector<KnownDeviation> baseline = {entry({{{field_of(EPT_OUTCOME_LEVEL)}}})};
  const auto problems = [&](Verdict verdict) { return assessed_one(baseline, {verdict, "", {}}).problems.size(); };
  EXPECT_EQ(problems(Verdict::skipped), 0U);
  EXPECT_EQ(problems(Verdict::not_applicable), 0U);
  EXPECT_EQ(problems(Verdict::pass), 1U);
}

TEST(Baseline, entry_concerns_the_target_by_each_of_its_names) {
  const std::vector<std::string> names = {"bochs:m/device", "bochs:m"};
  const auto concerns = [&](const std::string& named) {
    const std::vector<KnownDeviation> baseline = {entry({}, {named})};
    return !assessed_one(baseline, kFail, names).known[0].empty();
  };
  EXPECT_TRUE(concerns("bochs:m"));
  EXPECT_TRUE(concerns("bochs:m/device"));
  EXPECT_FALSE(concerns("bochs:mine"));
  EXPECT_FALSE(concerns("bochs:m/second_operand"));
}

TEST(Baseline, entry_for_other_targets_does_not_count) {
  EXPECT_EQ(assessed_by(R"("filter": "question:eptp", "targets": ["yours"])", "2027-01-01", true).problems.size(), 0U);
  EXPECT_TRUE(assessed_by(R"("filter": "question:eptp", "targets": ["yours"])").known[1].empty());
  EXPECT_FALSE(assessed_by(R"("filter": "question:eptp", "targets": ["yours", "mine"])").known[1].empty());
}

TEST(Baseline, mistakes_are_named) {
  const auto mistakes = [](const std::string& text) {
    std::vector<std::string> errors;
    harness::read_baseline(file_with(text), errors);
    return errors.empty() ? "" : errors[0].substr(errors[0].find(": ") + 2);
  };
  const std::string expected = "; expected a baseline: a JSON object with a list 'deviations'";
  EXPECT_TRUE(mistakes("{\n \"deviations\": nonsense").starts_with("no JSON: "));
  EXPECT_TRUE(mistakes("{\n \"deviations\": nonsense").ends_with(expected));
  EXPECT_EQ(mistakes("[]"), "not an object" + expected);
  EXPECT_EQ(mistakes(R"({"deviations": [{"reason": ""}]})"), "deviations 1: 'reason' is no text");
  const auto in_entry = [&](const std::string& expires, const std::string& rest) {
    return mistakes(R"({"deviations": [{"reason": "a", "cite": "c", "link": "b", "expires": ")" + expires + "\"" +
                    rest + "}]}");
  };
  EXPECT_EQ(in_entry("tomorrow", R"(, "vectors": ["x"])"), "deviations 1: 'expires' is a day, YYYY-MM-DD");
  EXPECT_EQ(in_entry("2026-02-29", R"(, "vectors": ["x"])"), "deviations 1: 'expires' is a day, YYYY-MM-DD");
  EXPECT_EQ(in_entry("2026-01-01", R"(, "vectors": [])"), "deviations 1: either 'vectors' or 'filter' is needed");
  EXPECT_EQ(in_entry("2026-01-01", ""), "deviations 1: either 'vectors' or 'filter' is needed");
  EXPECT_EQ(in_entry("2026-01-01", R"(, "filter": "colour:blue")"),
            "deviations 1: --filter: 'colour' is none of goal, id, profile, question, rule, access");
  EXPECT_EQ(in_entry("2026-01-01", R"(, "vectors": ["x"], "deviation": {"field": "level"})"),
            "deviations 1: 'deviation' stands beside 'filter'");
  const auto in_deviation = [&](const std::string& deviation) {
    const std::string mistake = in_entry("2026-01-01", R"(, "filter": "goal:x", "deviation": )" + deviation);
    return mistake.substr(std::min(mistake.size(), std::string("deviations 1: ").size()));
  };
  EXPECT_EQ(in_deviation("1"), "'deviation' is no list");
  EXPECT_EQ(in_deviation("[]"), "'deviation' names at least one");
  EXPECT_EQ(in_deviation(R"({"bit": 1})"), "deviation: 'field' is missing");
  EXPECT_TRUE(in_deviation(R"({"field": "colour"})").starts_with("deviation: 'field' is none of result, level"));
  EXPECT_EQ(in_deviation(R"({"field": "result", "expected": "good"})"), "deviation: 'expected' cannot be \"good\"");
  EXPECT_EQ(in_deviation(R"({"field": "result", "colour": 1})"), "deviation: unknown key 'colour'");
  EXPECT_EQ(in_deviation(R"({"fate": "not_asked"})"), "deviation: 'fate' is crash, hang or garbage");
  EXPECT_EQ(in_deviation(R"({"fate": "crash", "field": "level"})"), "deviation: unknown key 'field'");
}

}  // namespace
