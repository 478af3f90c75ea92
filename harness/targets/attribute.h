// What of a hypervisor's deviations is the emulated processor's beneath it. Owns the rule: a deviation is the
// processor's when the processor alone, given the very same case, deviates in the same way. Tests:
// tests/harness/targets/attribute_test.cpp.
#pragma once

#include "harness/adapters/target.h"
#include "harness/suite/report.h"

namespace harness {

// Asks `beneath` every vector of the report that deviates, as if it had the configuration of `description`. Judgements
// with the same deviations are attributed to it.
void attribute(Adapter& beneath, const Description& description, Report& report);

// The same for a target of the kind kvm-bochs and its model of Bochs; nothing for another.
void attribute_to_bochs(const Target& target, const Description& description, Report& report);

}  // namespace harness
