// Each check of lint refuses a sample that it must refuse.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "tests/support/spec_under_test.h"
#include "tests/vectors/format/samples.h"
#include "vectors/format/file.h"
#include "vectors/generate/dense.h"
#include "vectors/lint/lint.h"

namespace {

using samples::committed;
using samples::with_goal;
using support::spec_under_test;
using vectors::Document;
using vectors::Purpose;
using vectors::Vector;

// Mistakes that lint finds in a changed document.
std::vector<std::string> mistakes(const std::function<void(Document&)>& change) {
  Document changed = committed();
  change(changed);
  return vectors::lint_document(spec_under_test(), changed, "a.jsonl");
}

testing::AssertionResult finds(const std::string& what, const std::vector<std::string>& errors) {
  return samples::has(errors, what) ? testing::AssertionSuccess()
                                    : testing::AssertionFailure() << "no error says: " << what;
}

// The purpose of a vector that breaks a rule.
Purpose& cell(Document& document) {
  return *std::find_if(document.purposes.begin(), document.purposes.end(),
                       [](const Purpose& purpose) { return purpose.goal == "cell/pde_2m/reserved_bit/bit_13"; });
}

Document some_dense() {
  Document dense = vectors::renamed(samples::dense(), vectors::kDenseProfile);
  dense.vectors.resize(300);
  return dense;
}

TEST(Lint, finds_nothing_in_what_was_generated) {
  EXPECT_EQ(mistakes([](Document&) {}), std::vector<std::string>{});
}

TEST(Lint, refuses_vectors_that_the_profile_does_not_have) {
  const std::vector<std::pair<std::string, std::function<void(Vector&)>>> samples = {
      {"no goal names it", [](Vector& v) { v.goals.clear(); }},
      {"'cite' is missing", [](Vector& v) { v.cite.clear(); }},
      {"not the profile's", [](Vector& v) { v.asked.registers.capability ^= 1; }},
      {"does not allow", [](Vector& v) { v.asked.registers.tertiary_controls = 4; }}};
  for (const auto& sample : samples)
    EXPECT_TRUE(finds(sample.first, mistakes([&](Document& d) { sample.second(d.vectors.front()); })));
}

TEST(Lint, refuses_purposes_that_are_not_as_computed) {
  const std::string other = with_goal("cell/pde_2m/reserved_bit/bit_14").id;
  const std::vector<std::pair<std::string, std::function<void(Purpose&)>>> samples = {
      {"there is no such goal", [](Purpose& p) { p.goal = "walk/of/life"; }},
      {"there is no vector", [](Purpose& p) { p.vector = "ept-0000000000000000"; }},
      {"does not meet it", [&](Purpose& p) { p.vector = other; }},
      {"another citation", [](Purpose& p) { p.cite = "SDM Vol. 1"; }},
      {"'neighbour' is no neighbour", [&](Purpose& p) { p.neighbour = other; }},
      {"'neighbour' is no neighbour", [&](Purpose& p) { p.neighbour.clear(); }},
      {"'twin' is no twin", [&](Purpose& p) { p.twin = other; }}};
  for (const auto& sample : samples)
    EXPECT_TRUE(finds(sample.first, mistakes([&](Document& d) { sample.second(cell(d)); })));
}

TEST(Lint, refuses_a_dense_vector_that_shows_nothing) {
  Document dense = some_dense();
  EXPECT_EQ(vectors::lint_document(spec_under_test(), dense, "any.bin"), std::vector<std::string>{});
  // Two rules are broken at once, and neither is seen alone.
  const auto entry = std::find_if(dense.vectors.begin(), dense.vectors.end(), [](const Vector& one) {
    return one.asked.question == vectors::Question::entry && one.expected.classification.kind == EPT_MISCONFIGURED;
  });
  ASSERT_NE(entry, dense.vectors.end());
  entry->asked.registers.maxphyaddr = 36;
  entry->asked.entries.front() = EPT_ENTRY_WRITE | ept_word{1} << 51;
  entry->expected = vectors::expected_of(entry->asked);
  EXPECT_TRUE(finds("it shows no rule alone", vectors::lint_document(spec_under_test(), dense, "any.bin")));
}

TEST(Lint, refuses_what_is_found_in_an_order_that_is_not_stated) {
  const auto both = [](Vector& v) {
    if (v.asked.question != vectors::Question::walk) return;
    v.asked.guest_physical_address |= EPT_GPA_BITS_51_48;
    v.asked.entries.front() |= EPT_ENTRY_READ | 0x8;
  };
  EXPECT_TRUE(finds("which comes first is not stated",
                    mistakes([&](Document& d) { std::for_each(d.vectors.begin(), d.vectors.end(), both); })));
}

TEST(Lint, refuses_tables_at_one_address) {
  const auto same_table = [](Vector& v) {
    if (v.asked.question == vectors::Question::walk) v.asked.entries.at(1) = v.asked.entries.at(0);
  };
  EXPECT_TRUE(finds("two of its tables have the same address",
                    mistakes([&](Document& d) { std::for_each(d.vectors.begin(), d.vectors.end(), same_table); })));
}

TEST(Lint, refuses_the_same_id_twice) {
  EXPECT_TRUE(finds("is there twice", mistakes([](Document& d) { d.vectors.push_back(d.vectors.front()); })));
}

TEST(Lint, refuses_one_id_for_two_cases) {
  Document other = committed();
  other.profile = "other";
  EXPECT_EQ(vectors::lint_ids({committed(), other}), std::vector<std::string>{});
  other.vectors.front().asked.registers.eptp ^= 0x1000;
  EXPECT_TRUE(finds("stands for two cases", vectors::lint_ids({committed(), other})));
}

TEST(Lint, refuses_an_eptp_that_vm_entry_refuses) {
  EXPECT_TRUE(finds("does not accept the EPTP", mistakes([](Document& d) {
                      for (Vector& vector : d.vectors) vector.asked.registers.eptp |= 1;
                    })));
}

TEST(Lint, refuses_an_unknown_profile) {
  EXPECT_TRUE(finds("there is no profile 'z80'", mistakes([](Document& d) { d.profile = "z80"; })));
}

std::filesystem::path directory_of_test() {
  return std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
}

// Lints a directory with a file of lines and a binary one after `change`.
std::vector<std::string> directory_mistakes(const std::function<void(const std::filesystem::path&)>& change) {
  const std::filesystem::path directory = directory_of_test();
  vectors::write_directory(directory, {committed(), some_dense()}, "1", "2");
  change(directory);
  std::vector<std::string> errors = vectors::lint(spec_under_test(), directory);
  std::filesystem::remove_all(directory);
  return errors;
}

TEST(Lint, finds_nothing_in_a_directory_as_written) {
  EXPECT_EQ(directory_mistakes([](const auto&) {}), std::vector<std::string>{});
}

TEST(Lint, refuses_a_directory_that_is_not_its_manifest) {
  const auto file = [](const auto& directory) { return directory / (samples::kProfile + std::string(".jsonl")); };
  EXPECT_TRUE(finds("the SHA-256 is not", directory_mistakes([&](const auto& directory) {
                      std::ofstream(file(directory), std::ios::app) << "\n";
                    })));
  EXPECT_TRUE(finds("citations.jsonl:1: the SHA-256 is not", directory_mistakes([](const auto& directory) {
                      std::ofstream(directory / "citations.jsonl", std::ios::app) << "\n";
                    })));
  EXPECT_TRUE(finds("is missing",
                    directory_mistakes([&](const auto& directory) { std::filesystem::remove(file(directory)); })));
  EXPECT_TRUE(finds("is not in the manifest", directory_mistakes([](const auto& directory) {
                      std::ofstream(directory / "more.jsonl") << "{}";
                    })));
  EXPECT_TRUE(finds("not as eptspec writes it", directory_mistakes([](const auto& directory) {
                      std::ofstream(directory / "manifest.json", std::ios::app) << " ";
                    })));
}

TEST(Lint, blames_a_damaged_binary_file_by_its_name) {
  const auto damaged = [](const std::function<std::string(std::string)>& damage) {
    return directory_mistakes([&](const auto& directory) {
      const std::filesystem::path file = directory / "any.bin";
      vectors::write_file(file, damage(vectors::read_file(file)));
    });
  };
  const auto other_byte = [](std::size_t at) {
    return [at](std::string bytes) {
      bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
      return bytes;
    };
  };
  const std::vector<std::pair<std::string, std::vector<std::string>>> samples = {
      {"any.bin: byte 0: no file of vectors", damaged(other_byte(0))},
      {"any.bin: byte 0: no file of vectors", damaged([](const std::string&) { return std::string(); })},
      {"the id is not that of the case", damaged(other_byte(16 + 72 + 2))}};
  for (const auto& [what, mistakes] : samples) {
    EXPECT_TRUE(finds("any.bin: the SHA-256 is not that of the manifest", mistakes)) << what;
    EXPECT_TRUE(finds(what, mistakes)) << what;
    EXPECT_EQ(mistakes.size(), 2U) << what << ": " << mistakes.back();
  }
}

TEST(Lint, directory_written_again_loses_its_own_files_only) {
  const std::filesystem::path directory = directory_of_test();
  vectors::write_directory(directory, {committed(), some_dense()}, "1", "2");
  std::ofstream(directory / "firmware.bin") << "somebody's";
  vectors::write_directory(directory, {committed()}, "1", "2");
  EXPECT_TRUE(std::filesystem::exists(directory / "firmware.bin"));
  EXPECT_FALSE(std::filesystem::exists(directory / "any.bin"));
  std::filesystem::remove_all(directory);
}

}  // namespace
