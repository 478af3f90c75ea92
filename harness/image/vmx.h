// VMX operation: on, off, one VMCS, and entering the guest. Knows controls and the fields that never change; what a
// case asks for is told by the caller.
#pragma once

#include "harness/image/examine.h"
#include "harness/image/watchdog.h"

namespace image {

struct GuestRegisters {
  uint64_t rax, rbx, rcx, rdx, rsi, rdi;
};

// VMX operation with a current VMCS whose constant fields are set.
bool enter_vmx(const Probe& probe);
void leave_vmx();

// The controls of a case beside those that the image needs; false when the processor does not have them all.
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

// What ends the guest of a case when nothing else does.
Watchdog watchdog_of(const Probe& probe, const Case& asked);

enum class Entered { exit, vm_fail_invalid, vm_fail_valid };
// VM entry, and until the VM exit.
Entered run_guest(const Probe& probe, const Case& asked, GuestRegisters& registers);

}  // namespace image
