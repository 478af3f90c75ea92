// The little that every file needs: checked framing, and what the compiler calls on its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace image {

// CRC-32C of `size` bytes, a multiple of 8.
uint32_t crc32c(const void* data, std::size_t size);

// Of memory: a table of any paging structure, or what VMX wants a page for.
struct alignas(4096) Page {
  uint64_t words[512];  // NOLINT(modernize-avoid-c-arrays): there is no library
};

inline uint64_t address_of(const void* object) { return reinterpret_cast<uint64_t>(object); }

}  // namespace image

extern "C" void* memset(void* to, int value, std::size_t size);
extern "C" void* memcpy(void* to, const void* from, std::size_t size);
