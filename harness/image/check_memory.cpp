#include "harness/image/check_memory.h"

#include "harness/image/cpu.h"
#include "harness/image/support.h"

namespace image {

namespace {

constexpr uint64_t kGBytes = 4;         // that the image uses; firmware may have put itself above them
constexpr uint64_t kReach = 32u << 20;  // more than from `scratch` to either end of the image
constexpr unsigned kEntries = 512;
constexpr uint64_t kLargePage = 1u << 21;
// All permissions, also for user-mode fetches; accessed and dirty, so that nothing is written to the tables.
constexpr uint64_t kTable = 0x507;
constexpr uint64_t kPage = 0x7b7;  // write-back, 2 MBytes
constexpr uint64_t kFiveLevels = 4;
constexpr uint64_t kSysenterCs = 0x174;  // an MSR that nobody uses here

struct MsrEntry {
  uint64_t index;
  uint64_t value;
};

Page scratch[kScratchPages];
alignas(4096) MsrEntry msr_area[kMsrAreaEntries];
Page pml5, pml4, pdpt, own_pdpt, directories[kGBytes], own_directories[2];

void map_gbyte(uint64_t gbyte, Page& directory) {
  Page& table = gbyte < kEntries ? pdpt : own_pdpt;
  pml4.words[gbyte / kEntries % kEntries] = address_of(&table) | kTable;
  table.words[gbyte % kEntries] = address_of(&directory) | kTable;
  for (uint64_t k = 0; k < kEntries; ++k) directory.words[k] = (gbyte * kEntries + k) * kLargePage | kPage;
}

void build() {
  pml5.words[0] = address_of(&pml4) | kTable;
  for (uint64_t n = 0; n < kGBytes; ++n) map_gbyte(n, directories[n]);
  const uint64_t first = (address_of(scratch) - kReach) >> 30;
  const uint64_t last = (address_of(scratch) + kReach) >> 30;
  if (first >= kGBytes) map_gbyte(first, own_directories[0]);
  if (last >= kGBytes && last != first) map_gbyte(last, own_directories[1]);
  for (MsrEntry& entry : msr_area) entry.index = kSysenterCs;
}

}  // namespace

void set_check_memory(const Case& asked) {
  if (pml5.words[0] == 0) build();
  memset(scratch, 0, sizeof(scratch));
  for (uint32_t n = 0; n < asked.word_count; ++n)
    word_at(address_of(scratch) + words_of(asked)[n].address) = words_of(asked)[n].value;
}

uint64_t base_of(const Field& field) {
  switch (field.base) {
    case Base::none: return 0;
    case Base::scratch: return address_of(scratch);
    case Base::msr_area: return address_of(msr_area);
    case Base::identity_map: return address_of((field.value >> 3 & 7) == kFiveLevels ? &pml5 : &pml4);
  }
  return 0;
}

}  // namespace image
