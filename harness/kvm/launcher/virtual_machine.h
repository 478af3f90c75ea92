// The virtual machine that runs the image: memory, one processor, no device, no interrupt controller. Accesses to
// addresses without memory are answered as if memory were there that was filled with self-identifying words, so that
// they are told apart. Tests: tests/harness/kvm.
#pragma once

#include <linux/kvm.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kvm {

struct VirtualMachine {
  int vm = -1;
  int processor = -1;
  kvm_run* shared = nullptr;
  char* low = nullptr;                                    // guest memory from address 0
  std::unordered_map<std::uint64_t, std::uint64_t> away;  // words written where no memory is, by address
  std::string console;                                    // what the guest printed
};

// Why KVM cannot show nested EPT here; empty when it can.
std::string obstacle();

// These two throw nothing: they give a line about what went wrong, or nothing.
std::string create(VirtualMachine& machine);
// Loads a multiboot 1 image and its module, and sets the processor to begin there.
std::string load(VirtualMachine& machine, std::string_view image, std::string_view module);

// Until the guest halts. `look` is called several times a second. Says how it ended otherwise.
std::string run(VirtualMachine& machine, const std::function<void()>& look);

void destroy(VirtualMachine& machine);

}  // namespace kvm
