// What the machine can do, and VMX operation: on, off, one VMCS, and entering the guest. Knows controls and the fields
// that never change; what a case asks for is told by the caller. Tests: tests/harness/boot/bochs_cases_test.cpp.
#pragma once

#include "harness/image/wire.h"

namespace image {

// Reads what the machine is: everything but ranges and crc. Switches VMX on in IA32_FEATURE_CONTROL where that is not
// locked.
void examine_machine(Probe& probe);
void print_machine(const Probe& probe);

constexpr uint32_t kVmxBasic = 0x480;
// The value of a VMX capability MSR; 0 where it is not there.
inline uint64_t capability(const Probe& probe, uint32_t msr) { return probe.msr[msr - kVmxBasic]; }

struct GuestRegisters {
  uint64_t rax, rbx, rcx, rdx, rsi, rdi;
};

// VMX operation with a current VMCS whose constant fields are set.
bool enter_vmx(const Probe& probe);
void leave_vmx();

// The controls of a walk beside those that the image needs; false when the processor does not have them all.
bool set_controls(const Probe& probe, const Case& asked);

// What the next guest is beside 64-bit mode at privilege level 0. `user`: privilege level 3. A shadow stack needs
// CR0.WP; otherwise that is off, so that the guest stores to pages that its own paging maps read-only.
struct GuestMode {
  bool pae;  // 32-bit mode with PAE paging
  bool shadow_stack;
  bool user;
};
// False when the processor has no shadow stacks and one is wanted.
bool set_guest_mode(const Probe& probe, const GuestMode& wanted);

// Ends a guest that hangs: the VMX-preemption timer, or the timer of the local APIC where there is none.
enum class Watchdog { preemption_timer, local_apic };
// What the watchdog needs of the pin-based VM-execution controls. The VM-exit control "acknowledge interrupt on exit"
// is always on.
uint32_t watchdog_controls(Watchdog watchdog);
// For the next VM entry. `rate` is IA32_VMX_MISC[4:0].
void arm_watchdog(Watchdog watchdog, uint64_t rate);
// After a VM exit. True when it was an interrupt and the guest has time left: enter it again. A guest whose time is
// over has exit reason 52 (preemption timer) or 1 (external interrupt).
bool go_on_after_interrupt(Watchdog watchdog, uint32_t reason);
// What ends the guest of a case when nothing else does.
Watchdog watchdog_of(const Probe& probe, const Case& asked);

enum class Entered { exit, vm_fail_invalid, vm_fail_valid };
// VM entry, and until the VM exit.
Entered run_guest(const Probe& probe, const Case& asked, GuestRegisters& registers);
// The same without a watchdog. `reason`: of the exit, if there is one.
Entered enter_once(GuestRegisters& registers, uint32_t& reason);

// All that is cached of EPT walks, or, where the processor cannot do that, what is cached of this EPTP.
void invalidate_mappings(const Probe& probe, uint64_t eptp);

}  // namespace image
