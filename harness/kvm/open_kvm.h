// The targets `kvm-bochs[:MODEL][/PATH]` and `kvm[/PATH]`: nested EPT of KVM, in a Linux that Bochs runs, or of the
// machine at hand. Tests: tests/harness/kvm/kvm_test.py.
#pragma once

#include <memory>
#include <string>

#include "harness/adapters/adapter.h"

namespace harness {

constexpr const char* kKvmBochsModel = "corei7_skylake_x";

// The name under which the known deviations of targets of this kind are kept: with the kernel's version, as in
// "Linux 6.1.0 ...".
std::string kvm_baseline(const std::string& target, const std::string& version);

// `target` begins with kvm. Throws NotTested when KVM offers no EPT to guests there, and std::runtime_error.
std::unique_ptr<Adapter> open_kvm(const std::string& target, const AdapterOptions& options);

}  // namespace harness
