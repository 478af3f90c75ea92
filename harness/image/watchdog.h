// Ends a guest that hangs: the VMX-preemption timer, or the timer of the local APIC where there is none. Tests:
// tests/harness/boot/bochs_cases_test.cpp.
#pragma once

#include <cstdint>

namespace image {

enum class Watchdog { preemption_timer, local_apic };

// What the watchdog needs of the pin-based VM-execution controls. The VM-exit control "acknowledge interrupt on exit"
// is always on.
uint32_t watchdog_controls(Watchdog watchdog);

// For the next VM entry. `rate` is IA32_VMX_MISC[4:0].
void arm_watchdog(Watchdog watchdog, uint64_t rate);

// After a VM exit. True when it was an interrupt and the guest has time left: enter it again. A guest whose time is
// over has exit reason 52 (preemption timer) or 1 (external interrupt).
bool go_on_after_interrupt(Watchdog watchdog, uint32_t reason);

}  // namespace image
