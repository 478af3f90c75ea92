// VMX operation: on, off, one VMCS, and entering the guest. Knows controls and the fields that never change; what a
// case asks for is told by the caller.
#pragma once

#include "harness/image/machine.h"

namespace image {

struct GuestRegisters {
  uint64_t rax, rbx, rcx, rdx, rsi, rdi;
};

// VMX operation with a current VMCS whose constant fields are set.
bool enter_vmx(const Probe& probe);
void leave_vmx();

// The controls of a case beside those that the image needs; false when the processor does not have them all.
bool set_controls(const Probe& probe, const Case& asked);

// Whether the next guest has a shadow stack, at which linear address, and whether it runs at privilege level 3. Without
// shadow stacks in the processor: false when one is wanted.
struct ShadowStack {
  bool on;
  bool user;
  uint64_t pointer;
};
bool set_shadow_stack(const Probe& probe, const ShadowStack& wanted);

enum class Entered { exit, vm_fail_invalid, vm_fail_valid };
// VM entry, and until the VM exit.
Entered run_guest(GuestRegisters& registers);

// Arms the watchdog for the next VM entry; it makes the guest exit with reason 52.
void arm_watchdog(const Probe& probe);

}  // namespace image
