// The CD that boots Linux and the launcher: an initramfs with the launcher as /init and KVM's modules, and isolinux.
// Kept in the user's cache under a name made of all that goes into it. Tests: tests/harness/kvm/medium_test.cpp.
#pragma once

#include <string>

#include "harness/kvm/kernel.h"

namespace harness {

// The ISO image's path. `arguments` come last on the kernel's command line. Throws std::runtime_error.
std::string boot_medium(const Kernel& kernel, const std::string& arguments);

// The launcher that the build left; the environment's EPTSPEC_LAUNCHER comes first.
std::filesystem::path launcher_path();

}  // namespace harness
