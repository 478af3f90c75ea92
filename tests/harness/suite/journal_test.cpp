// The journal: read back as it was written, wherever it was cut off; what is none is refused.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/suite/journal.h"

namespace {

using harness::Fate;
using harness::Field;
using harness::field_of;
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
const Judgement kFail{
    Verdict::fail, {}, {{Field::result, EPTSPEC_ENTRY_TABLE, EPTSPEC_ENTRY_PAGE}, {field_of(EPT_OUTCOME_LEVEL), 1, 2}}};

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

TEST(Journal, processor_of_the_target_is_read_back_and_an_old_journal_has_none) {
  harness::JournalHeader header = kHeader;
  header.processor.registers.maxphyaddr = 46;
  header.processor.registers.capability = 0xf0106334141;
  const std::string path = file_with("");
  harness::Journal().create(path, header);
  EXPECT_EQ(harness::read_journal(path).header, header);
  EXPECT_FALSE(harness::read_journal(path).header == kHeader);
  harness::Journal().create(path, kHeader);
  EXPECT_EQ(contents(path).find("registers"), std::string::npos);
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

// One of each kind, with what is hard to write.
TEST(Journal, every_judgement_comes_back_as_it_was) {
  const std::uint64_t most = ~std::uint64_t{0};
  const std::vector<Judgement> all = {
      {Verdict::fail, {}, {{Field::result, EPTSPEC_EPTP_REFUSED, EPTSPEC_EPTP_ACCEPTED}}},
      {Verdict::fail,
       {},
       {{field_of(EPT_OUTCOME_LEVEL), 0, 5},
        {field_of(EPT_OUTCOME_MEMORY_TYPE), 6, most},
        {field_of(EPT_OUTCOME_IGNORE_PAT), 0, 1}}},
      {Verdict::fail,
       {},
       {{field_of(EPT_OUTCOME_HOST_PHYSICAL_ADDRESS), 0, most}, {field_of(EPT_SAVED_GUEST_LINEAR_ADDRESS), most, 0}}},
      {Verdict::fail, {}, {{field_of(EPT_OUTCOME_QUALIFICATION), 0, 1, 63}, {field_of(EPT_OUTCOME_CONVERTIBLE), 1, 0}}},
      {Verdict::fail, {}, {{Field::entry, 1, 0, 8, 4}, {Field::entry, most, 0x4007, {}, 1}}},
      {Verdict::error, R"(signal "6" \)", {}, Fate::crash},
      {Verdict::error, "no end", {}, Fate::hang},
      {Verdict::error, "?", {}, Fate::garbage},
      {Verdict::flaky,
       "no end",
       {{field_of(EPT_OUTCOME_CONVERTIBLE), 1, 0}},
       Fate::hang,
       {},
       {Verdict::fail, Verdict::error}},
      {Verdict::skipped, "declined", {}},
      {Verdict::not_applicable, "no such memory", {}},
      {Verdict::pass, {}, {}}};
  const std::string path = file_with("");
  harness::Journal journal;
  journal.create(path, kHeader);
  for (std::size_t n = 0; n < all.size(); ++n) journal.note(std::to_string(n), all[n]);
  journal.flush();
  const harness::JournalContent content = harness::read_journal(path);
  for (std::size_t n = 0; n < all.size(); ++n) EXPECT_EQ(content.judgements.at(std::to_string(n)), all[n]) << n;
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
    const std::size_t end = why.find("; expected a journal");
    return why.starts_with(path) && end != std::string::npos ? why.substr(path.size(), end - path.size()) : why;
  };
  EXPECT_EQ(refused(R"({"id":"x","verdict":"fail"})"), ":4: a fail without deviations");
  EXPECT_EQ(refused(R"({"id":"x","verdict":"fail","deviations":[]})"), ":4: a fail without deviations");
  const std::string right = R"({"field":"level","expected":1,"observed":2})";
  EXPECT_EQ(refused(R"({"id":"x","verdict":"pass","deviations":[)" + right + "]}"), ":4: a pass has no deviations");
  EXPECT_EQ(refused(R"({"id":"x","verdict":"fail","deviations":[)" + right + ",1]}"),
            ":4: deviations 2: not an object");
  EXPECT_EQ(refused(R"({"id":"x","verdict":"error","reason":"why"})"), ":4: an error without its fate");
  EXPECT_EQ(refused(R"({"id":"x","verdict":"good"})"), ":4: 'verdict' cannot be \"good\"");
  for (const std::string verdict : {"skipped", "not_applicable", "error"}) {
    EXPECT_EQ(refused(R"({"id":"x","fate":"crash","verdict":")" + verdict + "\"}"),
              ":4: the verdict " + verdict + " without a reason");
  }
  EXPECT_EQ(refused(R"({"id":"x","verdict":"flaky","times":["fail"]})"), ":4: a flake without its two verdicts");
  EXPECT_TRUE(refused("nonsense").starts_with(":4:2: no JSON: "));
  EXPECT_EQ(refused(R"({"id":"x","verdict":"pass"})"), "");
  std::ofstream(path) << "{}\n";
  EXPECT_EQ(why_refused(path), path + ":1: 'eptspec_journal' is missing; expected a journal that run --journal wrote");
}

}  // namespace
