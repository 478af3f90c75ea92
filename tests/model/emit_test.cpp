// The emitter: templates, and rules that have no fast check.
#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/emit.h"
#include "model/emit/text.h"
#include "tests/support/spec_under_test.h"

namespace {

TEST(Fill, replaces_holes_within_a_line) { EXPECT_EQ(model::fill("a @{x} c\n", {{"x", "b"}}), "a b c\n"); }

TEST(Fill, indents_a_hole_that_stands_alone) { EXPECT_EQ(model::fill("  @{x}\n", {{"x", "a\nb\n"}}), "  a\n  b\n"); }

TEST(Fill, drops_the_line_of_an_empty_hole) { EXPECT_EQ(model::fill("a\n  @{x}\nb\n", {{"x", ""}}), "a\nb\n"); }

TEST(Fill, hole_without_a_text_is_fatal) { EXPECT_THROW(model::fill("@{x}\n", {}), std::logic_error); }

TEST(Fill, text_without_a_hole_is_fatal) { EXPECT_THROW(model::fill("a\n", {{"x", "b"}}), std::logic_error); }

std::string header_of(const spec::Spec& spec) {
  std::ostringstream out;
  model::emit_c_header(spec, out);
  return out.str();
}

spec::Rule& misconfiguration(spec::Spec& spec, const std::string& id) {
  for (spec::Rule& rule : spec.misconfigurations) {
    if (rule.id == id) return rule;
  }
  throw std::logic_error("no rule " + id);
}

// A rule of no fast shape: the first one with another condition.
std::string header_with_first_rule(const std::function<void(spec::Spec&, spec::Rule&)>& change) {
  spec::Spec spec = support::spec_under_test();
  change(spec, spec.misconfigurations.front());
  return header_of(spec);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(CHeader, rule_over_one_bit_is_an_expression_and_suspect_where_the_bit_is_1) {
  const std::string header = header_with_first_rule(
      [](spec::Spec&, spec::Rule& rule) { rule.when = spec::Condition(rule.when.operands[1]); });  // entry.write
  EXPECT_TRUE(has(header, "rules |= ept_when((entry & EPT_ENTRY_WRITE), EPT_RULE_WRITE_WITHOUT_READ);")) << header;
  EXPECT_TRUE(has(header, "(masks->unused[0] & EPT_RULE_WRITE_WITHOUT_READ), 0xccccccccccccccccull")) << header;
  EXPECT_FALSE(has(header, "masks->unused[1]"));
}

TEST(CHeader, rule_without_read_above_the_eighth_is_an_expression) {
  const std::string header = header_with_first_rule([](spec::Spec&, spec::Rule& rule) { rule.bit = 63; });
  EXPECT_TRUE(has(header, "!(entry & EPT_ENTRY_READ) && (entry & EPT_ENTRY_WRITE), EPT_RULE_WRITE_WITHOUT_READ"));
  EXPECT_TRUE(has(header, "#define EPT_RULE_WRITE_WITHOUT_READ 0x8000000000000000ull"));
}

TEST(CHeader, rule_that_mixes_entry_and_configuration_reads_the_conditions_of_the_format) {
  const std::string header = header_with_first_rule([](spec::Spec& spec, spec::Rule& rule) {
    rule.when.kind = spec::Condition::Kind::any_of;
    rule.when.operands.push_back(misconfiguration(spec, "page_2m_not_supported").when);
  });
  EXPECT_TRUE(has(header, "const ept_word conditions = masks->unused[1];"));
  EXPECT_TRUE(has(header, "masks.unused[1] = conditions;"));
}

TEST(CHeader, second_rule_that_the_same_bits_break_is_an_expression) {
  spec::Spec spec = support::spec_under_test();
  for (const char* id : {"reserved_bit", "paging_write_without_read"}) {
    spec::Rule another = misconfiguration(spec, id);
    another.id += "_too";
    another.bit += 40;
    spec.misconfigurations.push_back(another);
  }
  const std::string header = header_of(spec);
  EXPECT_TRUE(has(header, "rules |= ept_when((entry & masks->reserved), EPT_RULE_RESERVED_BIT_TOO);"));
  EXPECT_TRUE(has(header, "!(entry & EPT_ENTRY_READ) && (entry & EPT_ENTRY_PAGING_WRITE)"));
}

TEST(CHeader, bits_of_the_configuration_that_a_rule_spells_out_become_conditions) {
  const std::string header = header_with_first_rule([](spec::Spec& spec, spec::Rule& rule) {
    spec::Condition invept = spec.conditions.front().when;  // of one bit
    invept.word = word_of(spec, "capability");
    invept.bits = {20, 20};
    invept.name = "capability.invept";
    rule.when.operands.push_back(invept);
  });
  EXPECT_TRUE(has(header, "#define EPT_CONDITION_CAPABILITY_INVEPT 0x8000000000000000ull /* capability.invept */"));
  EXPECT_TRUE(has(header, "(capability & EPT_CAPABILITY_INVEPT), EPT_CONDITION_CAPABILITY_INVEPT"));
}

TEST(CHeader, one_that_has_a_name_already_keeps_it) {
  spec::Spec spec = support::spec_under_test();
  spec::Condition& page = misconfiguration(spec, "page_2m_not_supported").when.operands.front();
  page = spec::Condition(spec.conditions.at(page.named).when);  // capability.page_2m
  EXPECT_EQ(header_of(spec), header_of(support::spec_under_test()));
}

TEST(CHeader, ranges_that_depend_on_maxphyaddr_at_either_end_become_masks) {
  spec::Format format;
  format.fields.resize(3);
  for (spec::Field& field : format.fields) field.kind = spec::FieldKind::reserved;
  format.fields[0].bits = {{true, -1}, {false, 40}};
  format.fields[1].bits = {{false, 51}, {true, 0}};
  format.fields[2].bits = {{false, 7}, {false, 3}};
  EXPECT_EQ(
      model::bits_of_kind(format, spec::FieldKind::reserved, "width"),
      (std::vector<std::string>{"0xf8ull", "(~ept_bits_from(width, 0xffffffffffffffffull) & 0xffffff0000000000ull)",
                                "ept_bits_from(width, 0xfffffffffffffull)"}));
}

TEST(CHeader, value_of_a_wide_field_is_compared) {
  const spec::Spec& spec = support::spec_under_test();
  spec::Condition wide;
  wide.kind = spec::Condition::Kind::one_of;
  wide.word = spec::Word::gpa;
  wide.name = "gpa.wide";
  wide.bits = {51, 44};
  wide.values = {100, 200};
  EXPECT_EQ(model::c_expression(wide, spec),
            "(guest_physical_address & EPT_GPA_WIDE) == 0x6400000000000ull || "
            "(guest_physical_address & EPT_GPA_WIDE) == 0xc800000000000ull");
}

// What a plain access may break is judged beside the shortcut, not behind it.
TEST(CHeader, violation_of_an_access_that_every_entry_allows_is_not_behind_the_shortcut) {
  spec::Spec spec = support::spec_under_test();
  spec::Rule rule = spec.violations.back();  // of stage permissions
  rule.id = "no_reads_at_all";
  rule.bit = 20;
  rule.when = spec::Condition();
  rule.when.kind = spec::Condition::Kind::nonzero;
  rule.when.word = spec::Word::access;
  rule.when.bits = {0, 0};
  rule.when.name = "access.data_read";
  spec.violations.push_back(rule);
  const std::string header = header_of(spec);
  const std::size_t further = header.find("ept_word ept_further_violations(");
  ASSERT_NE(further, std::string::npos);
  EXPECT_GT(header.find("EPT_VIOLATION_NO_READS_AT_ALL);"), further);
  EXPECT_TRUE(has(header, "violations |= ept_further_violations("));
}

TEST(CHeader, has_no_shortcut_where_access_and_entry_have_their_rights_at_other_bits) {
  spec::Spec spec = support::spec_under_test();
  EXPECT_TRUE(has(header_of(spec), "The usual case"));
  for (spec::NamedBits& attribute : spec.attributes) {
    if (attribute.id == "data_write") attribute.bits = {20, 20};
  }
  EXPECT_FALSE(has(header_of(spec), "The usual case"));
}

TEST(CHeader, is_the_same_on_every_run) {
  std::ostringstream first;
  std::ostringstream second;
  model::emit_c_header(support::spec_under_test(), first);
  model::emit_c_header(support::spec_under_test(), second);
  EXPECT_EQ(first.str(), second.str());
}

}  // namespace
