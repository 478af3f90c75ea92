// The emitter: templates, and rules that have no fast check.
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

TEST(CHeader, is_the_same_on_every_run) {
  std::ostringstream first;
  std::ostringstream second;
  model::emit_c_header(support::spec_under_test(), first);
  model::emit_c_header(support::spec_under_test(), second);
  EXPECT_EQ(first.str(), second.str());
}

}  // namespace
