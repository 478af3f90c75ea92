// Mutants of the checks and the committed vectors. That these detect all: the test vectors_mutants.
#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/support/spec_under_test.h"
#include "vectors/format/manifest.h"
#include "vectors/mutants/check_mutants.h"

namespace {

using support::spec_under_test;
using Fate = vectors::Fate;

const std::vector<vectors::Document>& committed() {
  static const std::vector<vectors::Document> list = [] {
    std::vector<std::string> errors;
    auto documents = vectors::read_directory(EPTSPEC_SOURCE_DIR "/vectors/data", errors);
    if (!errors.empty()) throw std::runtime_error(errors.front());
    return documents;
  }();
  return list;
}

TEST(CheckMutants, are_alive_without_the_vectors_of_their_check) {
  std::vector<vectors::Document> documents = committed();
  for (vectors::Document& document : documents) {
    std::erase_if(document.vectors, [](const vectors::Vector& one) {
      return one.asked.question == vectors::Question::check && one.asked.check == EPT_CHECK_INVEPT;
    });
  }
  vectors::Mutants mutants = vectors::check_mutants(spec_under_test());
  std::erase_if(mutants, [](const vectors::Mutant& one) {
    return !one.id.starts_with("invept/invept_type") || !one.id.ends_with("/never");
  });
  ASSERT_GE(mutants.size(), 1U);
  for (const vectors::Finding& finding : vectors::assess_checks(spec_under_test(), mutants, documents))
    EXPECT_EQ(finding.fate, Fate::alive);
  for (const vectors::Finding& finding : vectors::assess_checks(spec_under_test(), mutants, committed()))
    EXPECT_EQ(finding.fate, Fate::killed);
}

TEST(CheckMutants, a_changed_specification_is_the_same_without_its_mutant) {
  const vectors::Mutants none = {{"vmfunc/vm_function_number_too_large/when/nothing", "", "", [](spec::Spec&) {}}};
  const auto findings = vectors::assess_checks(spec_under_test(), none, committed());
  EXPECT_EQ(findings.front().fate, Fate::equivalent);
}

}  // namespace
