// A check with all its parts as one list of rules, each with the whole condition under which it is broken; what a
// condition depends on; and which states of a processor occur. Owns no goal. Tests:
// tests/vectors/checks/check_goals_test.cpp.
#pragma once

#include <map>
#include <vector>

#include "spec/partial.h"

namespace vectors {

struct WholeRule {
  std::size_t check = 0;             // Spec::checks index of the part that states it
  const spec::Rule* rule = nullptr;  // of the specification, which must outlive this
  std::size_t ending = 0;            // of the whole check
  spec::Condition when;              // with the conditions of the parts, and with the word that is checked as an EPTP
};

// In the order of model::Meaning::rules_in.
std::vector<WholeRule> whole_rules(const spec::Spec& spec, const spec::Check& check);

// The checks that say what a processor does, as indices into Spec::checks: whole ones with an ending that shows.
std::vector<std::size_t> checks_of_processors(const spec::Spec& spec);

// The operands of a condition that must all hold, through lists within lists.
std::vector<spec::Condition> conjuncts_of(const spec::Condition& condition);

// Bits of registers that are not derived, by Spec::registers index.
using Support = std::map<std::size_t, std::uint64_t>;
void add_support(const spec::Spec& spec, const spec::Condition& condition, Support& support);
Support support_of(const spec::Spec& spec, const spec::Condition& condition);

// Of a word that counts as 0 unless a condition holds: the condition, and the word that it stands for.
const spec::Derivation::Choice* effect_of(const spec::Spec& spec, spec::Word word);

// What holds of every state in which the check is made: its own `given` and that of the registers.
std::vector<spec::Condition> given_of(const spec::Spec& spec, const spec::Check& check);

// Whether no case of the check has all of these, by what they say of single words. False says nothing.
bool contradict(const spec::Spec& spec, const spec::Check& check, const std::vector<spec::Condition>& conditions);

// Conditions as the specification would state them.
spec::Condition all_hold(std::vector<spec::Condition> operands);
spec::Condition bits_set(spec::Word word, spec::Bits bits);  // one of them
spec::Condition has_value(spec::Word word, spec::Bits bits, std::vector<std::uint64_t> values);

}  // namespace vectors
