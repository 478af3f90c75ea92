// Generated vectors: canonical whatever the solver finds first, complete, related, sound in every format; and each
// check of lint refuses a sample that it must refuse.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/spec_under_test.h"
#include "vectors/format/binary.h"
#include "vectors/format/file.h"
#include "vectors/generate/coverage.h"
#include "vectors/generate/generate.h"
#include "vectors/generate/lint.h"

namespace {

using support::spec_under_test;
using vectors::Document;
using vectors::Vector;

const spec::Profile& profile() {
  const auto& all = spec_under_test().profiles;
  return *std::find_if(all.begin(), all.end(), [](const auto& one) { return one.id == "haswell_4770"; });
}

// As committed; that it is what is generated is the first test here and tests/vectors/generate/regenerate.cmake.
const Document& document() {
  static const Document committed = [] {
    const std::string path = EPTSPEC_SOURCE_DIR "/vectors/data/" + profile().id + ".json";
    std::vector<std::string> errors;
    Document read = vectors::read_json(vectors::read_file(path), path, errors);
    if (!errors.empty()) throw std::runtime_error(errors.front());
    return read;
  }();
  return committed;
}

std::string json_of(const std::vector<Vector>& list) {
  std::ostringstream out;
  vectors::write_json(profile().id, list, out);
  return out.str();
}

const Vector& with_goal(const std::string& goal) {
  return *std::find_if(document().vectors.begin(), document().vectors.end(), [&](const Vector& vector) {
    return std::find(vector.goals.begin(), vector.goals.end(), goal) != vector.goals.end();
  });
}

TEST(Generate, another_seed_and_phase_gives_the_committed_bytes) {
  EXPECT_EQ(json_of(vectors::generate_for(spec_under_test(), profile(), 7).vectors), json_of(document().vectors));
}

TEST(Coverage, a_vector_less_is_the_only_gap) {
  auto list = document().vectors;
  const std::string goal = "cell/pde_2m/reserved_bit/bit_13";
  std::erase_if(list, [&](const Vector& vector) { return vector.id == with_goal(goal).id; });
  vectors::Solving solving(spec_under_test());
  const auto coverage = vectors::coverage_of(spec_under_test(), profile(), list, solving);
  EXPECT_EQ(coverage.gaps, std::vector{goal});
  EXPECT_EQ(coverage.total(), coverage.covered + 1);
  EXPECT_EQ(coverage.kinds.at("cell").covered + 1, coverage.kinds.at("cell").total);
  EXPECT_EQ(coverage.kinds.at("guard").covered, coverage.kinds.at("guard").total);
  EXPECT_GT(coverage.kinds.at("guard").total, 100U);
}

TEST(Generate, reserved_bit_alone_differs_from_the_baseline_in_that_bit) {
  const Vector& vector = with_goal("cell/pde_2m/reserved_bit/bit_13");
  EXPECT_EQ(vector.asked.entries.at(2), 0x400000b7U | 1U << 13);
  EXPECT_EQ(vector.expected.outcome.result, EPT_MISCONFIGURATION);
}

const Vector& with_id(const std::string& id) {
  const auto& all = document().vectors;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Vector& vector) { return vector.id == id; });
  if (found == all.end()) throw std::runtime_error("no vector has the id " + id);
  return *found;
}

TEST(Generate, neighbour_is_legal_and_twin_not_present) {
  const Vector& vector = with_goal("cell/pde_2m/reserved_bit/bit_13");
  EXPECT_EQ(with_id(vector.neighbour).asked.entries.at(2), 0x400000b7U);
  EXPECT_EQ(with_id(vector.twin).expected.outcome.rules, EPT_VIOLATION_ENTRY_NOT_PRESENT);
}

TEST(Format, json_is_read_as_it_was_written) {
  std::vector<std::string> errors;
  const Document read = vectors::read_json(json_of(document().vectors), "a.json", errors);
  EXPECT_EQ(errors, std::vector<std::string>{});
  EXPECT_EQ(json_of(read.vectors), json_of(document().vectors));
}

