// Vectors as JSON lines: read as written, and everything that can be wrong is refused with its place.
#include <algorithm>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/vectors/format/samples.h"
#include "vectors/format/lines.h"

namespace {

using samples::committed;
using samples::has;
using samples::replaced;
using samples::with_goal;
using samples::with_id;
using vectors::Document;

std::string lines_of(const Document& document) {
  std::ostringstream out;
  vectors::write_lines(document, out);
  return out.str();
}

std::vector<std::string> mistakes_in(const std::string& text) {
  std::vector<std::string> errors;
  vectors::read_lines(text, "a.jsonl", errors);
  return errors;
}

TEST(Lines, are_read_as_they_were_written) {
  std::vector<std::string> errors;
  const std::string text = lines_of(committed());
  const Document read = vectors::read_lines(text, "a.jsonl", errors);
  EXPECT_EQ(errors, std::vector<std::string>{});
  EXPECT_EQ(read.purposes, committed().purposes);
  EXPECT_EQ(lines_of(read), text);
}

TEST(Lines, goals_reach_the_vectors_that_they_name) {
  const auto& vector = with_goal("cell/pde_2m/reserved_bit/bit_13");
  EXPECT_EQ(with_id(vector.neighbour).asked.entries.at(2), 0x400000b7U);
  EXPECT_EQ(with_id(vector.twin).expected.outcome.rules, EPT_VIOLATION_ENTRY_NOT_PRESENT);
  const auto& goals = with_id(vector.twin).goals;
  EXPECT_EQ(std::count(goals.begin(), goals.end(), "twin/cell/pde_2m/reserved_bit"), 1);
}

TEST(Lines, unknown_member_says_where) {
  std::string text = lines_of(committed());
  const std::size_t at = text.find("{\"id\"");
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(at), '\n');
  text.insert(at + 1, "\"surprise\":1,");
  EXPECT_EQ(mistakes_in(text), std::vector{"a.jsonl:" + std::to_string(line) + ": unknown key 'surprise'"});
}

TEST(Lines, other_expectation_than_the_manuals_blames_the_file) {
  const std::string text = lines_of(committed());
  const auto mistakes = [&](const std::string& from, const std::string& to) {
    const auto errors = mistakes_in(replaced(text, from, to));
    return errors.size() == 1 ? errors[0].substr(errors[0].find("ept-") + 20) : std::to_string(errors.size());
  };
  EXPECT_EQ(mistakes(R"("expected":{"result":"violation")", R"("expected":{"result":"translated")"),
            ": expects translated where the manual says violation");
  EXPECT_EQ(mistakes(R"("result":"violation","level":1)", R"("result":"violation","level":2)"),
            ": expects level 2 where the manual says 1");
  EXPECT_EQ(mistakes(R"("rules":["entry_not_present"],)", ""),
            R"(: lacks rules ["entry_not_present"], which the manual says)");
  EXPECT_EQ(mistakes(R"("result":"accepted")", R"("result":"accepted","rules":["eptp_reserved_bit"])"),
            R"(: expects rules ["eptp_reserved_bit"], which the manual does not say)");
}

TEST(Lines, id_that_is_not_of_the_case_blames_the_file) {
  const std::string text = lines_of(committed());
  for (const auto& [from, to] : std::map<std::string, std::string>{{R"("entries":["0x2007")", R"("entries":["0x2017")"},
                                                                   {R"("maxphyaddr":39)", R"("maxphyaddr":40)"}})
    EXPECT_TRUE(has(mistakes_in(replaced(text, from, to)), "the id is not that of the case")) << to;
}

TEST(Lines, what_cannot_be_a_case_is_refused) {
  const std::string text = lines_of(committed());
  const std::vector<std::pair<std::string, std::string>> samples = {
      {R"("entries":["0x2007",)", R"("entries":[)"},
      {R"("entries":["0x2007",)", R"("entries":["0x02007",)"},
      {R"("question":"entry")", R"("question":"life")"},
      {R"("level":2,"entries")", R"("level":6,"entries")"},
      {R"("access":["data_write"])", R"("access":["data_erase"])"},
      {R"("maxphyaddr":39)", R"("maxphyaddr":53)"},
      {"eptspec vectors 3", "eptspec vectors 4"},
      {R"({"goal":"cell/)", R"({"goal":7,"x":"cell/)"},
      {R"("cite":"3C/)", R"("cite":"4C/)"},
      {R"("text":"SDM Vol. 3C, )", R"("text":"SDM Vol. 4C, )"}};
  for (const auto& [from, to] : samples) EXPECT_FALSE(mistakes_in(replaced(text, from, to)).empty()) << to;
  EXPECT_FALSE(mistakes_in("").empty());
  EXPECT_TRUE(has(mistakes_in(text + "{]\n"), ":2: no JSON"));
}

TEST(Lines, goal_of_a_vector_that_is_not_there_says_where) {
  const std::string text = lines_of(committed());
  const auto errors = mistakes_in(replaced(text, R"(,"vector":"ept-)", R"(,"vector":"tpe-)"));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_NE(errors[0].find(": there is no vector tpe-"), std::string::npos) << errors[0];
}

TEST(Citations, id_names_volume_section_and_place_and_not_the_edition) {
  EXPECT_EQ(vectors::citation_id("SDM Vol. 3C, 31.3.2 EPT Translation Mechanism, Table 31-1, bits 63:52 (326019-092)"),
            "3C/31.3.2/table_31-1_bits_63:52");
  EXPECT_EQ(vectors::citation_id("SDM Vol. 3C, 29.2.1.1"), "3C/29.2.1.1");
}

}  // namespace
