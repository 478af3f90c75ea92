// What of a hypervisor's deviations is the emulated processor's beneath it. Owns the rule: a deviation is the
// processor's when the processor alone, given the very same case, deviates in the same way. Tests:
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
