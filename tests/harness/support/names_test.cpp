// The names that reports use and the numbers that the ABI header states are those of the specification: neither can
// fall behind it. They are written down there because the harness knows no specification and the header no library.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"
#include "spec/names.h"
#include "tests/support/spec_under_test.h"

namespace {

using support::spec_under_test;
using Ids = std::map<ept_word, std::string>;

Ids ids_of(std::span<const harness::Name> names) {
  Ids ids;
  for (const harness::Name& name : names) ids.emplace(name.bits, name.name);
  return ids;
}

// Rules and qualification bits, by the bit that stands for each.
template <class List>
Ids ids_by_bit(const List& list) {
  Ids ids;
  for (const auto& one : list) ids.emplace(ept_word{1} << one.bit, one.id);
  return ids;
}

// The named bits of a register that a walk depends on.
Ids ids_of_walk(const spec::Spec& spec, const char* id) {
  Ids ids;
  const spec::Register& of = register_of(spec, id);
  for (const spec::Field& field : of.fields) {
    const ept_word bits = spec::has_name(field) ? mask_of(bits_at(field.bits)) & of.of_walk : 0;
    if (bits != 0) ids.emplace(bits, field.id);
  }
  return ids;
}

Ids ids_of_attributes() {
  Ids ids;
  for (const spec::NamedBits& one : spec_under_test().attributes) ids.emplace(mask_of(one.bits), one.id);
  return ids;
}

TEST(Names, of_rules_and_qualification_bits_are_those_of_the_specification) {
  const spec::Spec& spec = spec_under_test();
  EXPECT_EQ(ids_of(ept_eptp_rule_names), ids_by_bit(eptp_rules(spec)));
  EXPECT_EQ(ids_of(ept_entry_rule_names), ids_by_bit(spec.misconfigurations));
  EXPECT_EQ(ids_of(ept_violation_names), ids_by_bit(spec.violations));
  EXPECT_EQ(ids_of(ept_qualification_names), ids_by_bit(spec.qualification));
}

TEST(Names, of_controls_parameters_and_attributes_are_those_of_the_specification) {
  const spec::Spec& spec = spec_under_test();
  for (const ept_control_word& word : ept_control_words)
    EXPECT_EQ(ids_of({word.names, word.name_count}), ids_of_walk(spec, ept_register_names[word.number].name));
  EXPECT_EQ(ids_of(ept_parameters_names), ids_of_walk(spec, "parameters"));
  EXPECT_EQ(ids_of(ept_access_names), ids_of_attributes());
}

TEST(ControlWords, are_the_four_of_which_two_are_activated_and_have_what_ept_requires) {
  std::string words;
  for (const ept_control_word& word : ept_control_words)
    words += fmt::format("{} {} {:#x} {}\n", static_cast<int>(word.number), word.name, word.enabled, word.activated);
  EXPECT_EQ(words,
            "19 pin_based 0x0 false\n20 primary 0x80000000 false\n21 secondary 0x2 true\n22 tertiary 0x0 true\n");
}

TEST(Names, of_capabilities_are_the_fields_of_the_msr) {
  Ids ids;
  for (const spec::Field& field : register_of(spec_under_test(), "capability").fields) {
    if (field.kind == spec::FieldKind::field) ids.emplace(mask_of(bits_at(field.bits)), field.id);
  }
  EXPECT_EQ(ids_of(ept_capability_names), ids);
}

TEST(Names, of_formats_are_those_of_the_specification_in_its_order) {
  const auto& formats = spec_under_test().formats;
  ASSERT_EQ(formats.size(), std::size(ept_format_names));
  for (std::size_t n = 0; n < formats.size(); ++n) {
    EXPECT_EQ(harness::name_of(static_cast<ept_format>(n)), formats[n].id);
    EXPECT_EQ(ept_format_names[n].name, formats[n].id);
  }
}

TEST(Names, of_kinds_and_results_are_those_of_the_specification_in_the_order_of_their_numbers) {
  const spec::Spec& spec = spec_under_test();
  for (std::size_t n = 0; n < spec.entry_kinds.size(); ++n) EXPECT_EQ(ept_kind_names[n].name, spec.entry_kinds[n].id);
  for (std::size_t n = 0; n < spec.results.size(); ++n) EXPECT_EQ(ept_result_names[n].name, spec.results[n].id);
  EXPECT_STREQ(ept_kind_names[EPT_PAGE].name, "page");
  EXPECT_STREQ(ept_result_names[EPT_SUB_PAGE_CHECK].name, "sub_page_check");
  EXPECT_STREQ(ept_format_names[EPT_FORMAT_PDE_2M].name, "pde_2m");
}

TEST(Names, of_usual_accesses_are_those_of_the_specification) {
  Ids ids;
  for (const spec::Access& access : spec_under_test().accesses) ids.emplace(access.attributes, access.id);
  EXPECT_EQ(ids_of(ept_usual_access_names), ids);
}

TEST(Names, of_results_are_numbered_as_the_abi_numbers_them) {
  EXPECT_STREQ(harness::result_name(EPTSPEC_EPTP_REFUSED), "refused");
  EXPECT_STREQ(harness::result_name(EPTSPEC_ENTRY_NOT_PRESENT), "not_present");
  EXPECT_STREQ(harness::result_name(EPTSPEC_ENTRY_PAGE), "page");
  EXPECT_STREQ(harness::result_name(EPTSPEC_WALK_TRANSLATED), "translated");
  EXPECT_STREQ(harness::result_name(EPTSPEC_WALK_MISCONFIGURATION), "misconfiguration");
  EXPECT_STREQ(harness::result_name(EPTSPEC_SUB_PAGE_MISCONFIGURATION), "sub_page_misconfiguration");
  EXPECT_EQ(harness::result_name(EPTSPEC_CHECK_VM_EXIT + 1), nullptr);
  EXPECT_EQ(harness::result_of("table"), EPTSPEC_ENTRY_TABLE);
  EXPECT_EQ(harness::result_of("exploded"), 0U);
}

// Sets of levels are answered by the words of memory, what is defined of a member is for the judge alone.
TEST(AnswerMembers, are_the_members_of_an_outcome_that_an_implementation_reports) {
  std::set<ept_member> reported;
  for (const ept_outcome_member& one : ept_outcome_members) {
    if (one.reported && one.kind < EPT_MEMBER_DEFINED) reported.insert(one.member);
  }
  std::set<ept_member> answered;
  std::uint64_t valid = EPTSPEC_VALID_WORDS | EPTSPEC_VALID_VM_INSTRUCTION_ERROR;
  for (const harness::AnswerMember& one : harness::kAnswerMembers) {
    answered.insert(one.member);
    valid |= one.valid;
    EXPECT_EQ(one.narrow == nullptr, one.wide != nullptr);
  }
  EXPECT_EQ(answered, reported);
  EXPECT_EQ(valid, EPTSPEC_VALID_ALL);
}

TEST(AnswerMembers, value_without_room_is_refused) {
  harness::Answer answer{};
  EXPECT_FALSE(harness::put_value(answer, harness::kAnswerMembers[0], std::uint64_t{1} << 32));
  EXPECT_TRUE(harness::put_value(answer, harness::kAnswerMembers[0], 4));
  EXPECT_EQ(answer.level, 4U);
  EXPECT_EQ(answer.valid, EPTSPEC_VALID_LEVEL);
}

std::string abi_header() {
  std::ifstream in(EPTSPEC_SOURCE_DIR "/harness/abi/eptspec_adapter.h");
  return {std::istreambuf_iterator<char>(in), {}};
}

// Every match of a pattern with two groups: the first, the second.
std::map<std::string, std::string> found_in(const std::string& text, const std::string& pattern) {
  std::map<std::string, std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.emplace((*match)[1], (*match)[2]);
  return found;
}

TEST(AbiHeader, attributes_of_an_access_are_those_of_the_specification) {
  Ids ids;
  for (const auto& [name, number] : found_in(abi_header(), R"(#define EPTSPEC_ACCESS_(\w+)[ \\\n]+(0x[0-9a-f]+)U)")) {
    std::string id = name;
    std::transform(id.begin(), id.end(), id.begin(), [](unsigned char c) { return std::tolower(c); });
    ids.emplace(std::stoull(number, nullptr, 16), id);
  }
  EXPECT_EQ(ids, ids_of_attributes());
}

}  // namespace
