// Broken input ends as diagnostics with their place, each of them and no other, and never as a specification. Each file
// in tests/spec/bad says in its first lines what is expected: "# expect: LINE:COLUMN: MESSAGE".
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "spec/load.h"

namespace {

namespace fs = std::filesystem;

const fs::path kSource = EPTSPEC_SOURCE_DIR;

std::vector<std::string> expected_of(const fs::path& path) {
  const std::string mark = "# expect: ";
  std::vector<std::string> expected;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line) && line.starts_with(mark);)
    expected.push_back(line.substr(mark.size()));
  std::sort(expected.begin(), expected.end());
  return expected;
}

// What load reports about the overlay, as "LINE:COLUMN: MESSAGE", or "MESSAGE" for the file as a whole.
std::vector<std::string> reported_of(const fs::path& overlay) {
  static spec::Trees known;
  spec::Diagnostics diagnostics;
  EXPECT_FALSE(spec::load(kSource / "spec", diagnostics, overlay, &known).has_value());
  std::vector<std::string> reported;
  for (const auto& [place, message] : diagnostics.sorted()) {
    if (place.file != overlay.string()) continue;
    reported.push_back(place.line == 0 ? message : fmt::format("{}:{}: {}", place.line, place.column, message));
  }
  std::sort(reported.begin(), reported.end());
  return reported;
}

std::vector<std::string> bad_files() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kSource / "tests/spec/bad")) names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

class BadFile : public testing::TestWithParam<std::string> {};

TEST_P(BadFile, is_refused_with_exactly_the_expected_diagnostics) {
  const fs::path path = kSource / "tests/spec/bad" / (GetParam() + ".yaml");
  const std::vector<std::string> expected = expected_of(path);
  ASSERT_FALSE(expected.empty()) << path << " has no '# expect:' line";
  EXPECT_EQ(reported_of(path), expected);
}

INSTANTIATE_TEST_SUITE_P(bad, BadFile, testing::ValuesIn(bad_files()), [](const auto& file) { return file.param; });

// A folder for files that cannot stand in the repository.
class MadeFile : public testing::Test {
 protected:
  MadeFile() { fs::create_directories(folder_); }
  ~MadeFile() override { fs::remove_all(folder_); }

  fs::path write(const std::string& content) {
    std::ofstream(path_, std::ios::binary) << content;
    return path_;
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) /
      fmt::format("eptspec_bad_{}_{}", getpid(), testing::UnitTest::GetInstance()->current_test_info()->name());
  const fs::path path_ = folder_ / "made.yaml";
};

using Reported = std::vector<std::string>;

TEST_F(MadeFile, empty_file_is_refused) {
  EXPECT_EQ(reported_of(write("")), Reported{"1:1: the file is empty; expected a YAML document with a 'kind'"});
}

TEST_F(MadeFile, file_of_blank_lines_is_refused) {
  EXPECT_EQ(reported_of(write("\n\n  \n")), Reported{"1:1: the file is empty; expected a YAML document with a 'kind'"});
}

TEST_F(MadeFile, invalid_utf8_is_refused_at_its_first_byte) {
  EXPECT_EQ(reported_of(write("kind: format\nid: p\xc3\x28")),
            Reported{"2:6: byte c3H is not valid UTF-8; expected a UTF-8 text file"});
}

TEST_F(MadeFile, utf16_is_refused) {
  EXPECT_EQ(reported_of(write(std::string("\xff\xfek\0i\0", 6))),
            Reported{"1:1: byte ffH is not valid UTF-8; expected a UTF-8 text file"});
}

TEST_F(MadeFile, zero_byte_is_refused) {
  EXPECT_EQ(reported_of(write(std::string("kind: \0", 7))),
            Reported{"1:7: control character 00H; expected text, indented by spaces"});
}

TEST_F(MadeFile, file_of_1_gbyte_is_refused_unread) {
  write("");
  fs::resize_file(path_, std::uintmax_t{1} << 30);
  EXPECT_EQ(reported_of(path_), Reported{"the file has 1073741824 bytes; expected at most 262144"});
}

TEST_F(MadeFile, folder_in_place_of_a_file_is_refused) {
  EXPECT_EQ(reported_of(folder_), Reported{"this is no regular file; expected a YAML file"});
}

TEST_F(MadeFile, missing_file_is_refused) {
  EXPECT_EQ(reported_of(path_), Reported{"there is no such file; expected a YAML file"});
}

// Gives up root's right to read everything, which would make the file readable.
class AsNobody {
 public:
  AsNobody() : changed_(geteuid() == 0 && seteuid(65534) == 0) {}
  ~AsNobody() {
    if (changed_ && seteuid(0) != 0) std::abort();
  }

 private:
  bool changed_;
};

TEST_F(MadeFile, unreadable_file_is_refused) {
  write("kind: format\n");
  fs::permissions(path_, fs::perms::none);
  const AsNobody nobody;
  EXPECT_EQ(reported_of(path_), Reported{"the file cannot be read; expected a readable file"});
}

TEST_F(MadeFile, chain_of_6000_conditions_does_not_exhaust_the_stack) {
  std::string text = "kind: walk\nsources: {a: {volume: b, section: c, at: d, edition: e}}\nconditions:\n";
  for (int i = 0; i < 6000; ++i) text += fmt::format("  - {{id: c{:04}, when: condition.c{:04}}}\n", i, i + 1);
  EXPECT_FALSE(reported_of(write(text)).empty());
}

TEST_F(MadeFile, message_shows_no_control_character_and_no_long_input) {
  const auto reported = reported_of(write("kind: \"\\e[31m" + std::string(10000, 'x') + "\"\n"));
  ASSERT_FALSE(reported.empty());
  for (const std::string& message : reported) {
    EXPECT_LT(message.size(), 500U);
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
  }
}

TEST_F(MadeFile, folder_without_files_is_refused_with_its_missing_folders) {
  spec::Diagnostics diagnostics;
  EXPECT_FALSE(spec::load(folder_, diagnostics).has_value());
  EXPECT_EQ(diagnostics.sorted().size(), 5U);
}

TEST_F(MadeFile, specification_without_one_file_is_refused_with_its_kind) {
  fs::copy(kSource / "spec", folder_ / "spec", fs::copy_options::recursive);
  fs::remove(folder_ / "spec/semantics/walk.yaml");
  spec::Diagnostics diagnostics;
  EXPECT_FALSE(spec::load(folder_ / "spec", diagnostics).has_value());
  ASSERT_EQ(diagnostics.sorted().size(), 1U);
  EXPECT_EQ(diagnostics.sorted().front().message, "no file has kind walk; expected the whole specification");
}

}  // namespace
