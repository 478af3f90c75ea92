// Registers as a hypervisor leaves them before VM entry, and how a check ends with them. Knows no expectations. Tests:
// tests/sdm/vm_entry_test.cpp, tests/agreement/checks_test.cpp.
#pragma once

#include "ept_controls.h"
#include "model/interpret/interpreter.h"

namespace support {

// The MSRs of a processor with 46 address bits and every control that the manual names; IA32_VMX_BASIC bit 55 is 1.
ept_registers able_processor();
// VM entry from 64-bit mode on it with no control on but those that must be, 64-bit guest and host, and EPT.
ept_registers usual_entry();
// VM entry with every control on that may be on beside the others, and good values in all fields that they need.
ept_registers full_entry();

model::Circumstances circumstances_of(const ept_registers& registers);
ept_registers registers_of(const model::Circumstances& machine);

}  // namespace support
