// Loads a multiboot 1 image (the version whose header gives the addresses) as the multiboot specification says.
#include <sys/ioctl.h>

#include <array>
#include <cstring>

#include "harness/image/multiboot.h"
#include "harness/kvm/frames.h"
#include "harness/kvm/launcher/virtual_machine.h"

namespace kvm {

namespace {

constexpr std::size_t kHeaderWithin = 8192;
constexpr std::uint32_t kAddressesGiven = 0x10000;
constexpr std::uint32_t kInformation = 0x9000;  // where the guest finds what follows
constexpr std::uint32_t kModuleList = 0x9100;
constexpr std::uint32_t kMap = 0x9200;
constexpr std::uint32_t kFirstMegabyte = 0x9f000;
constexpr std::uint32_t kCases = 0x400000;  // behind the image

struct Header {
  std::uint32_t magic, flags, checksum, header_address, load_address, load_end, bss_end, entry;
};
struct Module {
  std::uint32_t begin, end, text, reserved;
};

const char* find_header(std::string_view image, Header& header) {
  for (std::size_t at = 0; at + sizeof(Header) <= image.size() && at < kHeaderWithin; at += 4) {
    std::memcpy(&header, image.data() + at, sizeof(Header));
    if (header.magic == MULTIBOOT1_HEADER && header.magic + header.flags + header.checksum == 0) {
      return image.data() + at;
    }
  }
  return nullptr;
}

template <class T>
void put(VirtualMachine& machine, std::uint32_t at, const T& object) {
  std::memcpy(machine.low + at, &object, sizeof(T));
}

void describe_machine(VirtualMachine& machine, std::uint32_t module_end) {
  image::Multiboot1 information{};
  information.flags = image::kHasMemory | image::kHasModules | image::kHasMap;
  information.memory_lower = kFirstMegabyte >> 10;
  information.memory_upper = (kLowMemory >> 10) - 1024;
  information.module_count = 1;
  information.modules = kModuleList;
  const auto usable = [](std::uint64_t base, std::uint64_t size) {
    return image::MapEntry{sizeof(image::MapEntry) - 4, base, size, image::kUsable};
  };
  const std::array ranges = {usable(0, kFirstMegabyte), usable(1 << 20, kLowMemory - (1 << 20)),
                             usable(kHighMemory, kHighMemorySize)};
  information.map = kMap;
  information.map_size = sizeof(ranges);
  put(machine, kInformation, information);
  put(machine, kModuleList, Module{kCases, module_end, 0, 0});
  put(machine, kMap, ranges);
}

// 32-bit protected mode without paging, flat segments.
bool start_processor(VirtualMachine& machine, std::uint32_t entry) {
  kvm_sregs special{};
  if (ioctl(machine.processor, KVM_GET_SREGS, &special) != 0) return false;
  kvm_segment flat{};
  flat.limit = 0xffffffff;
  flat.present = 1;
  flat.db = 1;
  flat.s = 1;
  flat.g = 1;
  flat.type = 3;
  flat.selector = 0x10;
  special.ds = special.es = special.ss = special.fs = special.gs = flat;
  flat.type = 11;
  flat.selector = 8;
  special.cs = flat;
  special.cr0 = 0x11;  // PE, ET
  kvm_regs registers{};
  registers.rflags = 2;
  registers.rip = entry;
  registers.rax = MULTIBOOT1_LOADER;
  registers.rbx = kInformation;
  return ioctl(machine.processor, KVM_SET_SREGS, &special) == 0 &&
         ioctl(machine.processor, KVM_SET_REGS, &registers) == 0;
}

}  // namespace

std::string load(VirtualMachine& machine, std::string_view image, std::string_view module) {
  Header header{};
  const char* const found = find_header(image, header);
  if (found == nullptr || (header.flags & kAddressesGiven) == 0) return "the image has no multiboot header";
  const std::size_t before = header.header_address - header.load_address;
  const auto offset = static_cast<std::size_t>(found - image.data());
  const std::size_t size = header.load_end - header.load_address;
  if (offset < before || offset - before + size > image.size() || header.bss_end > kCases ||
      header.load_end > header.bss_end || header.load_address < (1 << 20)) {
    return "the image's multiboot header is wrong";
  }
  if (kCases + module.size() > kResults) return "there are too many cases";
  std::memcpy(machine.low + header.load_address, image.data() + (offset - before), size);
  std::memcpy(machine.low + kCases, module.data(), module.size());
  describe_machine(machine, static_cast<std::uint32_t>(kCases + module.size()));
  return start_processor(machine, header.entry) ? std::string() : "the processor could not be set up";
}

}  // namespace kvm
