// A Linux kernel with the modules of KVM, from a Debian package, which is downloaded and unpacked and not installed, or
// somebody's own; and the CD that boots it and the launcher. Tests: tests/harness/kvm/medium_test.cpp.
#pragma once

#include <filesystem>
#include <string>

namespace harness {

constexpr const char* kKernelPackage = "linux-image-cloud-amd64";

struct Kernel {
  std::filesystem::path vmlinuz;
  std::filesystem::path modules;  // the three are somewhere below, as NAME.ko or NAME.ko.xz
};

// `from` is the name of a package, or VMLINUZ+MODULES: a file and a directory. Packages are kept in the user's cache.
// Throws std::runtime_error with one line.
Kernel find_kernel(const std::string& from);

// A CD with isolinux and an initramfs, which holds the launcher as /init and KVM's modules. Kept in the user's cache
// under a name made of all that goes into it.
// Gives the ISO image's path. `arguments` come last on the kernel's command line. Throws std::runtime_error.
std::string boot_medium(const Kernel& kernel, const std::string& arguments);

// The launcher that the build left; the environment's EPTSPEC_LAUNCHER comes first.
std::filesystem::path launcher_path();

}  // namespace harness
