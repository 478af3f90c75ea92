// What the benchmark feeds to every walker: entries with their levels, and a tree of tables with accesses to it. Made
// from a fixed seed and small enough for a first-level data cache. Checked by model_bench.cpp, which compares all
// answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/bench/walker.h"

namespace bench {

// The processor of the benchmark: M=46, every page size, execute-only, accessed and dirty flags.
Configuration configuration(int levels);

// Which entries to make, in parts of their number; the rest is not present.
struct EntryMix {
  double good = 0;
  double broken = 0;  // present, with one thing wrong
};

// Of all levels (5 to 1) in turn at random; levels[n] is that of entries[n].
struct Entries {
  std::vector<std::uint64_t> entries;
  std::vector<std::uint8_t> levels;
};

Entries make_entries(std::size_t count, const EntryMix& mix);

struct Access {
  std::uint64_t guest_physical_address = 0;
  std::uint64_t attributes = 0;
};

// The tables of one guest, and accesses to 64 of its pages: 3 of 4 are 4-KByte pages, the others 2-MByte pages.
struct Tree {
  Configuration configuration;
  std::vector<std::uint64_t> memory;  // from physical address 0 on
  std::vector<Access> accesses;
};

// Reads, all of which succeed.
Tree make_readable_tree(int levels);

// Of 8 pages 4 are good; one has an entry that is not present, one an entry without some right, and two have a
// misconfigured entry. Accesses are reads, writes, fetches and guest paging-structure reads; every 32nd is to an
// address beyond the width of a 4-level walk.
Tree make_mixed_tree(int levels, std::size_t accesses);

}  // namespace bench
