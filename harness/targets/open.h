// From a target to its adapter, to the file of its known deviations, and to the deviations of a hypervisor that come
// from the emulated processor below it: those that the processor alone shows in the same way in the same case. Tests:
// tests/harness/adapters/hostile_test.cpp, tests/harness/targets/attribute_test.cpp,
// tests/harness/cli/exit_codes_test.py.
#pragma once

#include <memory>
#include <string>

#include "harness/adapters/adapter.h"
#include "harness/adapters/target.h"
#include "harness/suite/report.h"

namespace harness {

// Throws std::runtime_error with one line when the target cannot be used, NotTested when it has nothing to test.
std::unique_ptr<Adapter> open_adapter(const Target& target, const AdapterOptions& options);

// The name under which known deviations are kept: the kind, of KVM with the kernel's version, as in "Linux 6.1.0 ...".
std::string baseline_of(const Target& target, const std::string& version);

// Asks `beneath` every vector of the report that deviates, as if it had the configuration of `description`. Judgements
// whose deviations it all has too are attributed to it.
void attribute(Adapter& beneath, const Description& description, Report& report);

// The same for a target of the kind kvm-bochs and its model of Bochs; nothing for another.
void attribute_to_bochs(const Target& target, const Description& description, Report& report);

}  // namespace harness
