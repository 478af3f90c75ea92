// What the image gets from its loader: the BIOS and our own boot sector, multiboot, or UEFI. One value, filled in
// before the session begins; the session knows nothing else of its surroundings. Tests: tests/harness/boot.
#pragma once

#include "harness/image/wire.h"

namespace image {

struct Boot {
  const CasesHeader* cases;  // null: there are none
  uint32_t range_count;
  MemoryRange ranges[kMaxRanges];  // free memory
  // Where results go when the cases do not say, with room for probe, all records and trailer; null: nowhere.
  uint8_t* results;
  // Whether they hold what was saved before the machine was reset.
  bool earlier;
  // Makes `size` bytes from `offset` of the results outlast a reset; called outside VMX operation. Null: they are read
  // from memory in the end. False when the medium fails; the run goes on without it.
  bool (*save)(const uint8_t* results, uint64_t offset, uint64_t size);
};

// Adds memory of this type of the BIOS's memory maps to the free ranges, if it is free.
void add_range(Boot& boot, uint64_t base, uint64_t size, uint32_t type);
// Takes the memory from `base` out of the free ranges.
void take_away(Boot& boot, uint64_t base, uint64_t size);

// What a multiboot loader says: EBX as entry.S found it.
void read_multiboot1(uint64_t from, Boot& boot);
void read_multiboot2(uint64_t from, Boot& boot);

// The steps of the image, whatever booted it: describe the machine, run the cases, end. Leaves probe, records and
// trailer where the cases or `boot` say. Where results are saved, they are the journal too: the records of a batch are
// saved as begun before it is run. After a reset several that were begun are run again one by one; a single one is what
// the machine did not come back from, and the session goes on behind it.
void run_session(Boot boot);

// The object at a physical address.
template <class T>
const T& at(uint64_t address) {
  return *reinterpret_cast<const T*>(address);
}

}  // namespace image
