// Journal, baseline and selection: what is read back, and what is refused.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "harness/suite/baseline.h"
#include "harness/suite/journal.h"
#include "harness/suite/selection.h"
#include "harness/suite/source.h"
#include "tests/harness/cases.h"
#include "vectors/format/file.h"
#include "vectors/format/json.h"

namespace {

using harness::Judgement;
using harness::Verdict;

std::string file_with(const std::string& text) {
  std::string path = testing::TempDir() + "eptspec_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::ofstream(path) << text;
  return path;
}

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

const harness::JournalHeader kHeader{"lib:x", "x", "1", "0123", "goal:a", "1/2", 3};
const Judgement kFail{Verdict::fail, {}, {{"result", "table", "page"}, {"level", "0x1", "0x2"}}};
const Judgement kError{Verdict::error, "crash: \"\\\n\xff", {}};

std::string written_journal() {
  std::string path = file_with("");
  harness::Journal journal;
  journal.create(path, kHeader);
  journal.note("a", {Verdict::pass, {}, {}});
  journal.flush();
  journal.note("b", kFail);
  journal.flush();
  return path;
}

TEST(Journal, is_read_back_as_it_was_written) {
  const harness::JournalContent content = harness::read_journal(written_journal());
  EXPECT_EQ(content.header, kHeader);
  EXPECT_EQ(content.judgements.at("a").verdict, Verdict::pass);
  EXPECT_EQ(content.judgements.at("b"), kFail);
}

TEST(Journal, cut_off_anywhere_loses_only_the_line_that_was_cut) {
  const std::string path = written_journal();
  const auto size = std::filesystem::file_size(path);
  const std::size_t first_lines = harness::read_journal(path).whole_bytes;
  ASSERT_EQ(first_lines, size);
  for (std::size_t cut = 1; cut < 40; ++cut) {
    std::filesystem::resize_file(path, size - cut);
    const harness::JournalContent content = harness::read_journal(path);
    EXPECT_EQ(content.judgements.size(), 1U);
  }
  harness::Journal journal;
  journal.append_to(path, harness::read_journal(path));
  journal.note("b", kFail);
  journal.flush();
  EXPECT_EQ(harness::read_journal(path).judgements.at("b"), kFail);
}

TEST(Journal, text_that_is_no_unicode_does_not_break_it) {
  const std::string path = file_with("");
  harness::Journal journal;
  journal.create(path, kHeader);
  journal.note("c", kError);
  journal.flush();
  EXPECT_EQ(harness::read_journal(path).judgements.at("c").verdict, Verdict::error);
}

std::string why_refused(const std::string& path) {
  try {
    harness::read_journal(path);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

bool is_refused(const std::string& path) { return !why_refused(path).empty(); }

TEST(Journal, what_is_no_journal_is_refused) {
  EXPECT_EQ(harness::read_journal(file_with("")).whole_bytes, 0U);
  for (const char* text : {"hello\n", "{}\n", "{\"eptspec_journal\":2}\n", "[1]\n"}) {
    EXPECT_TRUE(is_refused(file_with(text))) << text;
  }
  EXPECT_TRUE(is_refused("/nowhere"));
}

// What the reports take for granted of a judgement.
TEST(Journal, judgement_that_lacks_something_is_refused_with_its_line) {
  const std::string path = written_journal();
  const std::string whole = contents(path);
  const auto refused = [&](const std::string& line) {
    std::ofstream(path) << whole << line << "\n";
    const std::string why = why_refused(path);
    return why.starts_with(path) ? why.substr(path.size()) : why;
  };
  EXPECT_EQ(refused(R"({"id":"x","verdict":"fail"})"), ":4: no journal: a fail without deviations");
  EXPECT_EQ(refused(R"({"id":"x","verdict":"fail","deviations":[]})"), ":4: no journal: a fail without deviations");
  EXPECT_EQ(refused(R"({"id":"x","verdict":"pass","deviations":[["a","b","c"]]})"),
            ":4: no journal: a pass has no deviations");
  for (const std::string verdict : {"skipped", "not_applicable", "error", "flaky"}) {
    EXPECT_EQ(refused(R"({"id":"x","verdict":")" + verdict + "\"}"),
              ":4: no journal: the verdict " + verdict + " without a reason");
  }
  EXPECT_EQ(refused("nonsense"), ":4: no journal: no JSON");
  EXPECT_EQ(refused(R"({"id":"x","verdict":"pass"})"), "");
  std::ofstream(path) << "{}\n";
  EXPECT_EQ(why_refused(path), path + ":1: no journal: of another version");
}

// On two of three vectors, of which the second fails.
harness::Assessment assessed_by(const std::string& selection, const char* today = "2026-07-01", bool all = false) {
  const std::string path =
      file_with(R"({"deviations": [{"reason": "why", "cite": "31.3", "link": "where", "expires": "2026-12-31", )" +
                selection + "}]}");
  static std::vector<harness::KnownDeviation> baseline;
  std::vector<std::string> errors;
  baseline = harness::read_baseline(path, errors);
  EXPECT_TRUE(errors.empty());
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(2);
  return assess(baseline, vectors, {{Verdict::pass, {}, {}}, kFail}, {"mine", {"eptp-0", "eptp-1", "eptp-2"}, all},
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

TEST(Baseline, entry_explains_what_was_expected_and_observed_and_nothing_else) {
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(1);
  const std::vector<harness::Judgement> failed = {{Verdict::fail, {}, {{"result", "translated", "violation"}}}};
  const auto explained = [&](const std::string& deviation) {
    const std::vector<harness::KnownDeviation> baseline = {
        {"why", "31.3", "where", "2026-12-31", {}, "question:eptp", deviation, {}}};
    return assess(baseline, vectors, failed, {"mine", {"eptp-0"}}, "2026-07-01").known[0].size() == 1;
  };
  EXPECT_TRUE(explained("result"));
  EXPECT_TRUE(explained("result: expected translated, observed violation"));
  EXPECT_FALSE(explained("result: expected violation, observed translated"));
}

TEST(Baseline, vector_is_known_when_entries_together_explain_all_that_deviates) {
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(1);
  const std::vector<harness::Judgement> failed = {{Verdict::fail, {}, {{"level", "1", "2"}, {"flag", "1", "0"}}}};
  const harness::KnownDeviation level{"level", "31.3", "where", "2026-12-31", {}, "question:eptp", "level: ", {}};
  const harness::KnownDeviation flag{"flag", "31.3", "where", "2026-12-31", {}, "question:eptp", "flag: ", {}};
  const auto assessed_with = [&](const std::vector<harness::KnownDeviation>& baseline, const char* today) {
    return reasons_of(assess(baseline, vectors, failed, {"mine", {"eptp-0"}}, today).known[0]);
  };
  EXPECT_EQ(assessed_with({level}, "2026-07-01"), "");
  EXPECT_EQ(assessed_with({level, flag}, "2026-07-01"), "level; flag");
  EXPECT_EQ(assessed_with({level, flag}, "2027-07-01"), "");
}

TEST(Baseline, what_was_not_asked_is_never_known) {
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(1);
  const std::vector<harness::KnownDeviation> baseline = {
      {"why", "31.3", "where", "2026-12-31", {}, "question:eptp", "", {}},
      {"why", "31.3", "where", "2026-12-31", {"eptp-0"}}};
  const auto known = [&](const char* reason) {
    const std::vector<harness::Judgement> judged = {{Verdict::error, reason, {}}};
    return !assess(baseline, vectors, judged, {"mine", {"eptp-0"}}, "2026-07-01").known[0].empty();
  };
  EXPECT_TRUE(known("hang: no answer"));
  EXPECT_FALSE(known("not asked: too many hangs"));
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
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(1);
  const std::vector<harness::KnownDeviation> baseline = {{"why", "31.3", "where", "2026-12-31", {"eptp-0"}}};
  harness::Scope scope{"mine", {"eptp-0"}};
  scope.expiry_fails = false;
  const harness::Assessment result = assess(baseline, vectors, {kFail}, scope, "2027-01-01");
  EXPECT_TRUE(result.problems.empty());
  EXPECT_EQ(result.warnings, std::vector<std::string>{"expired on 2026-12-31: why"});
  EXPECT_EQ(reasons_of(result.known[0]), "why");
}

TEST(Baseline, vector_that_was_not_run_is_no_problem) { EXPECT_TRUE(assessed("\"eptp-2\"").problems.empty()); }

TEST(Baseline, entry_with_a_filter_explains_what_deviates_as_it_says) {
  EXPECT_FALSE(assessed_by(R"("filter": "question:eptp")").known[1].empty());
  EXPECT_FALSE(assessed_by(R"("filter": "question:eptp", "deviation": "e")").known[1].empty());
  EXPECT_TRUE(assessed_by(R"("filter": "question:eptp", "deviation": "level")").known[1].empty());
  EXPECT_TRUE(assessed_by(R"("filter": "question:walk")").known[1].empty());
  EXPECT_FALSE(assessed_by(R"("filter": "question:eptp", "deviation": ": expected ")").known[1].empty());
  EXPECT_TRUE(assessed_by(R"("filter": "question:eptp", "deviation": "result: expected table, observed page")")
                  .known[1]
                  .empty());  // the level deviates too
}

TEST(Baseline, entry_whose_filter_explains_nothing_is_a_problem_when_all_vectors_were_run) {
  const auto problems = [](bool all) {
    return assessed_by(R"("filter": "question:walk")", "2026-07-01", all).problems;
  };
  EXPECT_EQ(problems(true), std::vector<std::string>{"no vector deviates as it says: why"});
  EXPECT_TRUE(problems(false).empty());
}

TEST(Baseline, entry_whose_vectors_the_target_could_not_make_is_no_problem) {
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(1);
  const std::vector<harness::KnownDeviation> baseline = {
      {"why", "31.3", "where", "2026-12-31", {}, "question:eptp", "level", {}}};
  const auto problems = [&](Verdict verdict) {
    return assess(baseline, vectors, {{verdict, "", {}}}, {"mine", {"eptp-0"}, true}, "2026-07-01").problems.size();
  };
  EXPECT_EQ(problems(Verdict::skipped), 0U);
  EXPECT_EQ(problems(Verdict::not_applicable), 0U);
  EXPECT_EQ(problems(Verdict::pass), 1U);
}

TEST(Baseline, target_without_a_path_stands_for_all_its_paths) {
  const std::vector<vectors::Vector> vectors = support::eptp_vectors(1);
  const auto concerns = [&](const std::string& named, const std::string& target) {
    const std::vector<harness::KnownDeviation> baseline = {
        {"why", "31.3", "where", "2026-12-31", {}, "question:eptp", "", {named}}};
    return !assess(baseline, vectors, {kFail}, {target, {"eptp-0"}}, "2026-07-01").known[0].empty();
  };
  EXPECT_TRUE(concerns("bochs:m", "bochs:m"));
  EXPECT_TRUE(concerns("bochs:m", "bochs:m/device"));
  EXPECT_FALSE(concerns("bochs:m", "bochs:mine"));
  EXPECT_TRUE(concerns("bochs:m/device", "bochs:m/device"));
  EXPECT_FALSE(concerns("bochs:m/device", "bochs:m"));
  EXPECT_FALSE(concerns("bochs:m/device", "bochs:m/second_operand"));
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
    return errors.size() == 1 ? errors[0].substr(errors[0].find(": ") + 2) : std::to_string(errors.size());
  };
  const std::string expected = "; expected a baseline: a JSON object with a list 'deviations'";
  EXPECT_EQ(mistakes("{\n \"deviations\": nonsense"), "no JSON" + expected);
  EXPECT_EQ(mistakes("[]"), "no list 'deviations'" + expected);
  EXPECT_EQ(mistakes(R"({"deviations": [{"reason": ""}]})"), "deviation 1: 'reason' is missing: a text");
  const auto in_entry = [&](const std::string& expires, const std::string& rest) {
    return mistakes(R"({"deviations": [{"reason": "a", "cite": "c", "link": "b", "expires": ")" + expires + "\"" +
                    rest + "}]}");
  };
  EXPECT_EQ(in_entry("tomorrow", R"(, "vectors": ["x"])"), "deviation 1: 'expires' is a day, YYYY-MM-DD");
  EXPECT_EQ(in_entry("2026-02-29", R"(, "vectors": ["x"])"), "deviation 1: 'expires' is a day, YYYY-MM-DD");
  EXPECT_EQ(in_entry("2026-01-01", R"(, "vectors": [])"), "deviation 1: 'vectors' is a list of ids");
  EXPECT_EQ(in_entry("2026-01-01", ""), "deviation 1: either 'vectors' or 'filter' is needed");
  EXPECT_EQ(in_entry("2026-01-01", R"(, "filter": "colour:blue")"),
            "deviation 1: --filter: 'colour' is none of goal, id, profile, question, rule, access");
  EXPECT_EQ(in_entry("2026-01-01", R"(, "filter": "goal:x", "deviation": 1)"),
            "deviation 1: 'deviation' is a text beside 'filter'");
}

TEST(Source, vectors_come_from_json_and_mistakes_are_named) {
  std::ostringstream text;
  vectors::write_json("usual", support::eptp_vectors(5), text);
  std::vector<std::string> errors;
  EXPECT_EQ(harness::load_vectors(file_with(text.str()), errors).vectors.size(), 5U);
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(harness::load_vectors("/nowhere", errors).vectors.empty());
  EXPECT_EQ(errors, std::vector<std::string>{
                        "/nowhere: does not exist; expected a JSON file, a directory of such files, or builtin"});
}

TEST(Source, vector_of_several_profiles_counts_once_and_belongs_to_all) {
  const std::filesystem::path directory = testing::TempDir() + "eptspec_profiles";
  std::filesystem::create_directories(directory);
  for (const char* profile : {"haswell", "skylake"}) {
    std::ofstream out(directory / (std::string(profile) + ".json"));
    vectors::write_json(profile, support::eptp_vectors(profile == std::string("haswell") ? 2 : 3), out);
  }
  std::vector<std::string> errors;
  const harness::VectorSet set = harness::load_vectors(directory, errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(set.vectors.size(), 3U);
  EXPECT_EQ(set.profiles.at("eptp-1"), (std::vector<std::string>{"haswell", "skylake"}));
  EXPECT_EQ(set.profiles.at("eptp-2"), (std::vector<std::string>{"skylake"}));
}

vectors::Vector vector_of_bit_8() {
  vectors::Vector vector = support::eptp_vectors(1)[0];
  vector.goals = {"cell/eptp/reserved_bit/bit_8"};
  return vector;
}

TEST(Selection, words_of_a_filter_must_all_hold) {
  for (const char* filter : {"", "eptp-", "reserved_bit", "id:eptp-0 goal:bit_8", "!goal:bit_9 question:eptp",
                             "rule:accepted", "profile:skylake"}) {
    EXPECT_TRUE(harness::selected(vector_of_bit_8(), {"haswell", "skylake"}, filter)) << filter;
  }
}

TEST(Selection, one_word_that_does_not_hold_is_enough) {
  for (const char* filter : {"bit_9", "id:tp", "reserved_bit !eptp-0", "question:walk", "profile:x"}) {
    EXPECT_FALSE(harness::selected(vector_of_bit_8(), {"haswell", "skylake"}, filter)) << filter;
  }
}

TEST(Selection, access_of_a_walk_is_called_as_in_reports) {
  vectors::Vector walk = vector_of_bit_8();
  EXPECT_FALSE(harness::selected(walk, {}, "access:data"));
  walk.asked.question = vectors::Question::walk;
  walk.asked.access = EPT_ACCESS_DATA_READ | EPT_ACCESS_GUEST_PAGING_STRUCTURE;
  EXPECT_TRUE(harness::selected(walk, {}, "access:data_read access:guest_paging_structure !access:data_write"));
}

TEST(Selection, unknown_key_is_refused) {
  EXPECT_THROW(harness::selected(vector_of_bit_8(), {"haswell", "skylake"}, "colour:blue"), std::runtime_error);
}

// What no file of ours is, and files that nobody can hold in memory.
TEST(File, what_cannot_be_read_whole_is_one_line) {
  const std::string huge = file_with("");
  std::filesystem::resize_file(huge, vectors::kMostFileBytes + 1);
  const auto why = [](const std::string& path) -> std::string {
    try {
      vectors::read_file(path, "cases");
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "read";
  };
  EXPECT_EQ(why("/nowhere"), "/nowhere: does not exist; expected cases");
  EXPECT_EQ(why("/tmp"), "/tmp: is a folder; expected cases");
  EXPECT_EQ(why("/dev/zero"), "/dev/zero: is a device; expected cases");
  EXPECT_EQ(why("/dev/null/x"), "/dev/null/x: Not a directory; expected cases");
  EXPECT_EQ(why(huge), huge + ": is larger than 256 MBytes; expected cases");
  EXPECT_EQ(why(file_with("cases")), "read");
}

TEST(File, pipe_is_read_until_its_end_or_the_limit) {
  const std::string path = file_with("") + ".pipe";
  std::filesystem::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const auto reads = [&](std::size_t bytes) -> std::size_t {
    std::thread writer([&] { std::ofstream(path) << std::string(bytes, 'x'); });
    std::size_t size = 0;
    try {
      size = vectors::read_file(path, "cases", 1000).size();
    } catch (const std::runtime_error&) {
    }
    writer.join();
    return size;
  };
  EXPECT_EQ(reads(1000), 1000U);
  EXPECT_EQ(reads(1001), 0U);
  std::filesystem::remove(path);
}

TEST(File, mistakes_in_json_are_plain_and_have_their_place) {
  EXPECT_EQ(vectors::plain_json_mistake("[json.exception.parse_error.101] parse error at line 1, column 2: no value"),
            "no value");
  EXPECT_EQ(vectors::plain_json_mistake("[json.exception.out_of_range.406] too \x01 large"), "too ? large");
  EXPECT_EQ(vectors::place_in("a\nbcd", 4), "2:3");
  std::vector<std::string> errors;
  vectors::read_json("{\n ?", "f", errors);
  vectors::read_json("[1e999]", "f", errors);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].substr(0, 14), "f:2:2: no JSON");
  EXPECT_EQ(errors[1].find("json.exception"), std::string::npos);
}

int owners_of(const std::string& id, unsigned shards) {
  int owners = 0;
  for (unsigned n = 1; n <= shards; ++n) owners += harness::belongs({n, shards}, id) ? 1 : 0;
  return owners;
}

TEST(Selection, shards_partition_by_id) {
  for (const vectors::Vector& vector : support::eptp_vectors(100)) EXPECT_EQ(owners_of(vector.id, 7), 1);
}

bool is_refused(const char* shard) {
  try {
    harness::parse_shard(shard);
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

TEST(Selection, shard_is_two_numbers) {
  for (const char* wrong : {"", "1", "0/2", "3/2", "1/", "/2", "1/2x", "a/b"}) EXPECT_TRUE(is_refused(wrong)) << wrong;
}

}  // namespace
