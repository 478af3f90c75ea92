// The specification as it is read: what the rest relies on.
#include <gtest/gtest.h>

#include <set>

#include "spec/draw.h"
#include "tests/support/spec_under_test.h"

namespace {

using support::spec_under_test;

TEST(Load, formats_stand_by_level_with_tables_before_pages) {
  std::vector<std::string> ids;
  for (const spec::Format& format : spec_under_test().formats) ids.push_back(format.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"pml5e", "pml4e", "pdpte_pd", "pdpte_1g", "pde_pt", "pde_2m", "pte"}));
}

TEST(Load, citation_of_a_field_names_table_and_bits) {
  const spec::Format& pte = spec_under_test().formats.back();
  EXPECT_EQ(to_string(pte.fields[3].cite),
            "SDM Vol. 3C, 31.3.2 EPT Translation Mechanism, Table 31-7, bits 5:3 (326019-092)");
}

TEST(Load, conditions_refer_only_to_earlier_ones) {
  const auto& conditions = spec_under_test().conditions;
  const auto check = [&](const auto& self, const spec::Condition& condition, std::size_t limit) -> void {
    if (condition.kind == spec::Condition::Kind::named) {
      EXPECT_LT(condition.named, limit);
    }
    for (const spec::Condition& operand : condition.operands) self(self, operand, limit);
  };
  for (std::size_t i = 0; i < conditions.size(); ++i) check(check, conditions[i].when, i);
}

TEST(Load, profiles_cover_what_processors_differ_in) {
  std::set<int> widths;
  bool no_execute_only = false;
  bool no_1g = false;
  bool five_levels = false;
  bool paging_write = false;
  for (const spec::Profile& profile : spec_under_test().profiles) {
    widths.insert(profile.maxphyaddr);
    const auto value = [&](const char* id) {
      return profile.registers.at(register_at(word_of(spec_under_test(), id)));
    };
    no_execute_only |= (value("capability") & 1) == 0;
    no_1g |= (value("capability") >> 17 & 1) == 0;
    five_levels |= (value("capability") >> 7 & 1) == 1;
    paging_write |= (value("tertiary_controls") >> 2 & 1) == 1;
    EXPECT_FALSE(profile.source.empty()) << profile.id;
  }
  for (const int width : {36, 39, 40, 46, 52}) EXPECT_EQ(widths.count(width), 1U) << width;
  EXPECT_TRUE(no_execute_only && no_1g && five_levels && paging_write);
  EXPECT_GE(spec_under_test().profiles.size(), 10U);
}

TEST(Draw, shows_the_fields_that_are_not_zero) {
  EXPECT_EQ(spec::draw(spec_under_test().formats.back(), 0x2031, 46), "read=0x1 memory_type=0x6 address=0x2000");
}

TEST(Draw, shows_bits_beyond_the_width_apart_from_the_address) {
  EXPECT_EQ(spec::draw(spec_under_test().formats.back(), std::uint64_t{1} << 46, 46), "beyond_maxphyaddr=0x1");
}

TEST(Draw, says_when_there_is_nothing) {
  EXPECT_EQ(spec::draw(spec_under_test().formats.back(), 0, 46), "all fields 0");
}

}  // namespace
