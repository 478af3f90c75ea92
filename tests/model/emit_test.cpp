// The emitter: templates, and rules of a shape that the header cannot check.
#include <gtest/gtest.h>

#include <sstream>

#include "model/emit/c_condition.h"
#include "model/emit/c_header.h"
#include "model/emit/fill.h"
#include "tests/support/spec_under_test.h"

namespace {

TEST(Fill, replaces_holes_within_a_line) { EXPECT_EQ(model::fill("a @{x} c\n", {{"x", "b"}}), "a b c\n"); }

TEST(Fill, indents_a_hole_that_stands_alone) { EXPECT_EQ(model::fill("  @{x}\n", {{"x", "a\nb\n"}}), "  a\n  b\n"); }

TEST(Fill, drops_the_line_of_an_empty_hole) { EXPECT_EQ(model::fill("a\n  @{x}\nb\n", {{"x", ""}}), "a\nb\n"); }

TEST(Fill, hole_without_a_text_is_fatal) { EXPECT_THROW(model::fill("@{x}\n", {}), std::logic_error); }

TEST(Fill, text_without_a_hole_is_fatal) { EXPECT_THROW(model::fill("a\n", {{"x", "b"}}), std::logic_error); }

// Why a specification is refused; empty when it is not.
std::string refusal(const spec::Spec& spec) {
  std::ostringstream out;
  try {
    model::emit_c_header(spec, out);
  } catch (const model::UnsupportedShape& error) {
    return error.what();
  }
  return "";
}

TEST(CHeader, rule_of_an_unknown_shape_is_refused_with_its_place) {
  spec::Spec spec = support::spec_under_test();
  spec::Rule& rule = spec.misconfigurations.front();
  const spec::Condition write = rule.when.operands[1];
  rule.when = write;  // "entry.write" alone
  EXPECT_NE(refusal(spec).find("misconfiguration.yaml:"), std::string::npos) << refusal(spec);
}

TEST(CHeader, two_rules_that_the_same_bits_break_are_refused) {
  spec::Spec spec = support::spec_under_test();
  spec.misconfigurations.push_back(spec.misconfigurations.front());
  spec.misconfigurations.back().id = "another";
  EXPECT_NE(refusal(spec).find("cannot tell 'another' from"), std::string::npos) << refusal(spec);
}

TEST(CHeader, memory_type_above_bit_5_is_refused) {
  spec::Spec spec = support::spec_under_test();
  for (spec::Rule& rule : spec.misconfigurations) {
    if (rule.id == "reserved_memory_type") rule.when.bits = {6, 4};
  }
  EXPECT_NE(refusal(spec).find("'reserved_memory_type'"), std::string::npos) << refusal(spec);
}

TEST(CHeader, levels_whose_indices_are_no_neighbours_are_refused) {
  spec::Spec spec = support::spec_under_test();
  spec.levels.front().index = {57, 49};
  EXPECT_NE(refusal(spec).find("walk.yaml:"), std::string::npos) << refusal(spec);
}

TEST(CHeader, access_attribute_at_another_bit_than_its_right_is_refused) {
  spec::Spec spec = support::spec_under_test();
  for (spec::NamedBits& attribute : spec.attributes) {
    if (attribute.id == "data_write") attribute.bits = {20, 20};
  }
  EXPECT_NE(refusal(spec).find("access.data_write at the bit of entry.write"), std::string::npos) << refusal(spec);
}

TEST(CHeader, is_the_same_on_every_run) {
  std::ostringstream first;
  std::ostringstream second;
  model::emit_c_header(support::spec_under_test(), first);
  model::emit_c_header(support::spec_under_test(), second);
  EXPECT_EQ(first.str(), second.str());
}

}  // namespace
