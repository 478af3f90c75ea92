// Generated vectors: canonical whatever the solver finds first, complete, related, sound in every format; and each
// check of lint refuses a sample that it must refuse.
#include <algorithm>
#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/spec_under_test.h"
#include "vectors/binary.h"
#include "vectors/coverage.h"
#include "vectors/generate.h"
#include "vectors/lint.h"

namespace {

using support::spec_under_test;
using vectors::Document;
using vectors::Vector;

const spec::Profile& profile() {
  const auto& all = spec_under_test().profiles;
  return *std::find_if(all.begin(), all.end(), [](const auto& one) { return one.id == "haswell_4770"; });
}

const Document& document() {
  static const Document made = {profile().id, vectors::generate_for(spec_under_test(), profile()).vectors};
  return made;
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

// Remembers what it was asked, which takes most of the time.
vectors::Solving& solving() {
  static vectors::Solving shared(spec_under_test());
  return shared;
}

TEST(Generate, another_seed_and_phase_gives_the_same_bytes) {
  EXPECT_EQ(json_of(vectors::generate_for(spec_under_test(), profile(), 7).vectors), json_of(document().vectors));
}

TEST(Generate, every_goal_that_is_possible_is_covered) {
  const auto coverage = vectors::coverage_of(spec_under_test(), profile(), document().vectors, solving());
  EXPECT_EQ(coverage.gaps, std::vector<std::string>{});
  EXPECT_EQ(coverage.total(), coverage.covered);
}

TEST(Generate, a_vector_less_is_a_gap) {
  auto list = document().vectors;
  const std::string goal = "cell/pde_2m/reserved_bit/bit_13";
  std::erase_if(list, [&](const Vector& vector) { return vector.id == with_goal(goal).id; });
  EXPECT_EQ(vectors::coverage_of(spec_under_test(), profile(), list, solving()).gaps, std::vector{goal});
}

TEST(Generate, reserved_bit_alone_differs_from_the_baseline_in_that_bit) {
  const Vector& vector = with_goal("cell/pde_2m/reserved_bit/bit_13");
  EXPECT_EQ(vector.asked.entries.at(2), 0x400000b7U | 1U << 13);
  EXPECT_EQ(vector.expected.outcome.result, EPT_MISCONFIGURATION);
}

TEST(Generate, neighbour_is_legal_and_twin_not_present) {
  const Vector& vector = with_goal("cell/pde_2m/reserved_bit/bit_13");
  for (const Vector& other : document().vectors) {
    if (other.id == vector.neighbour) {
      EXPECT_EQ(other.asked.entries.at(2), 0x400000b7U);
    }
    if (other.id == vector.twin) {
      EXPECT_EQ(other.expected.outcome.rules, EPT_VIOLATION_ENTRY_NOT_PRESENT);
    }
  }
  EXPECT_NE(vector.neighbour, "");
  EXPECT_NE(vector.twin, "");
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

TEST(Format, binary_with_a_changed_byte_is_refused) {
  std::string bytes = vectors::to_binary(document().vectors);
  for (const std::size_t at : {std::size_t{0}, std::size_t{8}, std::size_t{12}, vectors::kBinaryHeader + 40}) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    EXPECT_THROW(vectors::from_binary(changed, "a.bin"), std::runtime_error) << at;
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
  EXPECT_TRUE(finds("the id of this content is", mistakes([](Vector& v) { v.id = "ept-0000000000000000"; })));
  EXPECT_TRUE(finds("another result", mistakes([](Vector& v) { v.expected.outcome.rules ^= 2; })));
  EXPECT_TRUE(finds("there is no goal", mistakes([](Vector& v) { v.goals = {"walk/of/life"}; })));
  EXPECT_TRUE(
      finds("does not meet", mistakes([](Vector& v) { v.goals = {"cell/pte/reserved_memory_type/memory_type_2"}; })));
  EXPECT_TRUE(finds("there is no neighbour", mistakes([](Vector& v) { v.neighbour = "ept-0000000000000000"; })));
  EXPECT_TRUE(finds("there is no twin", mistakes([](Vector& v) { v.twin = "ept-0000000000000000"; })));
  EXPECT_TRUE(finds("'fields' are not", mistakes([](Vector& v) { v.drawn.push_back("more"); })));
  EXPECT_TRUE(finds("'cite' is missing", mistakes([](Vector& v) { v.cite.clear(); })));
  EXPECT_TRUE(finds("'broken' does not", mistakes([](Vector& v) { v.broken = "everything"; })));
  EXPECT_TRUE(finds("not the profile's", mistakes([](Vector& v) { v.asked.configuration.capability ^= 1; })));
  EXPECT_TRUE(finds("does not allow", mistakes([](Vector& v) { v.asked.configuration.tertiary_controls = 4; })));
}

TEST(Lint, refuses_tables_at_one_address) {
  const auto same_table = [](Vector& v) {
    if (v.asked.question == vectors::Question::walk) v.asked.entries.at(1) = v.asked.entries.at(0);
  };
  Document changed = document();
  std::for_each(changed.vectors.begin(), changed.vectors.end(), same_table);
  const auto errors = vectors::lint_document(spec_under_test(), changed, "a.json");
  EXPECT_TRUE(finds("two of its tables lie at one address", errors));
}

TEST(Lint, refuses_the_same_id_twice) {
  Document twice = document();
  twice.vectors.push_back(twice.vectors.front());
  EXPECT_TRUE(finds("is there twice", vectors::lint_document(spec_under_test(), twice, "a.json")));
}

}  // namespace
