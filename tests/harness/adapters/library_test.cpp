// The words of memory on their way to a library and back.
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/adapters/adapter.h"

namespace {

using harness::Fate;
using harness::Observation;
using harness::PutCase;

std::vector<PutCase> cases_of(std::size_t cases, std::size_t words) {
  std::vector<PutCase> all(cases);
  std::uint64_t value = 0;
  for (PutCase& one : all) {
    one.id = static_cast<std::uint64_t>(&one - all.data()) + 1;
    for (std::size_t n = 0; n < words; ++n) one.words.push_back({8 * n, ++value});
  }
  return all;
}

std::vector<Observation> seen_of(const std::vector<PutCase>& cases, const char* behaviour, std::size_t batch = 1024) {
  setenv("EPTSPEC_TEST_BEHAVIOUR", behaviour, 1);
  const auto adapter = harness::open_library(EPTSPEC_HOSTILE_LIBRARY, {.timeout_seconds = 20, .batch = batch});
  std::vector<Observation> seen(cases.size());
  adapter->run(cases, seen);
  return seen;
}

// The library sets bits of what is to be 0; a batch of two has less memory at first than such cases need.
TEST(Library, gives_every_word_of_cases_with_many_back) {
  std::vector<PutCase> cases = cases_of(9, 300);
  cases[4].words.resize(5000);
  cases[5].words.clear();
  const std::vector<Observation> seen = seen_of(cases, "invert_words", 2);
  for (std::size_t n = 0; n < cases.size(); ++n) {
    ASSERT_EQ(seen[n].fate, Fate::answered) << seen[n].detail;
    ASSERT_EQ(seen[n].answer.words.size(), cases[n].words.size());
    for (std::size_t k = 0; k < cases[n].words.size(); ++k)
      ASSERT_EQ(seen[n].answer.words[k], ~cases[n].words[k].value) << n << " " << k;
  }
}

TEST(Library, words_elsewhere_than_where_they_belong_are_no_answer) {
  for (const char* behaviour : {"own_words", "no_words", "wild_words"}) {
    const std::vector<Observation> seen = seen_of(cases_of(9, 3), behaviour);
    for (std::size_t n = 0; n < seen.size(); ++n)
      EXPECT_EQ(seen[n].fate, n == 6 ? Fate::garbage : Fate::answered) << behaviour << " " << seen[n].detail;
    EXPECT_EQ(seen[6].detail, "the answer brings 0 of 3 words") << behaviour;
  }
}

TEST(Library, pointer_to_words_that_are_not_filled_in_does_not_count) {
  for (const Observation& one : seen_of(cases_of(9, 3), "wild_words_unused")) EXPECT_EQ(one.fate, Fate::answered);
}

}  // namespace
