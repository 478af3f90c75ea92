// What the launcher does where it is process 1 of a kernel that was booted for it in an emulator. Tests:
// tests/harness/kvm.
#pragma once

#include <unistd.h>

#include <string>

namespace kvm {

// Whether it is; otherwise an ordinary program.
inline bool emulated() { return getpid() == 1; }

// Mounts what is needed, loads KVM's modules from /modules. A line about what went wrong, or nothing.
std::string set_up_system();

// The lines of warning level and worse that the kernel logged since the last call.
std::string kernel_log();

// Makes warnings that the kernel gives once be given once more.
void rearm_warnings();

// Name and release of the kernel.
std::string kernel_name();

[[noreturn]] void power_off();

}  // namespace kvm
