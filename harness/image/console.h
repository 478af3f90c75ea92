// Words for a person: COM1 at 3F8H, the emulator's port E9, and the text screen. Never waits for a line that is not
// there. Tests: the run of Bochs in tests/harness/image.
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

}  // namespace image
