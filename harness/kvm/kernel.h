// A Linux kernel to boot, with the modules of KVM: from a Debian package, which is downloaded and unpacked and not
// installed, or somebody's own. Tests: tests/harness/kvm/medium_test.cpp.
#pragma once

#include <array>
#include <filesystem>
#include <string>

namespace harness {

constexpr const char* kKernelPackage = "linux-image-cloud-amd64";

// The modules, in the order in which they are loaded.
inline constexpr std::array kKvmModules = {"irqbypass", "kvm", "kvm-intel"};

struct Kernel {
  std::filesystem::path vmlinuz;
  std::filesystem::path modules;  // the three are somewhere below, as NAME.ko or NAME.ko.xz
};

// `from` is the name of a package, or VMLINUZ+MODULES: a file and a directory. Packages are kept in the user's cache.
// Throws std::runtime_error with one line.
Kernel find_kernel(const std::string& from);

}  // namespace harness
