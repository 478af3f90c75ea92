// What a target can do: in JSON and back, in the terminal, and in the table of several.
#include "harness/report/capabilities.h"

#include <algorithm>
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

TEST(Capabilities, terminal_says_in_short_lines_what_is_there_and_what_is_wrong) {
  Capabilities of = some();
  for (int n = 0; n < 20; ++n) of.controls.push_back({"control.number_" + std::to_string(n), 1});
  const std::string text = capabilities_text(of);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.size() <= 100 || line.starts_with("  MSR values")) << line;
  }
  EXPECT_NE(text.find("  EPT: execute_only, hlat_prefix_size 9\n"), std::string::npos) << text;
  EXPECT_NE(text.find(" number_19\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("enable_pml"), std::string::npos) << text;
  EXPECT_NE(text.find("  MSR values impossible: A \"reserved\" bit is 1. (capability_reserved_bit; SDM"),
            std::string::npos)
      << text;
  of.msr_values.clear();
  EXPECT_NE(capabilities_text(of).find("nothing is impossible or unusual\n"), std::string::npos);
  of.not_judged = {"basic_bit_31"};
  EXPECT_NE(capabilities_text(of).find("nothing is impossible or unusual; 1 rule asks for one that is not known\n"),
            std::string::npos);
}

TEST(Capabilities, table_tells_yes_from_no_and_from_not_known) {
  const Capabilities first = some();
  Capabilities second = some();
  second.controls.clear();
  second.msr_values.clear();
  second.msrs.pop_back();
  Capabilities third = second;
  third.not_judged = {"a", "b"};
  const auto plausible = harness::capability_rows({&second, &third}).at(4);
  EXPECT_EQ(plausible, (std::vector<std::string>{"MSR values", "plausibility", "plausible",
                                                 "plausible; 2 rules ask for one that is not known"}));
  const auto rows = harness::capability_rows({&first, nullptr, &second});
  const auto has = [&](const std::vector<std::string>& row) { return std::ranges::count(rows, row) == 1; };
  EXPECT_TRUE(has({"processor", "MAXPHYADDR", "46", "?", "46"}));
  EXPECT_TRUE(has({"EPT", "execute_only", "yes", "?", "yes"}));
  EXPECT_TRUE(has({"EPT", "walk_length_5", "no", "?", "no"}));
  EXPECT_TRUE(has({"EPT", "hlat_prefix_size", "9", "?", "9"}));
  EXPECT_TRUE(has({"control", "enable_pml", "no", "?", "?"}));
  EXPECT_TRUE(has({"MSR values", "plausibility", "impossible: capability_reserved_bit", "?", "plausible"}));
  EXPECT_TRUE(has({"MSR", "48CH capability", "0x1000041", "?", "-"}));
}

}  // namespace
