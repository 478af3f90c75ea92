// The two lists that /dev/kvm takes, with a fixed size. Linux' header ends them with a macro that has no bytes in C and
// some in C++ (before Linux 6.5), which would also change the numbers of their requests.
#pragma once

#include <linux/kvm.h>

#include <array>
#include <cstdint>

namespace kvm {

struct ListHead {
  std::uint32_t count;
  std::uint32_t padding;
};

constexpr unsigned kMostCpuid = 256;
struct CpuidList {
  ListHead head{kMostCpuid, 0};
  std::array<kvm_cpuid_entry2, kMostCpuid> entries{};
};

struct OneMsr {
  ListHead head{1, 0};
  kvm_msr_entry entry{};
};

constexpr unsigned long kGetSupportedCpuid = _IOWR(KVMIO, 0x05, ListHead);
constexpr unsigned long kSetCpuid = _IOW(KVMIO, 0x90, ListHead);
constexpr unsigned long kGetMsrs = _IOWR(KVMIO, 0x88, ListHead);

}  // namespace kvm
