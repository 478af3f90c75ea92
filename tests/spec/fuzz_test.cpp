// The loader under mutated copies of the real files: it never crashes, and it returns a specification exactly when it
// has nothing to report. EPTSPEC_FUZZ_SEED sets another seed; each failure names the seed, the mutation and its text.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "spec/load.h"

namespace {

namespace fs = std::filesystem;

const fs::path kSpec = fs::path(EPTSPEC_SOURCE_DIR) / "spec";
constexpr unsigned kSeed = 20260101;
constexpr unsigned kShares = 4;  // of the mutations, each a test, so that CTest can run them side by side
#ifdef __SANITIZE_ADDRESS__
constexpr int kMutationsOfShare = 125;  // each takes ten times as long
constexpr std::size_t kBytesBetweenCuts = 397;
#else
constexpr int kMutationsOfShare = 500;
constexpr std::size_t kBytesBetweenCuts = 97;
#endif

unsigned seed() {
  const char* const text = std::getenv("EPTSPEC_FUZZ_SEED");
  return text == nullptr ? kSeed : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t end) { return end == 0 ? 0 : random() % end; }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& lines) { return fmt::format("{}\n", fmt::join(lines, "\n")); }

std::string remove_line(const std::string& text, Random& random) {
  auto lines = lines_of(text);
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(below(random, lines.size())));
  return joined(lines);
}

std::string repeat_line(const std::string& text, Random& random) {
  auto lines = lines_of(text);
  const std::string line = lines[below(random, lines.size())];
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(below(random, lines.size())), line);
  return joined(lines);
}

std::string truncate(const std::string& text, Random& random) { return text.substr(0, below(random, text.size())); }

std::string change_byte(const std::string& text, Random& random) {
  std::string result = text;
  result[below(random, result.size())] = static_cast<char>(random() & 0xffU);
  return result;
}

std::string insert_piece(const std::string& text, Random& random) {
  constexpr std::array<const char*, 24> kPieces = {"[",  "]", "{",    "}",     "- ",    ": ", ", ",   "# ",
                                                   "\"", "'", "&a ",  "*a",    "!a",    "? ", "not ", "| ",
                                                   "> ", "~", "<<: ", "---\n", "...\n", "\n", "%Y ",  "\t"};
  std::string result = text;
  return result.insert(below(random, result.size()), kPieces[below(random, kPieces.size())]);
}

// Replaces one word by another of the file or by an awkward value.
std::string replace_word(const std::string& text, Random& random) {
  constexpr std::array<const char*, 12> kValues = {"[]",
                                                   "{}",
                                                   "~",
                                                   "-1",
                                                   "64",
                                                   "0x",
                                                   "18446744073709551615",
                                                   "maxphyaddr",
                                                   "\"\"",
                                                   "[[]]",
                                                   "{a: b}",
                                                   "condition.present"};
  const std::string ends = " ,:[]{}\n\"";
  const auto word_at = [&](std::size_t at) {
    const std::size_t start = text.find_first_not_of(ends, at);
    if (start == std::string::npos) return std::pair{text.size(), std::size_t{0}};
    return std::pair{start, std::min(text.find_first_of(ends, start), text.size()) - start};
  };
  const auto [start, length] = word_at(below(random, text.size()));
  const auto [other, other_length] = word_at(below(random, text.size()));
  const std::string value =
      random() % 2 == 0 ? kValues[below(random, kValues.size())] : text.substr(other, other_length);
  return text.substr(0, start) + value + text.substr(start + length);
}

using Mutate = std::function<std::string(const std::string&, Random&)>;
const std::vector<std::pair<const char*, Mutate>> kMutate = {
    {"remove_line", remove_line}, {"repeat_line", repeat_line},   {"truncate", truncate},
    {"change_byte", change_byte}, {"insert_piece", insert_piece}, {"replace_word", replace_word},
};

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

// Works on a copy of the specification with one profile and short texts: half the time, and nothing else is different.
class LoadFuzz : public testing::Test {
 protected:
  LoadFuzz() {
    const std::regex long_text(R"re((text|reason): "[^"]*")re");
    for (const char* folder : {"registers", "formats", "semantics", "checks", "profiles"}) {
      fs::create_directories(folder_ / folder);
      for (const auto& entry : fs::directory_iterator(kSpec / folder)) {
        if (folder == std::string("profiles") && entry.path().stem() != "alderlake_12500") continue;
        files_.push_back(folder_ / folder / entry.path().filename());
        write(files_.back(), std::regex_replace(text_of(entry.path()), long_text, "$1: \"Text.\""));
      }
    }
    std::sort(files_.begin(), files_.end());
  }
  ~LoadFuzz() override { fs::remove_all(folder_); }

  void expect_consistent(const std::string& text) {
    write(overlay_, text);
    spec::Diagnostics diagnostics;
    const bool loaded = spec::load(folder_, diagnostics, overlay_, &known_).has_value();
    EXPECT_EQ(loaded, diagnostics.empty()) << text;
  }

  std::vector<fs::path> files_;
  spec::Trees known_;
  const fs::path folder_ = fs::path(testing::TempDir()) / fmt::format("eptspec_fuzz_{}", getpid());
  const fs::path overlay_ = folder_ / "overlay.yaml";
};

TEST_F(LoadFuzz, copy_without_mutation_loads) {
  for (const fs::path& path : files_) {
    spec::Diagnostics diagnostics;
    EXPECT_TRUE(spec::load(folder_, diagnostics, path, &known_).has_value()) << path;
  }
}

class LoadFuzzShare : public LoadFuzz, public testing::WithParamInterface<unsigned> {};

TEST_P(LoadFuzzShare, mutated_file_loads_exactly_when_nothing_is_reported) {
  Random random(seed() + GetParam());
  for (int i = 0; i < kMutationsOfShare; ++i) {
    const fs::path& path = files_[below(random, files_.size())];
    const auto& [name, mutate] = kMutate[below(random, kMutate.size())];
    SCOPED_TRACE(
        fmt::format("seed {}, share {}, mutation {}: {} in {}", seed(), GetParam(), i, name, path.filename().string()));
    expect_consistent(mutate(text_of(path), random));
  }
}

INSTANTIATE_TEST_SUITE_P(share, LoadFuzzShare, testing::Range(0U, kShares));

TEST_F(LoadFuzz, file_cut_anywhere_loads_exactly_when_nothing_is_reported) {
  for (const fs::path& path : files_) {
    const std::string text = text_of(path);
    for (std::size_t size = 0; size < text.size(); size += kBytesBetweenCuts) {
      SCOPED_TRACE(fmt::format("{} cut after {} bytes", path.filename().string(), size));
      expect_consistent(text.substr(0, size));
    }
  }
}

}  // namespace
