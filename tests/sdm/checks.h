// How the checks of the emitted header end, in the manual's words, for tests that state a base case and one change.
#pragma once

#include <bit>

#include "tests/sdm/sdm.h"
#include "tests/support/registers.h"

namespace sdm {

using support::able_processor;
using support::usual_entry;

enum class Entry { accepted, error_7, may_be_error_7, error_7_or_8 };

inline Entry enter(const ept_registers& registers) {
  switch (ept_check_vm_entry(&registers).outcome) {
    case EPT_VM_ENTRY_OUTCOME_VM_FAIL_CONTROL_FIELDS: return Entry::error_7;
    case EPT_VM_ENTRY_OUTCOME_MAY_FAIL_CONTROL_FIELDS: return Entry::may_be_error_7;
    case EPT_VM_ENTRY_OUTCOME_VM_FAIL_CONTROL_OR_HOST_STATE: return Entry::error_7_or_8;
    default: return Entry::accepted;
  }
}

inline int broken_rules(const ept_check_result& result) {
  int count = 0;
  for (const ept_word rules : result.rules) count += std::popcount(rules);
  return count;
}

// VM entry fails with error 7 and for one reason only: the case is not refused by accident.
inline testing::AssertionResult refused(const ept_registers& registers) {
  const int count = broken_rules(ept_check_vm_entry(&registers));
  if (enter(registers) == Entry::error_7 && count == 1) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "outcome " << static_cast<int>(enter(registers)) << " with " << count
                                     << " broken rules";
}

inline testing::AssertionResult accepted(const ept_registers& registers) {
  if (enter(registers) == Entry::accepted) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "outcome " << static_cast<int>(enter(registers)) << " with "
                                     << broken_rules(ept_check_vm_entry(&registers)) << " broken rules";
}

}  // namespace sdm
