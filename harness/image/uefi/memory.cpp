#include "harness/image/support.h"
#include "harness/image/uefi/firmware.h"

namespace image {

namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kReach = 1ull << 32;
uint64_t claimed[kReach / kPage / 64];  // a bit for each page

uint64_t pages_in(uint64_t size) { return (size + kPage - 1) / kPage; }

// The smallest range makes way.
void add(Boot& boot, const MemoryRange& range) {
  if (boot.range_count != 0) {
    MemoryRange& last = boot.ranges[boot.range_count - 1];
    if (last.base + last.size == range.base) {
      last.size += range.size;
      return;
    }
  }
  if (boot.range_count == kMaxRanges) {
    uint32_t smallest = 0;
    for (uint32_t n = 1; n < kMaxRanges; ++n) {
      if (boot.ranges[n].size < boot.ranges[smallest].size) smallest = n;
    }
    if (boot.ranges[smallest].size >= range.size) return;
    for (uint32_t n = smallest; n + 1 < kMaxRanges; ++n) boot.ranges[n] = boot.ranges[n + 1];
    --boot.range_count;
  }
  boot.ranges[boot.range_count++] = range;
}

}  // namespace

void read_memory_map(Boot& boot) {
  UINTN size = 0;
  UINTN key = 0;
  UINTN step = 0;
  UINT32 version = 0;
  services().GetMemoryMap(&size, nullptr, &key, &step, &version);
  size += 16 * step;  // allocating makes the map longer
  void* pool = nullptr;
  if (services().AllocatePool(EfiLoaderData, size, &pool) != EFI_SUCCESS) return;
  auto* map = static_cast<EFI_MEMORY_DESCRIPTOR*>(pool);
  if (services().GetMemoryMap(&size, map, &key, &step, &version) == EFI_SUCCESS) {
    for (uint64_t at = address_of(pool); at + step <= address_of(pool) + size; at += step) {
      const auto& one = *reinterpret_cast<const EFI_MEMORY_DESCRIPTOR*>(at);
      if (one.Type == EfiConventionalMemory) add(boot, {one.PhysicalStart, one.NumberOfPages * kPage});
    }
  }
  services().FreePool(pool);
}

uint8_t* allocate(uint64_t size) {
  EFI_PHYSICAL_ADDRESS at = kReach - 1;
  const EFI_STATUS status = services().AllocatePages(AllocateMaxAddress, EfiLoaderData, pages_in(size), &at);
  return status == EFI_SUCCESS ? reinterpret_cast<uint8_t*>(at) : nullptr;
}

void release(uint8_t* memory, uint64_t size) {
  if (memory != nullptr) services().FreePages(address_of(memory), pages_in(size));
}

bool claim(uint64_t address) {
  if (address >= kReach) return false;
  const uint64_t page = address / kPage;
  const uint64_t bit = 1ull << page % 64;
  if ((claimed[page / 64] & bit) != 0) return true;
  EFI_PHYSICAL_ADDRESS at = page * kPage;
  if (services().AllocatePages(AllocateAddress, EfiLoaderData, 1, &at) != EFI_SUCCESS) return false;
  claimed[page / 64] |= bit;
  return true;
}

void release_claimed() {
  for (uint64_t page = 0; page < kReach / kPage; ++page) {
    if ((claimed[page / 64] >> page % 64 & 1) != 0) services().FreePages(page * kPage, 1);
    claimed[page / 64] &= ~(1ull << page % 64);
  }
}

}  // namespace image
