// The page tables that the image has of its own under UEFI, walked as a processor walks them.
#include "harness/image/uefi/world.h"

#include <gtest/gtest.h>

#include <array>

namespace image {
namespace {

constexpr std::uint64_t kNotMapped = ~0ULL;
constexpr std::uint64_t kAddress = 0xffffffffff000;

std::uint64_t entry_at(std::uint64_t table, std::uint64_t index) {
  return reinterpret_cast<const std::uint64_t*>(table)[index];  // NOLINT(performance-no-int-to-ptr): as a processor
}

// The physical address of a linear one, and only through writable entries.
std::uint64_t walked(std::uint64_t root, int levels, std::uint64_t linear) {
  std::uint64_t table = root;
  for (int level = levels; level >= 2; --level) {
    const std::uint64_t entry = entry_at(table & kAddress, linear >> (12 + 9 * (level - 1)) & 511);
    if ((entry & 3) != 3) return kNotMapped;
    if ((entry & 0x80) != 0) return level == 2 ? (entry & kAddress) | (linear & 0x1fffff) : kNotMapped;
    table = entry;
  }
  return kNotMapped;
}

TEST(OwnMap, low_memory_is_mapped_where_it_is) {
  const std::uint64_t root = build_own_map(nullptr, 0, false);
  for (const std::uint64_t address : {0x0ULL, 0x1234567ULL, 0x7fffffffULL, 0x80000000ULL, 0xffffffffULL}) {
    EXPECT_EQ(walked(root, 4, address), address) << std::hex << address;
  }
  EXPECT_EQ(walked(root, 4, 0x100000000ULL), kNotMapped);
}

// An application and a stack that lie at ends of gigabytes, of the reach of a PDPT, and of what four levels reach.
TEST(OwnMap, what_the_firmware_puts_above_4_gbytes_is_mapped) {
  const std::array<MemoryRange, 2> high = {{{0x7fffff0000ULL, 0x60000}, {0x7fffffff0000ULL - 0x40000, 0x40000}}};
  for (const bool five_levels : {false, true}) {
    const std::uint64_t root = build_own_map(high.data(), 2, five_levels);
    for (const MemoryRange& range : high) {
      for (const std::uint64_t address : {range.base, range.base + range.size - 1}) {
        EXPECT_EQ(walked(root, five_levels ? 5 : 4, address), address) << std::hex << address;
      }
    }
    EXPECT_EQ(walked(root, five_levels ? 5 : 4, 0x1234), 0x1234ULL);
  }
}

}  // namespace
}  // namespace image
