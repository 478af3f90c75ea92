// Checks: the fields of a case into the VMCS as they are given, VM entry or the instruction that is checked, and how it
// ended. Knows no rule. Tests: tests/harness/boot/bochs_checks_test.cpp.
#pragma once

#include "harness/image/wire.h"

namespace image {

void run_check(const Probe& probe, const Case& asked, Record& record);

// Behind each check, also one that ended in an exception: VMX operation, and a VMCS as before.
void finish_check(const Probe& probe);

}  // namespace image
