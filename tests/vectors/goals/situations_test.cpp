// Each rule and each thing that is reported has its situations, and each bit of a case is a literal.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/case.h"
#include "tests/support/spec_under_test.h"
#include "vectors/goals/literals.h"
#include "vectors/goals/situations.h"

namespace {

using support::spec_under_test;
using vectors::LiteralWord;
using vectors::Situation;

std::set<std::string> ids() {
  std::set<std::string> ids;
  for (const Situation& situation : vectors::all_situations(spec_under_test())) {
    EXPECT_TRUE(ids.insert(situation.id).second) << situation.id;
    EXPECT_FALSE(situation.goals.empty()) << situation.id;
  }
  return ids;
}

TEST(Situations, each_rule_decides_alone_somewhere) {
  const spec::Spec& spec = spec_under_test();
  const std::set<std::string> all = ids();
  for (const spec::Rule& rule : eptp_rules(spec)) EXPECT_TRUE(all.contains("eptp/" + rule.id)) << rule.id;
  for (const spec::Rule& rule : spec.misconfigurations) {
    for (const std::size_t format : rule.formats) {
      const std::string where = "misconfiguration/" + spec.formats[format].id + "/" + rule.id;
      EXPECT_TRUE(all.contains(where) && all.contains("entry/" + where)) << where;
    }
  }
  for (const spec::Rule& rule : spec.violations) {
    const bool by_level = rule.stage == spec::ViolationStage::entry;
    EXPECT_TRUE(all.contains(by_level ? "not_present/level_1" : "violation/" + rule.id)) << rule.id;
  }
  for (const spec::Rule& rule : spec.sub_page.rules) {
    const bool of_vector = rule.id == "sub_page_vector_reserved_bit";
    EXPECT_EQ(all.contains("sub_page/level_1/" + rule.id), of_vector) << rule.id;
    EXPECT_EQ(all.contains("sub_page/level_4/" + rule.id), !of_vector) << rule.id;
  }
}

TEST(Situations, each_report_is_there_in_both_ways) {
  const std::set<std::string> all = ids();
  for (const spec::QualificationBit& bit : spec_under_test().qualification) {
    EXPECT_TRUE(all.contains("qualification/" + bit.id + "/set")) << bit.id;
    EXPECT_TRUE(all.contains("qualification/" + bit.id + "/clear")) << bit.id;
  }
  for (const char* const id :
       {"accessed/level_5/set", "dirty/level_1/kept", "memory_type/6", "ignore_pat/0", "convertible/1",
        "sub_page_check", "translated/pdpte_1g", "eptp/accepted", "sub_page/allowed", "sub_page/refused",
        "sub_page/qualification/sub_page_table_miss/set"})
    EXPECT_TRUE(all.contains(id)) << id;
}

TEST(Literals, are_the_bits_of_a_case) {
  const vectors::Literals literals(spec_under_test());
  const auto& words = literals.vocabulary();
  for (int level = 5; level >= 1; --level) EXPECT_EQ(words[vectors::entry_word(level)], ~ept_word{0});
  EXPECT_EQ(words[at(LiteralWord::eptp)], ~ept_word{0});
  EXPECT_EQ(words[at(LiteralWord::guest_physical_address)], (ept_word{1} << 52) - 1);
  EXPECT_EQ(literals.name(vectors::entry_word(2), 13), "entry 2 bit 13");
  EXPECT_EQ(literals.name(at(LiteralWord::permissions), 9), "bits 10, 2:0 are 1001");
}

TEST(Literals, of_a_walk_are_those_of_the_entries_that_it_used) {
  const vectors::Literals literals(spec_under_test());
  vectors::Vector vector;
  vector.asked = support::case_of(vectors::Question::walk, vectors::with_ept(), 0x101e, 4,
                                  {0x2007, 0x400, 0x4007, 0x5037}, 0x123, 1);
  vector.asked.registers.maxphyaddr = 46;
  vector.expected = vectors::expected_of(vector.asked);
  ASSERT_EQ(vector.expected.outcome.level, 3U);  // bit 10 alone is not present
  const vectors::Assignment found = literals.of(vector);
  EXPECT_EQ(found.set[vectors::entry_word(4)], 0x2007U);
  EXPECT_EQ(found.set[vectors::entry_word(3)], 0x400U);
  for (const int level : {5, 2, 1}) EXPECT_EQ(found.known[vectors::entry_word(level)], 0U) << level;
  EXPECT_EQ(found.set[at(LiteralWord::permissions)], ept_word{1} << 8);
  EXPECT_EQ(found.set[at(LiteralWord::level)], ept_word{1} << 3);
  EXPECT_EQ(found.set[at(LiteralWord::usual_access)], 1U);
  EXPECT_EQ(found.set[at(LiteralWord::guest_physical_address)], 0x123U);
}

TEST(Literals, of_a_sub_page_check_are_those_of_its_own_tables) {
  const vectors::Literals literals(spec_under_test());
  vectors::Vector vector;
  vector.asked =
      support::case_of(vectors::Question::sub_page, vectors::with_ept(), 0x101e, 4, {0x2001, 0x2, 0x4001, 0x1}, 0, 2);
  vector.asked.registers.sub_page_table_pointer = 0x8000;
  vector.asked.registers.maxphyaddr = 46;
  vector.expected = vectors::expected_of(vector.asked);
  ASSERT_EQ(vector.expected.outcome.level, 3U);
  const vectors::Assignment found = literals.of(vector);
  EXPECT_EQ(found.set[at(LiteralWord::sub_page_table_pointer)], 0x8000U);
  EXPECT_EQ(found.set[vectors::entry_word(3)], 0x2U);
  EXPECT_EQ(found.known[vectors::entry_word(2)] | found.known[at(LiteralWord::permissions)], 0U);
  EXPECT_EQ(found.set[at(LiteralWord::level)], ept_word{1} << 3);
}

}  // namespace
