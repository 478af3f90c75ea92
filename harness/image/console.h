// Text for people: COM1 at 3F8H, the emulator's port E9, and the screen; and on the serial line results and cases, in
// checked pieces that can be told from the words between them. Never waits for a serial line that does not exist.
// Tests: the runs of Bochs and OVMF in tests/harness/boot.
#pragma once

#include "harness/image/wire.h"

namespace image {

void set_up_console();
void print(const char* text);
void print_hex(uint64_t value);
void print_number(uint64_t value);
void flush_console();

// Sends `size` bytes, a multiple of 8, from `offset` of the results. Takes 87 microseconds a byte.
void send_results(const uint8_t* results, uint64_t offset, uint64_t size);

// Takes cases from the line, into memory from `to` on. Null when none came for half a minute, or not whole.
const CasesHeader* receive_cases(uint8_t* to, uint64_t room);

// The screen is another one under BIOS (bios.cpp) and under UEFI (uefi/firmware.cpp).
void put_on_screen(char c);

}  // namespace image
