// What follows from capability MSRs: allowed controls, control words, broken rules; and how MSRs are read.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/controls/broken_rules.h"
#include "model/controls/msr_lines.h"
#include "model/controls/settings.h"
#include "tests/support/spec_under_test.h"

namespace {

using support::spec_under_test;
using Strings = std::vector<std::string>;

// A processor with bit 55 of 480H, the primary MSRs of Haswell, and few secondary controls.
constexpr const char* kMsrs =
    "480: 0x00da040000000012\n"
    "481 7f00000016\n48d 7f00000016\n"
    "482 fff9fffe0401e172\n48e fff9fffe04006172\n"
    "48b 2200200000000  # 33 enable EPT, 45 VM functions, 49 PML\n"
    "vmx_vmfunc 1\n";

spec::Knowledge msrs_in(const std::string& text, Strings* mistakes = nullptr) {
  spec::Knowledge msrs;
  Strings found;
  model::read_msr_lines(spec_under_test(), text, "file", msrs, mistakes != nullptr ? *mistakes : found);
  EXPECT_EQ(found, Strings{});
  return model::with_absent_msrs(spec_under_test(), msrs);
}

spec::Word word(const char* id) { return word_of(spec_under_test(), id); }

model::Setting setting(const std::vector<model::Setting>& all, const char* id) {
  return *std::ranges::find(all, word(id), &model::Setting::word);
}

model::ControlWords words(const std::string& msrs, const Strings& required, const Strings& wanted = {},
                          model::Governed governed = model::Governed::by_bit_55) {
  const auto controls = [](const Strings& names) {
    std::vector<model::Control> list;
    for (const std::string& name : names) list.push_back(model::controls_named(spec_under_test(), name).at(0));
    return list;
  };
  return words_for(spec_under_test(), model::settings_of(spec_under_test(), msrs_in(msrs), governed),
                   {controls(required), controls(wanted)});
}

Strings broken(const char* check, const spec::Knowledge& known) {
  Strings ids;
  for (const model::BrokenRule& one :
       model::broken_rules(spec_under_test(), *find_id(spec_under_test().checks, check), known))
    ids.push_back(one.ending->id + " " + one.rule->id);
  return ids;
}

TEST(Settings, bit_55_selects_the_true_msr) {
  const auto all = model::settings_of(spec_under_test(), msrs_in(kMsrs), model::Governed::by_bit_55);
  EXPECT_EQ(setting(all, "primary_controls").must, 0x04006172U);
  EXPECT_EQ(setting(all, "primary_controls").allowed_1->word, word("vmx_true_procbased_ctls"));
  EXPECT_TRUE(setting(all, "primary_controls").holds);
}

TEST(Settings, without_bit_55_the_plain_msr_governs) {
  const auto all =
      model::settings_of(spec_under_test(), msrs_in("480 12\n482 fff9fffe0401e172\n"), model::Governed::by_bit_55);
  EXPECT_EQ(setting(all, "primary_controls").must, 0x0401e172U);
  EXPECT_FALSE(setting(all, "primary_controls").holds);
}

TEST(Settings, plain_msrs_govern_on_demand) {
  const auto all = model::settings_of(spec_under_test(), msrs_in(kMsrs), model::Governed::by_plain_msrs);
  EXPECT_EQ(setting(all, "primary_controls").must, 0x0401e172U);
  EXPECT_FALSE(setting(all, "primary_controls").because.has_value());
}

TEST(Settings, without_480h_nobody_knows_which_msr_governs) {
  const auto all = model::settings_of(spec_under_test(), msrs_in("482 fff9fffe0401e172\n"), model::Governed::by_bit_55);
  EXPECT_FALSE(setting(all, "primary_controls").known);
  EXPECT_FALSE(setting(all, "primary_controls").allowed_1.has_value());
}

TEST(Settings, msr_that_was_not_given_is_not_zero) {
  const auto all = model::settings_of(spec_under_test(), msrs_in("482 fffbfffe0401e172\n"), model::Governed::by_bit_55);
  EXPECT_FALSE(setting(all, "tertiary_controls").known);
  EXPECT_FALSE(setting(all, "tertiary_controls").absent);
}

TEST(Settings, msr_that_does_not_exist_allows_nothing) {
  const auto all = model::settings_of(spec_under_test(), msrs_in(kMsrs), model::Governed::by_bit_55);
  EXPECT_TRUE(setting(all, "tertiary_controls").absent);
  EXPECT_EQ(setting(all, "tertiary_controls").may, 0U);
}

TEST(Words, what_must_be_1_is_set_without_a_wish) {
  EXPECT_EQ(words(kMsrs, {}).values.at(word("primary_controls")), 0x04006172U);
}

TEST(Words, required_secondary_control_activates_its_word) {
  const model::ControlWords found = words(kMsrs, {"enable_ept"});
  EXPECT_EQ(found.values.at(word("secondary_controls")), 0x2U);
  EXPECT_EQ(found.values.at(word("primary_controls")), 0x84006172U);
  EXPECT_TRUE(found.missing.empty());
}

TEST(Words, vm_function_activates_two_words) {
  const model::ControlWords found = words(kMsrs, {}, {"eptp_switching"});
  EXPECT_EQ(found.values.at(word("vm_function_controls")), 0x1U);
  EXPECT_EQ(found.values.at(word("secondary_controls")), 0x2000U);
  EXPECT_EQ(found.values.at(word("primary_controls")), 0x84006172U);
}

TEST(Words, wanted_control_that_must_be_0_is_left_out) {
  const model::ControlWords found = words(kMsrs, {}, {"enable_pml", "enable_vpid"});
  EXPECT_EQ(found.values.at(word("secondary_controls")), 0x20000U);
  ASSERT_EQ(found.left_out.size(), 1U);
  EXPECT_EQ(name_of(spec_under_test(), found.left_out[0].control), "control.enable_vpid");
  EXPECT_TRUE(found.missing.empty());
}

TEST(Words, required_control_that_must_be_0_is_missing) {
  const model::ControlWords found = words(kMsrs, {"enable_vpid"});
  ASSERT_EQ(found.missing.size(), 1U);
  EXPECT_EQ(found.missing[0].because.bit(), 5U);
}

TEST(Words, control_is_missing_where_its_word_cannot_be_activated) {
  const model::ControlWords found = words(kMsrs, {"enable_hlat"});
  ASSERT_EQ(found.missing.size(), 1U);
  EXPECT_EQ(name_of(spec_under_test(), found.missing[0].control), "control.enable_hlat");
  EXPECT_EQ(found.values.at(word("primary_controls")), 0x04006172U);
}

TEST(Words, control_of_an_unknown_msr_is_not_taken_to_be_there) {
  EXPECT_EQ(words("480 12\n482 fff9fffe0401e172\n", {"enable_ept"}).missing.size(), 1U);
}

TEST(Names, name_in_several_words_means_all_of_them_or_that_of_execution) {
  EXPECT_EQ(model::controls_named(spec_under_test(), "load_ia32_pat").size(), 2U);
  EXPECT_EQ(model::controls_named(spec_under_test(), "entry_control.load_ia32_pat").size(), 1U);
  const auto activate = model::controls_named(spec_under_test(), "activate_secondary_controls");
  ASSERT_EQ(activate.size(), 1U);
  EXPECT_EQ(activate[0].word, word("primary_controls"));
  EXPECT_TRUE(model::controls_named(spec_under_test(), "reserved_18").empty());
}

TEST(BrokenRules, words_break_a_rule_between_controls) {
  spec::Knowledge known = msrs_in(kMsrs);
  for (const auto& [control_word, value] : words(kMsrs, {"virtual_nmis"}).values)
    known[control_word] = spec::known(value);
  EXPECT_EQ(broken("vm_entry", known), Strings{"vm_fail_control_fields virtual_nmis_without_nmi_exiting"});
}

TEST(BrokenRules, rules_on_addresses_say_nothing_about_words) {
  spec::Knowledge known = msrs_in(kMsrs);
  for (const auto& [control_word, value] : words(kMsrs, {"enable_ept", "use_msr_bitmaps"}).values)
    known[control_word] = spec::known(value);
  EXPECT_EQ(broken("vm_entry", known), Strings{});
}

TEST(BrokenRules, words_of_the_plain_msrs_are_refused_nowhere) {
  spec::Knowledge known = msrs_in(kMsrs);
  for (const auto& [control_word, value] : words(kMsrs, {}, {}, model::Governed::by_plain_msrs).values)
    known[control_word] = spec::known(value);
  EXPECT_EQ(broken("vm_entry", known), Strings{});
}

TEST(BrokenRules, impossible_and_unusual_values_are_named) {
  EXPECT_EQ(broken("msr_values", msrs_in("480 80000000\n")),
            (Strings{"impossible basic_bit_31", "impossible basic_region_size"}));
  EXPECT_EQ(broken("msr_values", msrs_in("48c 20000\n")), Strings{"unusual page_1g_without_page_2m"});
  EXPECT_EQ(broken("msr_values", msrs_in("48c 1000000\n")), Strings{"impossible capability_reserved_bit"});
}

TEST(BrokenRules, rule_between_two_msrs_wants_both) {
  EXPECT_EQ(broken("msr_values", msrs_in("48b 4000000000000\n")).size(), 1U);  // #VE, no VM functions
  EXPECT_EQ(broken("msr_values", msrs_in("48c f0106b34141\n")), Strings{});    // bit 23 and CR4.CET
  EXPECT_EQ(broken("msr_values", msrs_in("48c f0106b34141\n489 3767ff\n")),
            Strings{"unusual shadow_stack_control_without_cet"});
}

TEST(BrokenRules, rule_that_asks_for_an_msr_that_is_not_known_is_undecided) {
  const spec::Check& check = *find_id(spec_under_test().checks, "msr_values");
  const auto undecided = [&](const char* msrs, const char* rule) {
    const auto rules = model::undecided_rules(spec_under_test(), check, msrs_in(msrs));
    return std::ranges::count(rules, rule, &spec::Rule::id);
  };
  EXPECT_EQ(undecided("48c f0106b34141\n", "basic_bit_31"), 1);
  EXPECT_EQ(undecided("48c f0106b34141\n", "capability_reserved_bit"), 0);
  EXPECT_EQ(undecided("48c f0106b34141\n", "shadow_stack_control_without_cet"), 1);
  EXPECT_EQ(undecided("48c f0106334141\n", "shadow_stack_control_without_cet"), 0);  // bit 23 is 0
  EXPECT_EQ(undecided("48c 1000000\n", "capability_reserved_bit"), 0);               // it is broken
}

TEST(BrokenRules, value_of_an_msr_that_does_not_exist_is_impossible) {
  EXPECT_EQ(broken("msr_values", msrs_in("482 7ff9fffe0401e172\n48b 200000000\n")),
            Strings{"impossible procbased_ctls2_without_secondary_controls"});
}

TEST(BrokenRules, msr_that_a_profile_does_not_show_is_not_judged) {
  const spec::Profile& tigerlake = *find_id(spec_under_test().profiles, "tigerlake_1165g7");  // bit 23 of 48CH
  const spec::Knowledge msrs = model::with_absent_msrs(spec_under_test(), model::msrs_of(spec_under_test(), tigerlake));
  EXPECT_EQ(msrs.count(word("vmx_cr4_fixed1")), 0U);
  EXPECT_EQ(broken("msr_values", msrs), Strings{});
}

TEST(MsrLines, each_form_is_read) {
  for (const char* const line : {"48b 7cff00000000", "0x48B:0x7cff00000000", " 48b :\t0X7CFF00000000 # Haswell\r",
                                 "vmx_procbased_ctls2: 7cff00000000"}) {
    EXPECT_EQ(msrs_in(line).at(word("vmx_procbased_ctls2")).value, 0x7cff00000000U) << line;
  }
  EXPECT_TRUE(msrs_in("\n# nothing\n   \n").empty());
}

TEST(MsrLines, each_bad_line_has_one_message_with_its_place) {
  Strings mistakes;
  msrs_in("48b\n\n48c xyz\n3a 5\n480 12345678901234567\n482 1 2\n485 1\n485: 2\n484 -1\n:", &mistakes);
  const Strings expected = {"file:1: '' is no value of MSR 48b; expected up to 16 hexadecimal digits",
                            "file:3: 'xyz' is no value of MSR 48c; expected up to 16 hexadecimal digits",
                            "file:4: '3a' is no capability MSR; expected a number such as 482 or an id",
                            "file:5: '12345678901234567' is no value of MSR 480; expected up to 16 hexadecimal digits",
                            "file:6: '1 2' is no value of MSR 482; expected up to 16 hexadecimal digits",
                            "file:8: MSR 485 was given before; expected each once",
                            "file:9: '-1' is no value of MSR 484; expected up to 16 hexadecimal digits",
                            "file:10: '' is no capability MSR; expected a number such as 482 or an id"};
  EXPECT_EQ(mistakes, expected);
}

}  // namespace
