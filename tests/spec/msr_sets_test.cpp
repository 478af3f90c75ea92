// The specification against capability MSRs from public logs (tests/spec/msr_sets.jsonl: one set a line) and against
// the committed profiles. No machine may break a rule that calls its values impossible. An MSR that a log does not show
// is not known: a rule that asks for it says nothing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "spec/partial.h"
#include "tests/support/spec_under_test.h"

namespace {

using spec::Knowledge;
using spec::Truth;
using support::spec_under_test;

struct MsrSet {
  std::string id;
  std::string kind;
  Knowledge knowledge;
};

// The registers that are capability MSRs, by number.
std::map<std::uint32_t, spec::Word> msrs() {
  std::map<std::uint32_t, spec::Word> found;
  for (std::size_t n = 0; n < spec_under_test().registers.size(); ++n) {
    const spec::Register& one = spec_under_test().registers[n];
    if (one.msr) found.emplace(*one.msr, spec::word_of_register(n));
  }
  return found;
}

std::vector<MsrSet> read_sets() {
  const std::map<std::uint32_t, spec::Word> known_msrs = msrs();
  std::vector<MsrSet> sets;
  std::ifstream file(EPTSPEC_SOURCE_DIR "/tests/spec/msr_sets.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto json = nlohmann::json::parse(line);
    MsrSet set{json.at("id"), json.at("kind"), {}};
    for (const auto& [number, value] : json.at("msrs").items()) {
      const auto word = known_msrs.find(static_cast<std::uint32_t>(std::stoul(number, nullptr, 16)));
      if (word != known_msrs.end())
        set.knowledge.emplace(word->second, spec::known(std::stoull(value.get<std::string>(), nullptr, 16)));
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

const std::vector<MsrSet>& sets() {
  static const std::vector<MsrSet> all = read_sets();
  return all;
}

const spec::Check& values_check() { return *find_id(spec_under_test().checks, "msr_values"); }

spec::Kinds kinds_of_msrs() {
  spec::Kinds kinds;
  for (const auto& [number, word] : msrs())
    kinds.emplace(word, kinds_of(spec_under_test().registers.at(spec::register_at(word)), 52));
  return kinds;
}

// The rules with this outcome that the values certainly break.
std::set<std::string> broken(const Knowledge& knowledge, const std::string& outcome) {
  static const spec::Kinds kinds = kinds_of_msrs();
  std::set<std::string> rules;
  for (const spec::Rule& rule : values_check().rules) {
    if (values_check().endings.at(rule.result).id == outcome &&
        judge(spec_under_test(), rule.when, knowledge, kinds) == Truth::yes)
      rules.insert(rule.id);
  }
  return rules;
}

using Broken = std::map<std::string, std::set<std::string>>;  // by set

Broken broken_by(const std::string& kind, const std::string& outcome) {
  Broken result;
  for (const MsrSet& set : sets()) {
    if (set.kind != kind) continue;
    if (const std::set<std::string> rules = broken(set.knowledge, outcome); !rules.empty()) result[set.id] = rules;
  }
  return result;
}

std::string shown(const Broken& sets) {
  std::string text;
  for (const auto& [id, rules] : sets) {
    text += id + ":";
    for (const std::string& rule : rules) text += " " + rule;
    text += "\n";
  }
  return text;
}

std::size_t count_of(const std::string& kind) {
  return static_cast<std::size_t>(
      std::ranges::count_if(sets(), [&](const MsrSet& set) { return set.kind == kind && !set.knowledge.empty(); }));
}

TEST(MsrSets, all_sets_are_read) {
  EXPECT_EQ(sets().size(), 268U);
  EXPECT_EQ(count_of("numbers"), 223U);
  EXPECT_EQ(count_of("doubtful"), 4U);
}

TEST(MsrSets, values_of_real_processors_are_possible) {
  for (const char* kind : {"numbers", "halves", "composed", "names"}) {
    const Broken impossible = broken_by(kind, "impossible");
    EXPECT_TRUE(impossible.empty()) << kind << ": " << shown(impossible);
  }
}

TEST(MsrSets, each_doubtful_set_is_impossible_by_name) {
  const Broken impossible = broken_by("doubtful", "impossible");
  const Broken expected = {
      {"doubtful_14th_gen_48b", {"secondary_controls_required"}},                               // 48BH: a bare 82H
      {"doubtful_44146141", {"capability_reserved_bit", "entry_required_and_not_allowed"}},     // halves swapped
      {"doubtful_csharp", {"capability_without_ept_and_vpid", "secondary_controls_required"}},  // 48BH: a bare 42H
      {"doubtful_ept_0640_1076",
       {"capability_reserved_bit", "unrestricted_guest_without_saved_lma", "vmfunc_without_vm_functions"}},
  };
  EXPECT_EQ(impossible, expected) << shown(impossible);
}

TEST(MsrSets, msr_that_was_not_read_is_not_taken_as_0) {
  EXPECT_TRUE(broken({}, "impossible").empty());
  EXPECT_TRUE(broken({}, "unusual").empty());
}

// How many of the sets of whole numbers break which rule of the unusual.
TEST(MsrSets, rules_of_the_unusual_fire_as_often_as_counted) {
  std::map<std::string, int> counts;
  for (const auto& [id, rules] : broken_by("numbers", "unusual"))
    for (const std::string& rule : rules) ++counts[rule];
  const std::map<std::string, int> expected = {
      {"basic_bit_57", 49},                                                 // Alder Lake and later
      {"ept_violation_ve_without_vm_functions", 3},                         // among them Pentium G4600 and G5400
      {"misc_bit_9", 5},                                                    // before Nehalem
      {"misc_cr3_target_count_not_4", 3},                                   // hypervisors
      {"mode_based_execute_control_without_advanced_exit_information", 2},  // Zhaoxin
      {"true_pin_based_other_allowed_1", 1},  // VmxCaps 8109U, where 481H is probably a slip of the table
  };
  EXPECT_EQ(counts, expected) << shown(broken_by("numbers", "unusual"));
}

// In each MSR that has both halves no control is required and not allowed; of the words that VM entry asks.
TEST(MsrSets, required_settings_are_within_allowed_ones) {
  int judged = 0;
  for (const MsrSet& set : sets()) {
    if (set.kind == "doubtful") continue;
    for (const spec::Register& control : spec_under_test().registers) {
      if (!control.allowed_0 || !control.allowed_1) continue;
      const spec::Partial low = value_of(spec_under_test(), *control.allowed_0, set.knowledge);
      const spec::Partial high = value_of(spec_under_test(), *control.allowed_1, set.knowledge);
      if (low.mask == 0 || high.mask == 0) continue;
      EXPECT_TRUE(spec::has_relation(low.value, spec::Relation::within, high.value)) << set.id << " " << control.id;
      ++judged;
    }
  }
  EXPECT_GT(judged, 700);
}

TEST(ProfileMsrs, no_profile_is_impossible) {
  for (const spec::Profile& profile : spec_under_test().profiles) {
    Knowledge knowledge = knowledge_of(spec_under_test(), profile);
    for (const std::uint32_t msr : {0x486U, 0x487U, 0x488U, 0x489U}) knowledge.erase(msrs().at(msr));
    const std::set<std::string> rules = broken(knowledge, "impossible");
    EXPECT_TRUE(rules.empty()) << shown({{profile.id, rules}});
  }
}

// Whether the file of the profile states the register: a value of 0 is one too.
bool states(const spec::Profile& profile, const spec::Register& one) {
  std::ifstream file(EPTSPEC_SOURCE_DIR "/" + profile.place.file);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  " + one.id + ":")) return true;
  }
  return false;
}

TEST(ProfileMsrs, profile_has_exactly_the_msrs_that_exist_on_it) {
  for (const spec::Profile& profile : spec_under_test().profiles) {
    const Knowledge knowledge = knowledge_of(spec_under_test(), profile);
    for (const auto& [number, word] : msrs()) {
      if (number >= 0x486 && number <= 0x489) continue;  // not in the profiles yet
      const spec::Register& one = spec_under_test().registers.at(spec::register_at(word));
      const bool exists = !one.exists || judge(spec_under_test(), *one.exists, knowledge) == Truth::yes;
      EXPECT_EQ(states(profile, one), exists) << profile.id << " " << one.id;
    }
  }
}

}  // namespace
