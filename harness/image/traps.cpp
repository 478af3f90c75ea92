#include "harness/image/traps.h"

#include "harness/image/console.h"
#include "harness/image/cpu.h"

// NOLINTNEXTLINE(readability-identifier-naming): named in traps.S
extern "C" const uint64_t trap_stubs[32];

namespace image {

// Flat segments for code and data; the task state is filled in by set_up_traps.
uint64_t gdt[5] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0};

namespace {

struct Gate {
  uint64_t low;
  uint64_t high;
};
Gate idt[32];
uint8_t task_state[104];

}  // namespace

void set_up_traps() {
  for (unsigned n = 0; n < 32; ++n) {
    const uint64_t at = trap_stubs[n];
    idt[n].low = (at & 0xffff) | uint64_t{kCodeSelector} << 16 | 0x8e00ull << 32 | (at >> 16 & 0xffff) << 48;
    idt[n].high = at >> 32;
  }
  const uint64_t base = task_state_base();
  gdt[3] = (sizeof(task_state) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
  gdt[4] = base >> 32;
  const TablePointer pointer{sizeof(idt) - 1, idt_base()};
  asm volatile("lidt %0" : : "m"(pointer));
  asm volatile("ltr %0" : : "r"(kTaskSelector));
}

uint64_t task_state_base() { return reinterpret_cast<uint64_t>(task_state); }
uint64_t idt_base() { return reinterpret_cast<uint64_t>(idt); }

}  // namespace image

// An exception where none can be recovered from.
extern "C" void fatal_trap() {
  using namespace image;
  print("eptspec: exception ");
  print_number(last_trap.vector);
  print(" at ");
  print_hex(last_trap.rip);
  print(", CR2 ");
  print_hex(last_trap.cr2);
  print("\n");
  flush_console();
  break_to_emulator();
}
