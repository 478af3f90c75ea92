// The targets `kvm-bochs[:MODEL][/PATH]` and `kvm[/PATH]`: nested EPT of KVM, in a Linux that Bochs runs, or of the
// machine at hand. Tests: tests/harness/kvm/kvm_test.py.
#pragma once

#include <memory>

#include "harness/adapters/adapter.h"
#include "harness/adapters/target.h"

namespace harness {

// Of the kind kvm or kvm-bochs. Throws NotTested when KVM offers no EPT to guests there, and std::runtime_error.
std::unique_ptr<Adapter> open_kvm(const Target& target, const AdapterOptions& options);

}  // namespace harness
