// Finds out which deviations of a hypervisor come from the emulated processor below it. Owns the rule: a deviation is
// the processor's if the processor alone deviates in the same way in the same case. Tests:
// tests/harness/targets/attribute_test.cpp.
#pragma once

#include "harness/suite/report.h"

namespace harness {

// Asks `beneath` every vector of the report that deviates, as if it had the configuration of `description`. Those that
// it answers with the same deviations become an entry of the report's known ones.
void attribute(Adapter& beneath, const Description& description, Report& report);

// The same for the target kvm-bochs:MODEL[/PATH] and its model of Bochs; nothing for another target.
void attribute_to_bochs(const Description& description, Report& report);

}  // namespace harness
