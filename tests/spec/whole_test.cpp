// What only shows in the whole specification, and what no consumer of it could express, is refused with its place: each
// sample is the specification with some text replaced.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "spec/load.h"

namespace {

namespace fs = std::filesystem;

struct Edit {
  const char* file;
  std::string old_text;  // occurs once
  std::string new_text;
};

struct Sample {
  const char* name;
  std::vector<Edit> edits;
  const char* file;      // of the one diagnostic
  const char* line;      // text of the line that it names
  const char* expected;  // its message
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }

constexpr const char* kConfiguration = "semantics/configuration.yaml";
constexpr const char* kMisconfiguration = "semantics/misconfiguration.yaml";
constexpr const char* kViolation = "semantics/violation.yaml";
constexpr const char* kQualification = "semantics/exit_qualification.yaml";
constexpr const char* kWalk = "semantics/walk.yaml";
constexpr const char* kDerived = "semantics/derived_words.yaml";
constexpr const char* kEntryCheck = "checks/vm_entry.yaml";
constexpr const char* kVmfunc = "checks/vmfunc.yaml";

// Named conditions that take all places that are left.
std::string conditions_for_all_bits() {
  std::string text = "conditions:\n";
  for (int bit = 15; bit < 64; ++bit)
    text += fmt::format("  - {{bit: {0}, id: more_{0}, when: capability.page_2m, cite: eptp, text: \"More.\"}}\n", bit);
  return text;
}

std::vector<Sample> samples() {  // NOLINT(readability-function-size): a table
  return {
      {"condition_over_the_configuration_without_bit",
       {{kConfiguration, "  - bit: 9\n    id: page_1g", "  - id: page_1g"}},
       kConfiguration,
       "id: page_1g",
       "the condition 'page_1g' is over the configuration alone and has no 'bit'; expected 'bit' at each condition "
       "over "
       "controls, capabilities, parameters and EPTP, and at no other"},
      {"condition_over_more_than_the_configuration_with_bit",
       {{kWalk, "  - id: present", "  - bit: 63\n    id: present"}},
       kWalk,
       "bit: 63",
       "the condition 'present' is over more than the configuration and has a 'bit'; expected 'bit' at each condition "
       "over controls, capabilities, parameters and EPTP, and at no other"},
      {"two_conditions_with_one_bit",
       {{kConfiguration, "  - bit: 9\n", "  - bit: 10\n"}},
       kConfiguration,
       "bit: 10",
       "'bit 10' stands here a second time, first at line 73; expected each id and bit once"},
      {"more_conditions_than_there_is_room_for",
       {{kConfiguration, "conditions:\n", conditions_for_all_bits()},
        {kMisconfiguration, "when: not condition.page_1g", "when: not capability.invept"}},
       kMisconfiguration,
       "when: not capability.invept",
       "there is no room for 'capability.invept'; expected at most 64 conditions over the configuration, with those "
       "that rules spell out"},
      {"present_by_all_of_some_bits",
       {{kWalk, "[condition.mode_based_execute, entry.user_execute]", "[entry.accessed, entry.user_execute]"}},
       kWalk,
       "entry.user_execute",
       "'present' is not made of single bits that every format has; expected any: of entry bits, each alone or in a "
       "list with conditions over the configuration"},
      {"present_by_a_bit_of_some_formats",
       {{kWalk, "entry.user_execute]", "entry.paging_write]"}},
       kWalk,
       "entry.paging_write",
       "'present' is not made of single bits that every format has; expected any: of entry bits, each alone or in a "
       "list with conditions over the configuration"},
      {"no_condition_for_five_levels",
       {{kConfiguration, "id: five_level_walk", "id: long_walk"},
        {kViolation, "not condition.five_level_walk", "not condition.long_walk"}},
       kWalk,
       "{level: 5,",
       "no condition over the configuration is called 'five_level_walk'; expected one that says when a walk begins at "
       "level 5"},
      {"entry_refused_by_another_condition",
       {{kViolation, "when: not condition.present", "when: [not condition.present, not entry.dirty]"}},
       kViolation,
       "not entry.dirty",
       "'entry_not_present' is of stage entry and has another condition; expected not condition.present"},
      {"rule_for_entries_named_like_one_for_the_eptp",
       {{kMisconfiguration, "id: reserved_bit", "id: eptp_reserved_bit"}},
       kMisconfiguration,
       "bit: 4",
       "'eptp_reserved_bit' stands here a second time, first at spec/checks/eptp.yaml:56:5; expected each id "
       "and bit once"},
      {"access_named_like_an_attribute",
       {{"semantics/accesses.yaml", "{id: read, attributes", "{id: data_read, attributes"}},
       "semantics/accesses.yaml",
       "attributes: [data_read]}",
       "'data_read' stands here a second time, first at line 13; expected each id and bit once"},
      {"flag_that_an_outcome_has_no_place_for",
       {{kWalk, "  - id: accessed\n", "  - id: visited\n"}},
       kWalk,
       "id: visited",
       "an outcome has no place for the flag 'visited'; expected accessed and dirty"},
      {"page_without_a_field_that_is_reported",
       {{"formats/pte.yaml", "id: ignore_pat", "id: another"}},
       "formats/pte.yaml",
       "kind: format",
       "pte maps a page and has no field 'ignore_pat'; expected the fields memory_type and ignore_pat, which a "
       "translation reports"},
      {"page_size_that_says_the_opposite",
       {{"formats/pde_2m.yaml", "kind: fixed, value: 1", "kind: fixed, value: 0"},
        {"formats/pde_pt.yaml", "kind: fixed, value: 0", "kind: fixed, value: 1"}},
       "formats/pde_2m.yaml",
       "kind: fixed",
       "nothing tells pde_2m apart from the other formats of level 2; expected two formats with a field page_size of "
       "kind fixed: 1 where a page is mapped, 0 in the other"},
      {"reserved_bits_that_no_rule_forbids",
       {{kMisconfiguration, "when: {any_bit_of: reserved, in_word: entry}",
         "formats: [pml5e, pml4e, pdpte_pd, pdpte_1g, pde_pt]\n    when: {any_bit_of: reserved, in_word: entry}"}},
       "formats/pde_2m.yaml",
       "id: reserved_20_12",
       "no rule demands that 'reserved_20_12' of pde_2m be 0; expected a misconfiguration with when: {any_bit_of: "
       "reserved, in_word: entry} that concerns pde_2m"},
      {"reserved_bits_of_an_entry_of_unknown_format",
       {{kViolation, "when: [condition.ept_violation_ve, not entry.suppress_ve]",
         "when: [condition.ept_violation_ve, {any_bit_of: reserved, in_word: entry}]"}},
       kViolation,
       "any_bit_of",
       "the condition speaks of reserved bits of an entry whose format is not known; expected a condition over "
       "configuration and named bits of the entry"},
      {"violation_before_the_walk_over_the_access",
       {{kViolation, "[not condition.five_level_walk, gpa.bits_51_48]",
         "[not condition.five_level_walk, gpa.bits_51_48, access.data_read]"}},
       kViolation,
       "access.data_read]",
       "the condition speaks of what is not known at this point; expected a condition over configuration and "
       "guest-physical address"},
      {"sub_page_check_over_the_address",
       {{kViolation, "    - leaf.sub_page_write\n", "    - leaf.sub_page_write\n    - gpa.bits_51_48\n"}},
       kViolation,
       "- condition.sub_page_write_permissions",
       "the condition speaks of what is not known at this point; expected a condition over configuration, access, "
       "walk and the entries used (all, nonleaf, leaf)"},
      {"qualification_over_the_entries_above_the_leaf",
       {{kQualification, "set: condition.counts_as_write", "set: [condition.counts_as_write, nonleaf.write]"}},
       kQualification,
       "nonleaf.write",
       "the condition speaks of what is not known at this point; expected a condition over configuration, access, "
       "walk, the entries used (all, leaf) and the rules broken"},
      {"number_that_no_register_has",
       {{"registers/pdpte3.yaml", "number: 77", "number: 78"}},
       "registers/pdpte3.yaml",
       "kind: register",
       "no register has number 77; expected registers that are numbered from 0 without a gap"},
      {"two_registers_of_one_number",
       {{"registers/capability.yaml", "number: 11", "number: 6"}},
       "registers/vmx_cr0_fixed0.yaml",
       "kind: register",
       "'vmx_cr0_fixed0' has number 6, as 'capability' has; expected a number of its own"},
      {"two_registers_of_one_msr",
       {{"registers/vmx_misc.yaml", "msr: 0x485", "msr: 0x480"}},
       "registers/vmx_misc.yaml",
       "kind: register",
       "'MSR 0x480' stands here a second time, first at spec/registers/vmx_basic.yaml:2:1; expected each id and bit "
       "once"},
      {"derived_word_from_a_later_one",
       {{kDerived, "{when: control.activate_secondary_controls,", "{when: vm_functions_in_effect,"}},
       kDerived,
       "id: secondary_in_effect",
       "'secondary_in_effect' is computed from 'vm_functions_in_effect', which does not stand before it; expected a "
       "word computed from registers and from derived words before it"},
      {"derived_word_from_a_later_one_through_a_name",
       {{kDerived, "{when: control.activate_secondary_controls,", "{when: condition.ept_violation_ve,"},
        {kConfiguration, "[control.activate_secondary_controls, control.ept_violation_ve]",
         "tertiary_in_effect.enable_hlat"}},
       kDerived,
       "id: secondary_in_effect",
       "'secondary_in_effect' is computed from 'tertiary_in_effect', which does not stand before it; expected a word "
       "computed from registers and from derived words before it"},
      {"choice_behind_one_that_always_holds",
       {{kDerived, "{when: vmx_basic.true_controls, word: vmx_true_exit_ctls}", "{word: vmx_true_exit_ctls}"}},
       kDerived,
       "id: exit_allowed",
       "'vmx_exit_ctls' is never chosen: the choice before it has no 'when'; expected 'when' at each choice but the "
       "last"},
      {"choice_among_words_with_other_fields",
       {{kDerived, "{word: vmx_exit_ctls}", "{word: vmx_misc}"}},
       kDerived,
       "id: exit_allowed",
       "'vmx_misc' has other fields than 'vmx_true_exit_ctls'; expected a choice among words with the same fields"},
      {"part_with_fields_of_a_wider_word",
       {{kDerived, "part: vmx_exit_ctls.allowed_1", "part: vmx_exit_ctls2.allowed_1"}},
       kDerived,
       "id: exit_supported",
       "'vmx_exit_ctls2.allowed_1' has 64 bits and 'vm_exit_controls' has 32; expected a part with as many bits as the "
       "word whose fields it has"},
      {"check_that_is_part_of_itself",
       {{kEntryCheck, "check: vm_exit_controls", "check: vm_entry"}},
       kEntryCheck,
       "check: vm_entry",
       "the check 'vm_entry' is part of itself (a cycle); expected parts that do not lead back"},
      {"check_that_is_part_of_itself_through_another",
       {{kVmfunc, "check: eptp", "check: invept"}, {"checks/invept.yaml", "check: eptp", "check: vmfunc"}},
       kVmfunc,
       "check: invept",
       "the check 'invept' is part of itself (a cycle); expected parts that do not lead back"},
      {"check_that_belongs_to_another_twice",
       {{kEntryCheck, "check: vm_exit_controls", "check: vm_entry_controls"}},
       kEntryCheck,
       "check: vm_entry_controls",
       "the check 'vm_entry_controls' belongs to one check twice; expected each check once, be it through others"},
      {"part_of_a_register_with_other_fields",
       {{kVmfunc, "of: eptp_list_entry", "of: eptp_list_address"}},
       kVmfunc,
       "check: eptp",
       "'eptp_list_address' has other fields than eptp; expected a register with the fields of eptp"},
      {"part_of_a_check_with_outcomes_of_its_own",
       {{kEntryCheck, "  - id: may_fail_control_fields", "  - id: fails_perhaps"}},
       kEntryCheck,
       "check: vm_execution_controls",
       "'vm_entry' has no outcome 'may_fail_control_fields', which 'vm_execution_controls' has; expected 'outcome' at "
       "the part, or an outcome with the same id"},
      {"kind_of_bits_that_a_register_lacks",
       {{kVmfunc, "when: {field: vmfunc_function, more_than: 63}", "when: {any_bit_of: reserved, in_word: vpid}"}},
       kVmfunc,
       "in_word: vpid",
       "'vpid' has no field of kind reserved; expected a kind of field that the word has"},
      {"comparison_of_a_field_that_a_format_lacks",
       {{kMisconfiguration, "when: {any_bit_of: reserved, in_word: entry}",
         "when: {field: entry.memory_type, equal: capability.hlat_prefix_size}"}},
       kMisconfiguration,
       "equal: capability.hlat_prefix_size",
       "pde_pt has no field 'entry.memory_type'; expected a field of every format of the rule"},
      {"comparison_with_what_is_not_known",
       {{kMisconfiguration, "when: {any_bit_of: reserved, in_word: entry}",
         "when: {field: entry.read, equal: access.data_read}"}},
       kMisconfiguration,
       "access.data_read",
       "the condition speaks of what is not known at this point; expected a condition over configuration and entry"},
  };
}

std::string content_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

void replace(const fs::path& path, const Edit& edit) {
  std::string text = content_of(path);
  const std::size_t at = text.find(edit.old_text);
  ASSERT_NE(at, std::string::npos) << path << " has no '" << edit.old_text << "'";
  ASSERT_EQ(text.find(edit.old_text, at + 1), std::string::npos) << path << " has '" << edit.old_text << "' twice";
  std::ofstream(path) << text.replace(at, edit.old_text.size(), edit.new_text);
}

std::string line_of(const fs::path& path, int line) {
  std::istringstream text(content_of(path));
  std::string result;
  for (int n = 0; n < line; ++n) std::getline(text, result);
  return result;
}

class Whole : public testing::TestWithParam<Sample> {
 protected:
  Whole() { fs::copy(fs::path(EPTSPEC_SOURCE_DIR) / "spec", folder_, fs::copy_options::recursive); }
  ~Whole() override { fs::remove_all(folder_.parent_path()); }

  const fs::path folder_ = [] {
    fs::path folder = fs::path(testing::TempDir()) / fmt::format("eptspec_whole_{}", getpid());
    fs::create_directories(folder);
    return folder / "spec";
  }();
};

TEST_P(Whole, specification_is_refused_with_one_diagnostic_at_its_place) {
  const Sample& sample = GetParam();
  for (const Edit& edit : sample.edits) replace(folder_ / edit.file, edit);
  static spec::Trees known;
  spec::Diagnostics diagnostics;
  EXPECT_FALSE(spec::load(folder_, diagnostics, {}, &known).has_value());
  ASSERT_FALSE(diagnostics.empty());
  const auto list = diagnostics.sorted();
  EXPECT_EQ(list.front().message, sample.expected);
  EXPECT_EQ(list.front().place.file, fmt::format("spec/{}", sample.file));
  EXPECT_GT(list.front().place.column, 0);
  EXPECT_NE(line_of(folder_ / sample.file, list.front().place.line).find(sample.line), std::string::npos)
      << to_string(list.front());
}

INSTANTIATE_TEST_SUITE_P(spec, Whole, testing::ValuesIn(samples()), [](const auto& one) { return one.param.name; });

}  // namespace
