// What a target can do: in JSON and back, in the terminal, and in the table of several.
#include "harness/report/capabilities.h"

#include <sstream>

#include <gtest/gtest.h>

namespace {

using harness::Capabilities;

Capabilities some() {
  return {46,
          {{0x480, "vmx_basic", 0xda040000000012}, {0x48c, "capability", 0x1000041}},
          {{"execute_only", 1}, {"walk_length_5", 0}, {"hlat_prefix_size", 9}},
          {{"control.enable_ept", 1}, {"control.enable_pml", 0}},
          {{"capability_reserved_bit", "impossible", "A \"reserved\" bit is 1.", "SDM Vol. 3D, A.10"}},
          {}};
}

std::optional<Capabilities> read(const std::string& text, std::vector<std::string>& errors) {
  std::optional<Capabilities> found;
  vectors::read_object(text, "x", 1, errors, [&](vectors::Object& from) { found = harness::capabilities_from(from); });
  return found;
}

TEST(Capabilities, json_is_read_back) {
  std::vector<std::string> errors;
  const auto found = read("{" + harness::capabilities_json(some(), "") + "\"more\":1}", errors);
  ASSERT_TRUE(found) << (errors.empty() ? "" : errors.front());
  EXPECT_EQ(*found, some());
  Capabilities partly = some();
  partly.not_judged = {"basic_bit_31"};
  EXPECT_EQ(read("{" + harness::capabilities_json(partly, "") + "\"more\":1}", errors), partly);
}

TEST(Capabilities, report_without_them_is_read_as_not_told) {
  std::vector<std::string> errors;
  EXPECT_EQ(harness::capabilities_json(std::nullopt, " "), "");
  EXPECT_FALSE(read("{}", errors));
  EXPECT_TRUE(errors.empty());
  EXPECT_TRUE(read(R"({"capabilities":{"maxphyaddr":46}})", errors));
  EXPECT_FALSE(errors.empty());
}

TEST(Capabilities, terminal_says_what_is_there_in_lines_of_100_columns) {
  Capabilities of = some();
  for (int n = 0; n < 20; ++n) of.controls.push_back({"control.number_" + std::to_string(n), 1});
  const std::string text = capabilities_text(of);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  for (const char* part : {"  EPT: execute_only, hlat_prefix_size 9\n", "enable_ept, number_0,", " number_19\n"})
    EXPECT_NE(text.find(part), std::string::npos) << text;
  EXPECT_EQ(text.find("enable_pml"), std::string::npos) << text;
}

TEST(Capabilities, terminal_says_what_is_wrong_and_what_could_not_be_judged) {
  Capabilities of = some();
  const auto says = [&](const char* part) { return capabilities_text(of).find(part) != std::string::npos; };
  EXPECT_TRUE(says("  MSR values: impossible: A \"reserved\" bit is 1.\n    rule capability_reserved_bit; SDM"));
  EXPECT_FALSE(says("nothing"));
  of.msr_values.clear();
  EXPECT_TRUE(says("  MSR values: nothing is impossible or unusual\n"));
  of.not_judged = {"basic_bit_31"};
  EXPECT_TRUE(says("nothing is impossible or unusual; 1 rule asks for one that is not known\n"));
}

using Row = std::vector<std::string>;

TEST(Capabilities, table_tells_yes_from_no_and_from_not_known) {
  const Capabilities first = some();
  Capabilities second = some();
  second.controls.clear();
  second.msr_values.clear();
  second.msrs.pop_back();
  const std::vector<Row> rows = harness::capability_rows({&first, nullptr, &second});
  const std::vector<Row> wanted = {
      {"processor", "MAXPHYADDR", "46", "?", "46"},
      {"EPT", "execute_only", "yes", "?", "yes"},
      {"EPT", "walk_length_5", "no", "?", "no"},
      {"EPT", "hlat_prefix_size", "9", "?", "9"},
      {"control", "enable_ept", "yes", "?", "?"},
      {"control", "enable_pml", "no", "?", "?"},
      {"MSR values", "plausibility", "impossible: capability_reserved_bit", "?", "plausible"},
      {"MSR", "480H vmx_basic", "0xda040000000012", "?", "0xda040000000012"},
      {"MSR", "48CH capability", "0x1000041", "?", "-"},
  };
  EXPECT_EQ(rows, wanted);
}

TEST(Capabilities, table_says_that_rules_could_not_be_judged) {
  Capabilities one;
  one.not_judged = {"a", "b"};
  const Row wanted = {"MSR values", "plausibility", "plausible; 2 rules ask for one that is not known"};
  EXPECT_EQ(harness::capability_rows({&one}).at(1), wanted);
}

}  // namespace
