// Reads what the machine is: processor, VMX capabilities, memory.
#pragma once

#include "harness/image/wire.h"

namespace image {

// Everything but ranges and crc. Switches VMX on in IA32_FEATURE_CONTROL where that is not locked.
void examine_machine(Probe& probe);
void print_machine(const Probe& probe);

constexpr uint32_t kVmxBasic = 0x480;
// The value of a VMX capability MSR; 0 where it is not there.
inline uint64_t capability(const Probe& probe, uint32_t msr) { return probe.msr[msr - kVmxBasic]; }

}  // namespace image
