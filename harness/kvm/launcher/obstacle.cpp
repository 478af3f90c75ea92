#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cpuid.h>
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "harness/kvm/launcher/lists.h"
#include "harness/kvm/launcher/virtual_machine.h"

namespace kvm {

namespace {

constexpr std::uint32_t kVmxFeature = 1U << 5;  // CPUID.1:ECX
constexpr std::uint32_t kMsrProcbased = 0x48e;
constexpr std::uint32_t kMsrSecondary = 0x48b;

bool processor_has_vmx() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & kVmxFeature) != 0;
}

std::string parameter(const char* name) {
  const int file = open((std::string("/sys/module/kvm_intel/parameters/") + name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  char letter = 0;
  const bool got = read(file, &letter, 1) == 1;
  close(file);
  return got ? std::string(1, letter) : std::string();
}

bool is_off(const std::string& value) { return value == "N" || value == "0"; }

bool offers_vmx(int system) {
  CpuidList list;
  if (ioctl(system, kGetSupportedCpuid, &list) != 0) return false;
  return std::any_of(list.entries.begin(), list.entries.begin() + list.head.count,
                     [](const auto& entry) { return entry.function == 1 && (entry.ecx & kVmxFeature) != 0; });
}

std::uint64_t feature_msr(int system, std::uint32_t number) {
  OneMsr one;
  one.entry.index = number;
  return ioctl(system, kGetMsrs, &one) == 1 ? one.entry.data : 0;
}

std::string why_no_vmx() {
  if (!processor_has_vmx()) return "the processor has no VMX, so that KVM offers none to its guests";
  if (parameter("nested").empty()) return "the module kvm_intel is not loaded";
  if (is_off(parameter("nested"))) return "the module parameter kvm_intel.nested is off; load the module with nested=1";
  return "KVM offers no VMX to its guests";
}

}  // namespace

std::string obstacle() {
  const int system = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (system < 0) {
    std::string text = std::string("/dev/kvm: ") + std::strerror(errno);
    if (!processor_has_vmx()) text += "; the processor has no VMX";
    return text;
  }
  std::string problem;
  if (!offers_vmx(system)) {
    problem = why_no_vmx();
  } else if ((feature_msr(system, kMsrProcbased) >> 63) == 0 || (feature_msr(system, kMsrSecondary) >> 33 & 1) == 0) {
    problem = is_off(parameter("ept")) ? "the module parameter kvm_intel.ept is off; load the module with ept=1"
                                       : "KVM offers no EPT to its guests";
  }
  close(system);
  return problem;
}

}  // namespace kvm
