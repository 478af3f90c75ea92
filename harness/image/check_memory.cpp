#include "harness/image/check_memory.h"

#include "harness/image/cpu.h"
#include "harness/image/support.h"

namespace image {

namespace {

constexpr uint64_t kGBytes = 4;  // that the image uses
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
Page pml5, pml4, pdpt, directories[kGBytes];

void build() {
  pml5.words[0] = address_of(&pml4) | kTable;
  pml4.words[0] = address_of(&pdpt) | kTable;
  for (uint64_t n = 0; n < kGBytes; ++n) {
    pdpt.words[n] = address_of(&directories[n]) | kTable;
    for (uint64_t k = 0; k < kEntries; ++k) directories[n].words[k] = (n * kEntries + k) * kLargePage | kPage;
  }
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
