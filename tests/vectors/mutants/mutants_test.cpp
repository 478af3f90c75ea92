// Mutants and how they are judged: many, each once; a gap among the vectors leaves one alive with a case that shows it;
// no change at all is proved to be none.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/spec_under_test.h"
#include "tests/vectors/format/samples.h"
#include "vectors/mutants/adequacy.h"

namespace {

using support::spec_under_test;
using vectors::Fate;
using vectors::Finding;
using vectors::Trial;

const std::vector<Trial>& trials() {
  static const std::vector<Trial> read = vectors::trials_of(samples::committed().vectors);
  return read;
}

vectors::Mutants named(const std::string& id) {
  vectors::Mutants mutants = vectors::all_mutants(spec_under_test());
  std::erase_if(mutants, [&](const vectors::Mutant& mutant) { return mutant.id != id; });
  return mutants;
}

Finding finding(const std::string& id, const std::vector<Trial>& with) {
  const auto one = named(id);
  if (one.size() != 1) throw std::logic_error("there is no single mutant " + id);
  return vectors::assess(spec_under_test(), one, with).front();
}

TEST(Mutants, there_are_at_least_500_and_no_id_twice) {
  const auto mutants = vectors::all_mutants(spec_under_test());
  std::set<std::string> ids;
  for (const vectors::Mutant& mutant : mutants) ids.insert(mutant.id);
  EXPECT_GE(mutants.size(), 500U);
  EXPECT_EQ(ids.size(), mutants.size());
}

TEST(Mutants, specification_as_it_is_agrees_with_every_vector) {
  EXPECT_EQ(vectors::disagreements(spec_under_test(), trials()), std::vector<std::string>{});
}

TEST(Mutants, vector_that_expects_something_else_is_a_disagreement) {
  auto wrong = trials();
  wrong.front().expected.result ^= 1;
  EXPECT_EQ(vectors::disagreements(spec_under_test(), wrong), std::vector{wrong.front().id});
}

TEST(Mutants, reserved_bit_13_of_pde_2m_permitted_is_killed) {
  EXPECT_EQ(finding("bit/pde_2m/13", trials()).fate, Fate::killed);
}

// Without any vector that kills it the mutant lives, and the case that is shown would kill it.
TEST(Mutants, thinned_vectors_leave_a_mutant_alive_with_a_case_that_kills_it) {
  auto thinned = trials();
  Finding found = finding("bit/pde_2m/13", thinned);
  while (found.fate == Fate::killed) {
    std::erase_if(thinned, [&](const Trial& trial) { return trial.id == found.killer; });
    found = finding("bit/pde_2m/13", thinned);
  }
  ASSERT_EQ(found.fate, Fate::alive);
  EXPECT_GT(thinned.size(), trials().size() / 2);
  const vectors::Case& shows = found.shows.at(0);
  const Trial added = {"added", shows, vectors::expected_answer(shows, vectors::expected_of(shows))};
  EXPECT_EQ(finding("bit/pde_2m/13", {added}).fate, Fate::killed);
}

TEST(Mutants, walk_length_6_of_an_eptp_that_is_refused_anyway_is_equivalent) {
  EXPECT_EQ(finding("condition/five_level_walk/when/with_5", trials()).fate, Fate::equivalent);
}

TEST(Mutants, permissions_of_the_root_only_are_noticed) {
  EXPECT_EQ(finding("walker/root_only", trials()).fate, Fate::killed);
}

TEST(Mutants, walker_that_no_solver_can_be_asked_about_is_unknown) {
  EXPECT_EQ(finding("walker/root_only", {trials().front()}).fate, Fate::unknown);
}

TEST(Mutants, format_that_nothing_tells_apart_is_rejected) {
  EXPECT_EQ(finding("format/pde_2m/page_size/ignored", trials()).fate, Fate::rejected);
}

TEST(Mutants, score_counts_unknown_as_alive_and_leaves_out_equivalent_and_rejected) {
  std::vector<Finding> findings(5);
  for (std::size_t i = 0; i < findings.size(); ++i) findings[i].fate = vectors::kFates[i];
  EXPECT_EQ(vectors::score_of(findings).killed, 1U);
  EXPECT_EQ(vectors::score_of(findings).counted, 3U);
}

TEST(Answer, entries_of_one_address_and_different_values_fit_no_memory) {
  vectors::Case asked;
  asked.registers.eptp = 0x101e;
  asked.level = 4;
  asked.entries = {0x3007, 0x3007, 0x4007, 0x40000037};  // levels 3 and 2 both at 3000H
  EXPECT_FALSE(vectors::fits_memory(asked));
  asked.entries = {0x2007, 0x3007, 0x4007, 0x40000037};
  EXPECT_TRUE(vectors::fits_memory(asked));
}

}  // namespace
