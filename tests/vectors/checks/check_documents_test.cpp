// The vectors of checks as files: every form that holds them gives them back, and a mistake in one is named.
#include "vectors/checks/check_documents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>

#include "tests/support/spec_under_test.h"
#include "tests/vectors/format/samples.h"
#include "vectors/format/binary.h"
#include "vectors/format/lines.h"
#include "vectors/format/self_contained.h"
#include "vectors/lint/lint.h"

namespace {

const vectors::Document& document() {
  static const vectors::Document made = [] {
    const spec::Spec& spec = support::spec_under_test();
    std::vector<vectors::Document> documents(1);
    documents[0].profile = "ivybridge_3770k";
    vectors::add_check_vectors(spec, documents);
    return documents[0];
  }();
  return made;
}

const vectors::Vector& with_goal(const std::string& goal) {
  return *std::ranges::find_if(document().vectors,
                               [&](const auto& one) { return std::ranges::count(one.goals, goal) != 0; });
}

void expect_same(const vectors::Document& read, const std::vector<std::string>& errors) {
  EXPECT_TRUE(errors.empty()) << errors.front();
  ASSERT_EQ(read.vectors.size(), document().vectors.size());
  for (std::size_t n = 0; n < read.vectors.size(); ++n) {
    EXPECT_TRUE(vectors::same(read.vectors[n].asked.registers, document().vectors[n].asked.registers)) << n;
    EXPECT_TRUE(vectors::same(read.vectors[n].expected.check, document().vectors[n].expected.check)) << n;
    EXPECT_EQ(read.vectors[n].goals, document().vectors[n].goals);
  }
}

std::string lines() {
  std::ostringstream out;
  vectors::write_lines(document(), out);
  return out.str();
}

TEST(CheckDocuments, lines_are_read_back) {
  std::vector<std::string> errors;
  expect_same(vectors::read_lines(lines(), "made", errors), errors);
}

TEST(CheckDocuments, self_contained_vectors_are_read_back) {
  std::ostringstream out;
  vectors::write_self_contained(document(), out);
  std::vector<std::string> errors;
  expect_same(vectors::read_self_contained(out.str(), "made", errors), errors);
}

TEST(CheckDocuments, binary_has_the_same_cases_and_answers) {
  std::vector<std::string> errors;
  const std::string bytes = vectors::to_binary(document().vectors);
  const auto read = vectors::from_binary(bytes, "made", errors);
  ASSERT_TRUE(errors.empty()) << errors.front();
  ASSERT_EQ(read.size(), document().vectors.size());
  for (std::size_t n = 0; n < read.size(); ++n) {
    EXPECT_EQ(read[n].id, document().vectors[n].id);
    EXPECT_TRUE(vectors::same(read[n].expected.check, document().vectors[n].expected.check)) << n;
  }
}

TEST(CheckDocuments, any_changed_bit_of_a_binary_record_is_refused) {
  const std::string bytes = vectors::to_binary({with_goal("check/vm_entry/vpid_zero")});
  for (std::size_t bit = vectors::kBinaryHeader * 8; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    std::vector<std::string> errors;
    EXPECT_TRUE(vectors::from_binary(changed, "made", errors).empty() && errors.size() == 1) << bit / 8;
  }
}

std::vector<std::string> mistakes(const std::function<void(vectors::Document&)>& change) {
  vectors::Document changed = document();
  change(changed);
  return vectors::lint_document(support::spec_under_test(), changed, "made");
}

TEST(CheckDocuments, lint_finds_nothing_in_what_was_generated) {
  EXPECT_EQ(mistakes([](vectors::Document&) {}), std::vector<std::string>());
}

TEST(CheckDocuments, lint_refuses_what_a_vector_of_a_check_cannot_have) {
  const auto says = [](const std::string& what, const std::function<void(vectors::Document&)>& change) {
    EXPECT_TRUE(samples::has(mistakes(change), what)) << what;
  };
  says("no goal names it", [](auto& of) { of.vectors.front().goals.clear(); });
  says("'cite' is missing", [](auto& of) { of.vectors.front().cite.clear(); });
  says("are not the profile's", [](auto& of) { of.vectors.front().asked.registers.vmx_misc ^= 1; });
  says("a register that the profile does not have", [](auto& of) { of.vectors.front().asked.registers.hlatp = 1; });
  says("there is no such goal", [](auto& of) { of.purposes.front().goal = "check/vm_entry/none"; });
  says("does not meet it", [](auto& of) { of.purposes.front().vector = of.purposes.back().vector; });
  says("another citation", [](auto& of) { of.purposes.front().cite = "SDM"; });
  says("is no neighbour", [](auto& of) {
    std::ranges::find_if(of.purposes, [](const auto& one) { return !one.neighbour.empty(); })->neighbour = "";
  });
  says("is no twin", [](auto& of) { of.purposes.front().twin = of.vectors.front().id; });
}

// The head's MSRs belong to every case: with another one no id is right.
TEST(CheckDocuments, another_register_is_another_case) {
  std::string text = lines();
  const std::string msr = R"("vmx_misc":"0x)";
  text.insert(text.find(msr) + msr.size(), "1");
  std::vector<std::string> errors;
  vectors::read_lines(text, "made", errors);
  ASSERT_FALSE(errors.empty());
  EXPECT_NE(errors.front().find("the id is not that of the case"), std::string::npos) << errors.front();
}

TEST(CheckDocuments, register_that_does_not_exist_is_named) {
  std::string text = lines();
  const std::string word = R"("pin_based_controls":)";
  text.replace(text.find(word), word.size(), R"("pin_based_control":)");
  std::vector<std::string> errors;
  vectors::read_lines(text, "made", errors);
  ASSERT_FALSE(errors.empty());
  EXPECT_NE(errors.front().find("unknown key 'pin_based_control'"), std::string::npos) << errors.front();
}

}  // namespace
