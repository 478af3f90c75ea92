#include "harness/image/serial.h"

#include "harness/image/console.h"
#include "harness/image/support.h"

namespace image {

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
