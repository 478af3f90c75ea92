// From a target to its adapter, and to the file of its known deviations. Tests:
// tests/harness/adapters/hostile_test.cpp, tests/harness/targets/attribute_test.cpp, tests/harness/cli/cli_test.py.
#pragma once

#include <memory>
#include <string>

#include "harness/adapters/adapter.h"
#include "harness/adapters/target.h"

namespace harness {

// Throws std::runtime_error with one line when the target cannot be used, NotTested when it has nothing to test.
std::unique_ptr<Adapter> open_adapter(const Target& target, const AdapterOptions& options);

// The name under which known deviations are kept: the kind, of KVM with the kernel's version, as in "Linux 6.1.0 ...".
std::string baseline_of(const Target& target, const std::string& version);

}  // namespace harness
