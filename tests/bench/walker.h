// What the hand-written walkers of this folder take and give. They know R/W/X, execute-only, large pages, memory types,
// reserved bits, accessed/dirty and 4 or 5 levels, as the hypervisors do that shadow EPT; no other control. An access
// is a set of the bits below; exit qualifications hold bits 8:0, with bit 6 as 0. Checked against the emitted header by
// model_bench.cpp.
#pragma once

#include <cstdint>

namespace bench {

enum class Class { not_present, misconfigured, table, page };

enum class Result { translated, violation, misconfiguration };

struct Outcome {
  Result result = Result::translated;
  std::uint64_t host_physical_address = 0;  // translated
  std::uint64_t qualification = 0;          // violation
};

// The bits of an access, and of an exit qualification where it has them.
constexpr std::uint64_t kDataRead = 0x1;
constexpr std::uint64_t kDataWrite = 0x2;
constexpr std::uint64_t kInstructionFetch = 0x4;
constexpr std::uint64_t kGuestPagingStructure = 0x10;  // of an access only

struct Configuration {
  unsigned maxphyaddr = 0;
  bool execute_only = false;
  bool page_2m = false;
  bool page_1g = false;
  bool accessed_dirty = false;
  int levels = 4;
  std::uint64_t root = 0;
};

}  // namespace bench
