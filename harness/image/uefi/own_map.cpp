#include "harness/image/support.h"
#include "harness/image/uefi/world.h"

namespace image {

namespace {

constexpr uint64_t kTable = 0x3;  // present, writable
constexpr uint64_t kPage2m = 0x83;
constexpr uint64_t kGigabyte = 1ull << 30;

// Two roots, and for each of six gigabytes at most a PDPT and a page directory; the first four share one.
Page tables[2 + 5 + 4 * 2];
unsigned used = 0;

Page& table_of(uint64_t& entry) {
  if (entry == 0) entry = address_of(&tables[used++]) | kTable;
  return *reinterpret_cast<Page*>(entry & ~0xfffull);
}

void map_gigabyte(Page& pml4, uint64_t address) {
  Page& pdpt = table_of(pml4.words[address >> 39 & 511]);
  Page& directory = table_of(pdpt.words[address >> 30 & 511]);
  for (uint64_t n = 0; n < 512; ++n) directory.words[n] = (address & ~(kGigabyte - 1)) | n << 21 | kPage2m;
}

}  // namespace

uint64_t build_own_map(const MemoryRange* high, unsigned count, bool five_levels) {
  memset(tables, 0, sizeof(tables));
  Page& pml5 = tables[0];
  Page& pml4 = tables[1];
  used = 2;
  pml5.words[0] = address_of(&pml4) | kTable;
  for (uint64_t n = 0; n < 4; ++n) map_gigabyte(pml4, n * kGigabyte);
  for (unsigned n = 0; n < count && n < 2; ++n) {
    map_gigabyte(pml4, high[n].base);
    map_gigabyte(pml4, high[n].base + high[n].size - 1);
  }
  return address_of(five_levels ? &pml5 : &pml4);
}

}  // namespace image
