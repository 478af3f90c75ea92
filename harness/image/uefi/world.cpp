#include "harness/image/uefi/world.h"

#include "harness/image/cpu.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"

extern "C" uint8_t ImageBase[];  // NOLINT(readability-identifier-naming): gnu-efi's name for it
extern "C" uint8_t image_end[];  // uefi.ld

namespace image {

namespace {

constexpr uint64_t kCr4Pae = 1u << 5;
constexpr uint64_t kCr4FiveLevels = 1u << 12;
constexpr uint64_t kCr4Cet = 1u << 23;
constexpr uint64_t kStack = 0x20000;  // that the firmware gives to an application, UEFI 2.3.4
constexpr uint32_t kEfer = 0xc0000080;
constexpr uint32_t kFsBase = 0xc0000100;
constexpr uint32_t kGsBase = 0xc0000101;
constexpr uint64_t kBusy = 1ull << 41;  // of a descriptor of a task state

struct Segments {
  uint16_t cs, ds, es, fs, gs, ss;
};

struct State {
  uint64_t flags, cr0, cr3, cr4, efer, fs_base, gs_base;
  TablePointer gdt, idt;
  Segments segments;
  uint16_t local_table;
};
State firmwares;
uint16_t firmwares_task = 0;  // when the application was started; a firmware that has none is left with ours
uint64_t own_root = 0;

constexpr Segments kOwnSegments{kCodeSelector, kDataSelector, kDataSelector, 0, 0, kDataSelector};

Segments read_segments() {
  Segments s{};
  asm volatile("mov %%cs, %0; mov %%ds, %1; mov %%es, %2" : "=r"(s.cs), "=r"(s.ds), "=r"(s.es));
  asm volatile("mov %%fs, %0; mov %%gs, %1; mov %%ss, %2" : "=r"(s.fs), "=r"(s.gs), "=r"(s.ss));
  return s;
}

void load_segments(const Segments& s) {
  asm volatile("mov %0, %%ds; mov %1, %%es; mov %2, %%fs" : : "r"(s.ds), "r"(s.es), "r"(s.fs) : "memory");
  asm volatile("mov %0, %%gs; mov %1, %%ss" : : "r"(s.gs), "r"(s.ss) : "memory");
  asm volatile("push %0; lea 1f(%%rip), %%rax; push %%rax; lretq; 1:" : : "r"(uint64_t{s.cs}) : "rax", "memory");
}

void save(State& state) {
  asm volatile("pushf; pop %0" : "=r"(state.flags));
  state.cr0 = read_cr<0>();
  state.cr3 = read_cr<3>();
  state.cr4 = read_cr<4>();
  state.efer = read_msr(kEfer);
  state.fs_base = read_msr(kFsBase);
  state.gs_base = read_msr(kGsBase);
  asm volatile("sgdt %0; sidt %1" : "=m"(state.gdt), "=m"(state.idt));
  asm volatile("sldt %0" : "=r"(state.local_table));
  state.segments = read_segments();
}

}  // namespace

void prepare_own_world() {
  asm volatile("str %0" : "=r"(firmwares_task));
  const uint64_t stack = address_of(__builtin_frame_address(0));
  const MemoryRange high[] = {{address_of(ImageBase), address_of(image_end) - address_of(ImageBase)},
                              {stack - kStack, 2 * kStack}};
  own_root = build_own_map(high, 2, (read_cr<4>() & kCr4FiveLevels) != 0);
}

void enter_own_world() {
  // The shadow stack of a firmware that has one stays off for as long as the application runs: a VM exit loses its
  // pointer.
  write_cr4(read_cr<4>() & ~kCr4Cet);
  save(firmwares);
  asm volatile("cli" : : : "memory");
  // Paging of 5 levels cannot be switched off without leaving 64-bit mode.
  write_cr4(kCr4Pae | (firmwares.cr4 & kCr4FiveLevels));
  write_cr3(own_root);
  const TablePointer pointer{sizeof(gdt) - 1, address_of(gdt)};
  asm volatile("lgdt %0" : : "m"(pointer));
  load_segments(kOwnSegments);
  set_up_traps();
}

void leave_own_world() {
  write_msr(kEfer, firmwares.efer);  // first: no-execute bits in its page tables
  write_cr3(firmwares.cr3);
  write_cr0(firmwares.cr0);
  write_cr4(firmwares.cr4);
  asm volatile("lgdt %0; lidt %1" : : "m"(firmwares.gdt), "m"(firmwares.idt));
  load_segments(firmwares.segments);
  write_msr(kFsBase, firmwares.fs_base);
  write_msr(kGsBase, firmwares.gs_base);
  asm volatile("lldt %0" : : "r"(firmwares.local_table));
  if (firmwares_task != 0) {
    volatile uint64_t& descriptor = word_at(firmwares.gdt.base + firmwares_task);
    descriptor = descriptor & ~kBusy;
    asm volatile("ltr %0" : : "r"(firmwares_task));
  }
  asm volatile("push %0; popf" : : "r"(firmwares.flags) : "memory", "cc");
}

}  // namespace image
