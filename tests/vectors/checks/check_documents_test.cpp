// The vectors of checks as files: every form that holds them gives them back, and a mistake in one is named.
#include "vectors/checks/check_documents.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/spec_under_test.h"
#include "vectors/format/lines.h"
#include "vectors/format/self_contained.h"

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
