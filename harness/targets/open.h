// From the name of a target to its adapter. Owns which kinds of targets there are. Tests:
// tests/harness/adapters/hostile_test.cpp, tests/harness/cli/cli_test.py.
#pragma once

#include <memory>
#include <string>

#include "harness/adapters/adapter.h"

namespace harness {

// reference, lib:PATH, exec:COMMAND, bochs[:MODEL], kvm-bochs[:MODEL], kvm or qemu. Throws std::runtime_error with one
// line when the target cannot be used, NotTested when it has nothing to test.
std::unique_ptr<Adapter> open_adapter(const std::string& target, const AdapterOptions& options);

}  // namespace harness
