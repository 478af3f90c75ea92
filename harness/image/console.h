// Text output for people: COM1 at 3F8H, the emulator's port E9, and the screen. Never waits for a serial line that does
// not exist. Tests: the runs of Bochs and OVMF in tests/harness/boot.
#pragma once

#include <cstdint>

namespace image {

void set_up_console();
void print(const char* text);
void print_hex(uint64_t value);
void print_number(uint64_t value);
// These bytes on the serial line alone.
void send(const void* data, uint64_t size);
// False when none came for half a minute.
bool receive_byte(uint8_t& byte);
void flush_console();

// The screen is another one under BIOS (screen.cpp) and under UEFI (uefi/screen.cpp).
void put_on_screen(char c);

}  // namespace image