TEST(Format, binary_is_read_as_it_was_written) {
  const std::string bytes = vectors::to_binary(document().vectors);
  EXPECT_EQ(bytes.size(), vectors::kBinaryHeader + document().vectors.size() * vectors::kBinaryRecord);
  EXPECT_EQ(vectors::to_binary(vectors::from_binary(bytes, "a.bin")), bytes);
}

bool is_refused(const std::string& bytes) {
  try {
    vectors::from_binary(bytes, "a.bin");
  } catch (const std::runtime_error&) {
    return true;
  }
  return false;
}

TEST(Format, binary_with_a_changed_byte_is_refused) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{8}, std::size_t{12}, vectors::kBinaryHeader + 40}) {
    std::string bytes = vectors::to_binary(document().vectors);
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    EXPECT_TRUE(is_refused(bytes)) << at;
  }
}

TEST(Format, json_with_an_unknown_key_says_where) {
  std::string text = json_of(document().vectors);
  const std::size_t at = text.find("{\"id\"");
  text.insert(at + 1, "\"surprise\":1,");
  std::vector<std::string> errors;
  vectors::read_json(text, "a.json", errors);
  ASSERT_EQ(errors.size(), 1U);
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
  EXPECT_EQ(errors[0], "a.json:" + std::to_string(line) + ": unknown key 'surprise'");
}

// What is wrong with a file in which the first `from` was replaced.
std::vector<std::string> mistakes_with(const std::string& from, const std::string& to) {
  std::string text = json_of(document().vectors);
  text.replace(text.find(from), from.size(), to);
  std::vector<std::string> errors;
  vectors::read_json(text, "nowhere/a.json", errors);
  return errors;
}

TEST(Format, json_that_names_what_its_tables_do_not_have_is_refused) {
  EXPECT_TRUE(mistakes_with("\"eptp\"", "\"eptp\"").empty());
  EXPECT_FALSE(mistakes_with("\"goals\":[", "\"goals\":[99999,").empty());
  EXPECT_FALSE(mistakes_with("\"expected\":\"", "\"expected\":\"un").empty());
  EXPECT_FALSE(mistakes_with("\"entries\":[", "\"entries\":[\"0x123456\",").empty());
  EXPECT_FALSE(mistakes_with("\"citations\":", "\"tables\":\"tables.json\",\"citations\":").empty());
  EXPECT_FALSE(mistakes_with("\"citations\":", "\"tables\":\"../tables.json\",\"citations\":").empty());
}

// Mistakes that lint finds when one vector is changed.
std::vector<std::string> mistakes(const std::function<void(Vector&)>& change) {
  Document changed = document();
  change(changed.vectors.front());
  return vectors::lint_document(spec_under_test(), changed, "a.json");
}

testing::AssertionResult finds(const std::string& what, const std::vector<std::string>& errors) {
  const bool found = std::any_of(errors.begin(), errors.end(),
                                 [&](const std::string& error) { return error.find(what) != std::string::npos; });
  return found ? testing::AssertionSuccess() : testing::AssertionFailure() << "no error says: " << what;
}

TEST(Lint, finds_nothing_in_what_was_generated) {
  EXPECT_EQ(mistakes([](Vector&) {}), std::vector<std::string>{});
}

TEST(Lint, refuses_what_is_not_as_computed) {
  const std::string nobody = "ept-0000000000000000";
  const std::vector<std::pair<std::string, std::function<void(Vector&)>>> samples = {
      {"the id of this content is", [&](Vector& v) { v.id = nobody; }},
      {"another result", [](Vector& v) { v.expected.outcome.rules ^= 2; }},
      {"there is no goal", [](Vector& v) { v.goals = {"walk/of/life"}; }},
      {"does not meet", [](Vector& v) { v.goals = {"cell/pte/reserved_memory_type/memory_type_2"}; }},
      {"there is no neighbour", [&](Vector& v) { v.neighbour = nobody; }},
      {"there is no twin", [&](Vector& v) { v.twin = nobody; }},
      {"'fields' are not", [](Vector& v) { v.drawn.emplace_back("more"); }},
      {"'cite' is missing", [](Vector& v) { v.cite.clear(); }},
      {"'broken' does not", [](Vector& v) { v.broken = "everything"; }},
      {"not the profile's", [](Vector& v) { v.asked.configuration.capability ^= 1; }},
      {"does not allow", [](Vector& v) { v.asked.configuration.tertiary_controls = 4; }}};
  for (const auto& [message, change] : samples) EXPECT_TRUE(finds(message, mistakes(change)));
}

