// Which rules of a check are broken for certain by what is known of the registers. A rule that asks for a register that
// is not known says nothing: so the check of MSR values can be asked with some MSRs, and that of VM entry with the
// control words alone. Tests: tests/model/controls_test.cpp.
#pragma once

#include "spec/partial.h"

namespace model {

struct BrokenRule {
  const spec::Check* check = nullptr;  // the one that states the rule
  const spec::Rule* rule = nullptr;
  const spec::Ending* ending = nullptr;  // of the check that was asked
};

// Of the check and its parts, in their order.
std::vector<BrokenRule> broken_rules(const spec::Spec& spec, const spec::Check& check,
                                     const spec::Knowledge& knowledge);

// Of the check itself, without its parts, the rules that may be broken or not by what is known.
std::vector<const spec::Rule*> undecided_rules(const spec::Spec& spec, const spec::Check& check,
                                               const spec::Knowledge& knowledge);

// The capability MSRs of a profile that are not 0: one that is 0 does not exist or is not shown by its source.
spec::Knowledge msrs_of(const spec::Spec& spec, const spec::Profile& profile);

// Adds that an MSR is 0 where it does not exist for certain.
spec::Knowledge with_absent_msrs(const spec::Spec& spec, spec::Knowledge msrs);

}  // namespace model
