// Checks of VM entry, VMFUNC and INVEPT on a machine: from registers to a case of the image, and from its record to how
// the check ended. Owns which of the image's memory an address becomes, so that a machine that accepts a case comes to
// no harm; knows no expectation. Tests: tests/harness/metal/check_test.cpp, tests/harness/boot/bochs_checks_test.cpp.
#pragma once

#include "ept_names.h"
#include "harness/metal/plan.h"

namespace harness {

// VM entry writes the controls and fields as they are in `registers`, but for addresses: their bits 11:0 and those at
// and above the width stay, the others become those of harmless memory, as far as that breaks and mends no rule. VMFUNC
// and INVEPT are executed with the operands as they are, after a VM entry with the controls that must be 1 and those
// that VMFUNC asks for. The capabilities in `registers` must be the machine's.
Plan plan_check(const Machine& machine, ept_check_id check, const ept_registers& registers);

// How it ended; `number` is that of the error, vector or basic exit reason.
enum class CheckEnd {
  accepted,              // VM entry to a guest, or the instruction was completed; the exit behind it, or 0
  vm_instruction_error,  // VMfailValid; 0: VMfailInvalid
  exception,
  exit,
  lost,     // the machine did not come back
  not_run,  // it was lost before this case was begun for certain
  unmade,   // VMWRITE knows no field with this encoding
};
struct CheckObservation {
  CheckEnd end;
  std::uint32_t number;
};
CheckObservation observed_check(const Plan& plan, const Recorded& record);

}  // namespace harness
