#include "harness/kvm/launcher/virtual_machine.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cpuid.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "harness/image/wire.h"
#include "harness/kvm/frames.h"

namespace kvm {

namespace {

// The two lists that /dev/kvm takes, with a fixed size. Linux' header ends them with a macro that has no bytes in C and
// some in C++ (before Linux 6.5), which would also change the numbers of their requests.
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

constexpr std::uint32_t kVmxFeature = 1U << 5;  // CPUID.1:ECX
constexpr std::uint32_t kMsrProcbased = 0x48e;
constexpr std::uint32_t kMsrSecondary = 0x48b;
constexpr std::uint64_t kTaskState = 0xfffbd000;  // 3 pages that KVM takes for real mode on old processors
constexpr std::uint16_t kEmulatorPort = 0xe9;
constexpr suseconds_t kLookEvery = 5'000;  // microseconds

std::string failed(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

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

std::string add_memory(int vm, std::uint32_t slot, std::uint64_t address, std::uint64_t size, char*& memory) {
  void* const got = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (got == MAP_FAILED) return failed("memory of the guest");
  memory = static_cast<char*>(got);
  kvm_userspace_memory_region region{};
  region.slot = slot;
  region.guest_phys_addr = address;
  region.memory_size = size;
  region.userspace_addr = reinterpret_cast<std::uint64_t>(got);
  return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) != 0 ? failed("KVM_SET_USER_MEMORY_REGION") : std::string();
}

void on_alarm(int /*unused*/) {}

void set_alarm(suseconds_t every) {
  struct sigaction action {};
  action.sa_handler = on_alarm;  // without SA_RESTART: KVM_RUN comes back
  sigaction(SIGALRM, &action, nullptr);
  const itimerval timer{{0, every}, {0, every}};
  setitimer(ITIMER_REAL, &timer, nullptr);
}

std::uint8_t& byte_away(VirtualMachine& machine, std::uint64_t address) {
  const std::uint64_t word = address & ~std::uint64_t{7};
  const auto found = machine.away.try_emplace(word, image::identity_word(word)).first;
  return reinterpret_cast<std::uint8_t*>(&found->second)[address & 7];
}

void answer_away(VirtualMachine& machine) {
  auto& access = machine.shared->mmio;
  for (std::uint32_t n = 0; n < access.len; ++n) {
    std::uint8_t& byte = byte_away(machine, access.phys_addr + n);
    if (access.is_write != 0) {
      byte = access.data[n];
    } else {
      access.data[n] = byte;
    }
  }
}

void answer_port(VirtualMachine& machine) {
  const auto& access = machine.shared->io;
  char* const data = reinterpret_cast<char*>(machine.shared) + access.data_offset;
  const std::size_t size = std::size_t{access.size} * access.count;
  if (access.direction == KVM_EXIT_IO_IN) {
    std::memset(data, 0xff, size);
  } else if (access.port == kEmulatorPort) {
    machine.console.append(data, size);
  }
}

std::string registers_of(const VirtualMachine& machine) {
  kvm_regs registers{};
  ioctl(machine.processor, KVM_GET_REGS, &registers);
  std::array<char, 32> text{};
  snprintf(text.data(), text.size(), " at %#llx", registers.rip);
  return text.data();
}

std::string strange_exit(const VirtualMachine& machine) {
  const kvm_run& shared = *machine.shared;
  std::string text = "KVM ended the guest: exit " + std::to_string(shared.exit_reason);
  if (shared.exit_reason == KVM_EXIT_SHUTDOWN) text = "the guest of KVM shut down (triple fault)";
  if (shared.exit_reason == KVM_EXIT_FAIL_ENTRY) {
    text = "VM entry of KVM's guest failed, reason " + std::to_string(shared.fail_entry.hardware_entry_failure_reason);
  }
  if (shared.exit_reason == KVM_EXIT_INTERNAL_ERROR) {
    text = "internal error " + std::to_string(shared.internal.suberror) + " of KVM";
  }
  return text + registers_of(machine);
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

std::string create(VirtualMachine& machine) {
  const int system = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  if (system < 0) return failed("/dev/kvm");
  machine.vm = ioctl(system, KVM_CREATE_VM, 0);
  if (machine.vm < 0) return failed("KVM_CREATE_VM");
  if (ioctl(machine.vm, KVM_SET_TSS_ADDR, kTaskState) != 0) return failed("KVM_SET_TSS_ADDR");
  std::string problem = add_memory(machine.vm, 0, 0, kLowMemory, machine.low);
  char* high = nullptr;
  if (problem.empty()) problem = add_memory(machine.vm, 1, kHighMemory, kHighMemorySize, high);
  if (!problem.empty()) return problem;
  machine.processor = ioctl(machine.vm, KVM_CREATE_VCPU, 0);
  if (machine.processor < 0) return failed("KVM_CREATE_VCPU");
  CpuidList cpuid;  // as KVM offers it, VMX included
  if (ioctl(system, kGetSupportedCpuid, &cpuid) != 0) return failed("KVM_GET_SUPPORTED_CPUID");
  if (ioctl(machine.processor, kSetCpuid, &cpuid) != 0) return failed("KVM_SET_CPUID2");
  const int size = ioctl(system, KVM_GET_VCPU_MMAP_SIZE, 0);
  close(system);
  void* const shared =
      mmap(nullptr, static_cast<std::size_t>(size), PROT_READ | PROT_WRITE, MAP_SHARED, machine.processor, 0);
  if (shared == MAP_FAILED) return failed("the memory shared with KVM");
  machine.shared = static_cast<kvm_run*>(shared);
  return {};
}

std::string run(VirtualMachine& machine, const std::function<void()>& look) {
  set_alarm(kLookEvery);
  std::string problem;
  for (bool running = true; running;) {
    if (ioctl(machine.processor, KVM_RUN, 0) != 0) {
      if (errno != EINTR && errno != EAGAIN) {
        problem = failed("KVM_RUN");
        break;
      }
      look();
      continue;
    }
    switch (machine.shared->exit_reason) {
      case KVM_EXIT_HLT: running = false; break;
      case KVM_EXIT_MMIO: answer_away(machine); break;
      case KVM_EXIT_IO: answer_port(machine); break;
      case KVM_EXIT_INTR: break;
      default: problem = strange_exit(machine); running = false;
    }
  }
  set_alarm(0);
  look();
  return problem;
}

void destroy(VirtualMachine& machine) {
  close(machine.processor);
  close(machine.vm);
  machine = {};
}

}  // namespace kvm
