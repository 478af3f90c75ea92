// The paths on which a hypervisor below walks EPT: through the tables that it built for the processor, or in software
// when it carries out an instruction of the guest. Owns what a path changes in a case. Tests:
// tests/harness/metal/path_test.cpp.
#pragma once

#include <functional>
#include <string>

#include "harness/metal/plan.h"

namespace harness {

struct MachineOptions {
  Path path = Path::ordinary;
  bool has_device = false;  // accesses without memory are answered by self-identifying words that can be changed
  bool remembers = false;   // as in Description
  std::function<std::string()> version;  // what is tested, if not the processor; asked after the first boot
};

void take_path(const MachineOptions& options, Machine& machine);

// Declines what cannot be made on the machine's path.
void take_path(const Machine& machine, Plan& plan);

}  // namespace harness
