// Generated vectors: canonical whatever the solver finds first, complete, and stable when a goal is added.
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/spec_under_test.h"
#include "tests/vectors/format/samples.h"
#include "vectors/format/file.h"
#include "vectors/format/lines.h"
#include "vectors/format/manifest.h"
#include "vectors/generate/generate.h"

namespace {

using samples::committed;
using samples::with_goal;
using support::spec_under_test;
using vectors::Document;
using vectors::Vector;

const spec::Profile& profile(const std::string& id = samples::kProfile) {
  const auto& all = spec_under_test().profiles;
  return *std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
}

std::string lines_of(const Document& document) {
  std::ostringstream out;
  vectors::write_lines(document, out);
  return out.str();
}

TEST(Generate, another_seed_and_phase_gives_the_committed_bytes) {
  EXPECT_EQ(lines_of(vectors::generate_for(spec_under_test(), profile(), 7)), lines_of(committed()));
}

TEST(Generate, processor_on_which_ept_cannot_be_on_has_no_walks) {
  for (const char* id : {"synthetic_no_ept", "synthetic_true_differs"})
    EXPECT_TRUE(vectors::generate_for(spec_under_test(), profile(id)).vectors.empty()) << id;
}

TEST(Coverage, a_vector_less_is_the_only_gap) {
  auto list = committed().vectors;
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

TEST(Generate, reserved_bit_alone_differs_from_the_plain_entry_in_that_bit) {
  const Vector& vector = with_goal("cell/pde_2m/reserved_bit/bit_13");
  EXPECT_EQ(vector.asked.entries.at(2), 0x400000b7U | 1U << 13);
  EXPECT_EQ(vector.expected.outcome.result, EPT_MISCONFIGURATION);
}

using Files = std::map<std::string, std::multiset<std::string>>;  // by name, the lines

Files directory_of(const Document& document) {
  const std::filesystem::path directory = std::filesystem::path(testing::TempDir()) / "eptspec_one_goal_more";
  vectors::write_directory(directory, {document}, "1", document.manual);
  Files files;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    std::istringstream text(vectors::read_file(file.path()));
    for (std::string line; std::getline(text, line);) files[file.path().filename()].insert(line);
  }
  std::filesystem::remove_all(directory);
  return files;
}

std::size_t lines_missing(const std::multiset<std::string>& lines, const std::multiset<std::string>& from) {
  std::vector<std::string> missing;
  std::set_difference(lines.begin(), lines.end(), from.begin(), from.end(), std::back_inserter(missing));
  return missing.size();
}

// What generate_for makes.
vectors::Document of_walks(vectors::Document all) {
  std::set<std::string> checks;
  for (const Vector& one : all.vectors) {
    if (one.asked.question == vectors::Question::check) checks.insert(one.id);
  }
  std::erase_if(all.vectors, [&](const Vector& one) { return checks.contains(one.id); });
  std::erase_if(all.purposes, [&](const vectors::Purpose& one) { return checks.contains(one.vector); });
  return all;
}

// docs/vectors.md states the numbers. The goal breaks a rule, so its vector brings a neighbour and a twin along.
TEST(Generate, a_goal_more_only_adds_lines_and_changes_the_manifest) {
  const std::string id = "synthetic_five_levels";
  const auto goals = vectors::all_goals(spec_under_test(), profile(id).maxphyaddr);
  vectors::Goal more = *std::find_if(goals.begin(), goals.end(), [](const vectors::Goal& goal) {
    return goal.id == "cell/eptp/eptp_reserved_bit/bit_08";
  });
  more.id = "newcomer/eptp/root_at_5000";
  more.demands.push_back({vectors::Demand::Subject::eptp, 0xf000, 0x5000});
  const Files before = directory_of(of_walks(samples::committed(id)));
  const Files after = directory_of(vectors::generate_for(spec_under_test(), profile(id), 0, {more}));
  ASSERT_EQ(before.size(), 3U);
  ASSERT_EQ(after.size(), 3U);
  EXPECT_EQ(after.at("citations.jsonl"), before.at("citations.jsonl"));
  EXPECT_EQ(lines_missing(before.at(id + ".jsonl"), after.at(id + ".jsonl")), 0U);
  EXPECT_EQ(lines_missing(after.at(id + ".jsonl"), before.at(id + ".jsonl")), 3U);      // goal, vector, neighbour
  EXPECT_EQ(lines_missing(before.at("manifest.json"), after.at("manifest.json")), 3U);  // two counts and a hash
}

}  // namespace
