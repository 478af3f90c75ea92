// The messages between eptspec and the launcher: orders in, frames out. Plain layouts, little endian; the results in
// them are harness/image/wire.h. Both sides own it; nothing else uses it. Tests:
// tests/harness/kvm/frame_reader_test.cpp.
//
// An order is one sector followed by `image_size` bytes of the image (image/eptspec.elf) and `cases_size` bytes of the
// cases, each padded to whole sectors. Inside an emulator orders come from a disk, whose first sector is written last
// and looked at again and again; otherwise from standard input. Frames leave by port E9H or by standard output, between
// whatever else is said there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kvm {

constexpr std::size_t kSector = 512;
constexpr std::uint64_t kOrderMagic = 0x524544524f4d564b;  // "KVMORDER"
constexpr std::uint32_t kFrameMagic = 0x464d564b;          // "KVMF"
constexpr std::uint32_t kMostPayload = 1U << 20;

enum class Task : std::uint32_t { run = 1, leave };

struct Order {
  std::uint64_t magic;
  std::uint32_t sequence;  // rises with each order
  Task task;
  std::uint64_t image_size;
  std::uint64_t cases_size;
  std::uint64_t results_size;  // bytes of probe, records and trailer
};
static_assert(sizeof(Order) <= kSector);

enum class Say : std::uint32_t {
  ready = 1,  // text: what runs here
  refused,    // text: why KVM cannot be tested here
  log,        // text: lines of the kernel's log
  console,    // text that the image prints
  results,    // an offset (8 bytes), and results from there on
  finished,   // text: how the image ended; empty when as it should
};

struct FrameHeader {
  std::uint32_t magic;
  Say say;
  std::uint32_t size;  // of the payload behind
  std::uint32_t crc;   // CRC-32C of the payload
};
static_assert(sizeof(FrameHeader) == 16);

// The guest's memory: two windows, and between and behind them addresses without memory, which answer with
// self-identifying words.
constexpr std::uint64_t kLowMemory = std::uint64_t{192} << 20;
constexpr std::uint64_t kHighMemory = std::uint64_t{1} << 30;
constexpr std::uint64_t kHighMemorySize = std::uint64_t{1} << 30;
constexpr std::uint64_t kResults = std::uint64_t{64} << 20;

}  // namespace kvm