TEST(Lint, refuses_tables_at_one_address) {
  const auto same_table = [](Vector& v) {
    if (v.asked.question == vectors::Question::walk) v.asked.entries.at(1) = v.asked.entries.at(0);
  };
  Document changed = document();
  std::for_each(changed.vectors.begin(), changed.vectors.end(), same_table);
  const auto errors = vectors::lint_document(spec_under_test(), changed, "a.json");
  EXPECT_TRUE(finds("two of its tables have the same address", errors));
}

TEST(Lint, refuses_the_same_id_twice) {
  Document twice = document();
  twice.vectors.push_back(twice.vectors.front());
  EXPECT_TRUE(finds("is there twice", vectors::lint_document(spec_under_test(), twice, "a.json")));
}

TEST(Lint, refuses_one_id_for_two_contents) {
  Document other = document();
  other.profile = "other";
  EXPECT_EQ(vectors::lint_ids({document(), other}), std::vector<std::string>{});
  other.vectors.front().asked.eptp ^= 0x1000;
  EXPECT_TRUE(finds("stands for two contents", vectors::lint_ids({document(), other})));
}

TEST(Lint, refuses_an_eptp_that_vm_entry_refuses) {
  Document changed = document();
  for (Vector& vector : changed.vectors) vector.asked.eptp |= 1;
  EXPECT_TRUE(finds("does not accept the EPTP", vectors::lint_document(spec_under_test(), changed, "a.json")));
}

TEST(Lint, refuses_relations_to_what_is_no_relative) {
  const std::string other = with_goal("cell/pde_2m/reserved_bit/bit_13").id;
  EXPECT_TRUE(finds("is no neighbour", mistakes([&](Vector& v) { v.neighbour = other; })));
  EXPECT_TRUE(finds("is no twin", mistakes([&](Vector& v) { v.twin = other; })));
}

TEST(Lint, refuses_an_unknown_profile) {
  Document changed = document();
  changed.profile = "z80";
  EXPECT_TRUE(finds("there is no profile 'z80'", vectors::lint_document(spec_under_test(), changed, "a.json")));
}

// Lints a directory of one file after `change`.
std::vector<std::string> directory_mistakes(const std::function<void(const std::filesystem::path&)>& change) {
  const std::filesystem::path directory =
      std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
  vectors::write_directory(directory, {document()}, "1", "2");
  change(directory);
  std::vector<std::string> errors = vectors::lint(spec_under_test(), directory);
  std::filesystem::remove_all(directory);
  return errors;
}

TEST(Lint, finds_nothing_in_a_directory_as_written) {
  EXPECT_EQ(directory_mistakes([](const auto&) {}), std::vector<std::string>{});
}

TEST(Lint, refuses_a_directory_that_is_not_its_manifest) {
  const auto file = [](const auto& directory) { return directory / (profile().id + ".json"); };
  EXPECT_TRUE(finds("the SHA-256 is not", directory_mistakes([&](const auto& directory) {
                      std::ofstream(file(directory), std::ios::app) << "\n";
                    })));
  EXPECT_TRUE(finds("tables.json:1: the SHA-256 is not", directory_mistakes([](const auto& directory) {
                      std::ofstream(directory / "tables.json", std::ios::app) << "\n";
                    })));
  EXPECT_TRUE(finds("is missing",
                    directory_mistakes([&](const auto& directory) { std::filesystem::remove(file(directory)); })));
  EXPECT_TRUE(finds("is not in the manifest",
                    directory_mistakes([](const auto& directory) { std::ofstream(directory / "more.json") << "{}"; })));
  EXPECT_TRUE(finds("not as eptspec writes it", directory_mistakes([](const auto& directory) {
                      std::ofstream(directory / "manifest.json", std::ios::app) << " ";
                    })));
}

}  // namespace
