// What a target's processor can do, computed from its registers and the specification for its report. Tests:
// tests/harness/cli/capabilities_test.py.
#pragma once

#include "harness/adapters/adapter.h"
#include "harness/cli/commands.h"
#include "harness/suite/report.h"
#include "spec/ir.h"

namespace cli {

// A capability MSR that is 0 counts as not known, unless it does not exist for certain.
harness::Capabilities capabilities_of(const spec::Spec& spec, const ept_registers& registers);

harness::Processor processor_of(const harness::Description& description);

// Into the report, unless the target takes any configuration. False when there are mistakes in the specification, which
// are on standard error.
bool add_capabilities(const Invocation& invocation, const harness::Processor& processor, harness::Report& report);

}  // namespace cli
