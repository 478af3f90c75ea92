// Finds out which deviations of a hypervisor come from the emulated processor below it. Owns the rule: a deviation is
// the processor's if the processor alone deviates in the same way in the same case. Tests:
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
