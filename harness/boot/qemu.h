// The target `qemu`: the image as a guest of QEMU, with KVM where there are /dev/kvm and VMX. What is tested then is
// the nested EPT of the kernel's KVM; QEMU's own emulation has no VMX. Tests: tests/harness/boot/uefi_test.py.
#pragma once

#include <memory>

#include "harness/adapters/adapter.h"

namespace harness {

// Throws NotTested without VMX, and std::runtime_error with one line.
std::unique_ptr<Adapter> open_qemu();

}  // namespace harness
