#include "harness/image/support.h"

#include "harness/image/cpu.h"
#include "harness/image/wire.h"

namespace image {

uint32_t crc32c(const void* data, size_t size) {
  static const bool has_instruction = (cpuid(1).c & 1u << 20) != 0;  // SSE4.2
  uint32_t crc = ~0u;
  if (has_instruction) {
    const auto* word = static_cast<const uint64_t*>(data);
    for (size_t n = 0; n < size / 8; ++n) crc = crc32c_step(crc, word[n]);
  } else {
    const auto* byte = static_cast<const uint8_t*>(data);
    for (size_t n = 0; n < size; ++n) crc = crc32c_byte(crc, byte[n]);
  }
  return ~crc;
}

}  // namespace image

extern "C" void* memset(void* to, int value, size_t size) {
  void* at = to;
  asm volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
  return to;
}

extern "C" void* memcpy(void* to, const void* from, size_t size) {
  void* at = to;
  asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
  return to;
}
