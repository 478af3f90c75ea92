// Exceptions of the image itself. None is expected; each is reported, and the run continues.
#pragma once

#include <cstdint>

namespace image {

struct Trap {
  uint64_t vector;
  uint64_t error_code;
  uint64_t rip;
  uint64_t cr2;
};
// NOLINTNEXTLINE(readability-identifier-naming): named in traps.S
extern "C" Trap last_trap;

// Calls function(argument); 1 when an exception ended it (see last_trap), else 0.
extern "C" int guarded(void (*function)(void*), void* argument);

// IDT and task state.
void set_up_traps();
uint64_t task_state_base();
uint64_t idt_base();
extern "C" uint64_t gdt[5];
constexpr uint16_t kCodeSelector = 0x08;
constexpr uint16_t kDataSelector = 0x10;
constexpr uint16_t kTaskSelector = 0x18;

}  // namespace image
