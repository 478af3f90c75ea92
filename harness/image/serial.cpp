#include "harness/image/serial.h"

#include "harness/image/console.h"
#include "harness/image/support.h"

namespace image {

namespace {

bool receive(void* data, uint64_t size) {
  auto* byte = static_cast<uint8_t*>(data);
  for (uint64_t n = 0; n < size; ++n) {
    if (!receive_byte(byte[n])) return false;
  }
  return true;
}

// The next frame, whatever comes before it.
bool receive_frame(Frame& frame) {
  frame.magic = 0;
  while (frame.magic != kFrameMagic) {
    uint8_t byte = 0;
    if (!receive_byte(byte)) return false;
    frame.magic = frame.magic >> 8 | uint64_t{byte} << 56;
  }
  return receive(&frame.offset, sizeof(frame) - sizeof(frame.magic));
}

bool is_good(const Frame& frame, uint64_t room) {
  return frame.crc == crc32c(&frame, sizeof(frame) - 8) && frame.size <= kFrameData && frame.offset <= room &&
         frame.size <= room - frame.offset;
}

}  // namespace

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
