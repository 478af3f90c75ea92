#include "harness/image/console.h"

#include "harness/image/cpu.h"
#include "harness/image/support.h"

namespace image {

namespace {

constexpr uint16_t kCom1 = 0x3f8;
constexpr uint16_t kEmulator = 0xe9;

bool serial = false;

// A look takes about a microsecond of a real machine.
bool wait_for(uint8_t bit, unsigned looks = 1'000'000) {
  for (unsigned n = 0; n < looks; ++n) {
    if ((in_byte(kCom1 + 5) & bit) != 0) return true;
  }
  return false;
}

void put_serial(uint8_t byte) {
  if (serial) serial = wait_for(0x20);
  if (serial) out_byte(kCom1, byte);
}

void put(char c) {
  out_byte(kEmulator, static_cast<uint8_t>(c));
  put_serial(static_cast<uint8_t>(c));
  put_on_screen(c);
}

void send(const void* data, uint64_t size) {
  const auto* byte = static_cast<const uint8_t*>(data);
  for (uint64_t n = 0; n < size; ++n) put_serial(byte[n]);
}

// False when not all came, each byte within half a minute.
bool receive(void* data, uint64_t size) {
  auto* byte = static_cast<uint8_t*>(data);
  for (uint64_t n = 0; n < size; ++n) {
    if (!serial || !wait_for(1, 30'000'000)) return false;
    byte[n] = in_byte(kCom1);
  }
  return true;
}

// The next frame, whatever comes before it.
bool receive_frame(Frame& frame) {
  frame.magic = 0;
  while (frame.magic != kFrameMagic) {
    uint8_t byte = 0;
    if (!receive(&byte, 1)) return false;
    frame.magic = frame.magic >> 8 | uint64_t{byte} << 56;
  }
  return receive(&frame.offset, sizeof(frame) - sizeof(frame.magic));
}

bool is_good(const Frame& frame, uint64_t room) {
  return frame.crc == crc32c(&frame, sizeof(frame) - 8) && frame.size <= kFrameData && frame.offset <= room &&
         frame.size <= room - frame.offset;
}

}  // namespace

void set_up_console() {
  out_byte(kCom1 + 1, 0);
  out_byte(kCom1 + 3, 0x80);
  out_byte(kCom1 + 0, 1);  // 115200 baud
  out_byte(kCom1 + 1, 0);
  out_byte(kCom1 + 3, 3);
  out_byte(kCom1 + 2, 7);
  serial = in_byte(kCom1 + 5) != 0xff;
}

void print(const char* text) {
  for (; *text != 0; ++text) put(*text);
}

void print_hex(uint64_t value) {
  char text[19] = "0x";
  char* end = text + 2;
  int shift = 60;
  while (shift != 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) *end++ = "0123456789abcdef"[value >> shift & 15];
  *end = 0;
  print(text);
}

void print_number(uint64_t value) {
  char text[21];
  char* begin = text + 20;
  *begin = 0;
  do {
    *--begin = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  print(begin);
}

void flush_console() {
  if (serial) wait_for(0x40);
}

const CasesHeader* receive_cases(uint8_t* to, uint64_t room) {
  Frame frame;
  while (receive_frame(frame)) {
    const bool good = is_good(frame, room) && receive(to + frame.offset, frame.size) &&
                      crc32c(to + frame.offset, frame.size) == frame.data_crc;
    const uint8_t answer = good ? kTaken : kDamaged;
    send(&answer, 1);
    if (good && frame.size == 0) return reinterpret_cast<const CasesHeader*>(to);
  }
  return nullptr;
}

void send_results(const uint8_t* results, uint64_t offset, uint64_t size) {
  for (uint64_t at = offset; at < offset + size; at += kFrameData) {
    const uint64_t left = offset + size - at;
    Frame frame{kFrameMagic,
                static_cast<uint32_t>(at),
                static_cast<uint32_t>(left < kFrameData ? left : kFrameData),
                0,
                0,
                0,
                0};
    frame.data_crc = crc32c(results + at, frame.size);
    frame.crc = crc32c(&frame, sizeof(frame) - 8);
    send(&frame, sizeof(frame));
    send(results + at, frame.size);
  }
}

}  // namespace image
