// An adapter in C++ for an implementation that is one processor and knows entries only: MAXPHYADDR 39, 4 levels, no
// 1-GByte pages, no execute-only translations. Everything else is not asked of it.
//
//   c++ -std=c++20 -shared -fPIC -O2 -I harness/abi -o /tmp/entries.so harness/examples/entries.cpp
#include <cstdint>

#include "eptspec_adapter.h"

namespace {

constexpr unsigned kMaxphyaddr = 39;
constexpr std::uint64_t kCapability = 0x14140;  // bits 6 (4 levels), 8 (UC), 14 (WB), 16 (2-MByte pages)
constexpr std::uint64_t kBeyond = (std::uint64_t{1} << 52) - (std::uint64_t{1} << kMaxphyaddr);

std::uint64_t reserved_bits(unsigned level, bool page) {
  if (level == 4) return 0xf8;
  if (level == 3) return page ? 0x80 : 0x78;  // no 1-GByte pages: bit 7 is reserved
  if (level == 2) return page ? 0x1ff000 : 0x78;
  return 0;
}

std::uint32_t classify(unsigned level, std::uint64_t entry) {
  if ((entry & 7) == 0) return EPTSPEC_ENTRY_NOT_PRESENT;
  const bool page = level == 1 || (level <= 3 && (entry & 0x80) != 0);
  const bool unreadable = (entry & 1) == 0;  // and writable or executable
  const std::uint64_t type = entry >> 3 & 7;
  const bool bad_type = page && (type == 2 || type == 3 || type == 7);
  if (unreadable || bad_type || (entry & (reserved_bits(level, page) | kBeyond)) != 0) {
    return EPTSPEC_ENTRY_MISCONFIGURED;
  }
  return page ? EPTSPEC_ENTRY_PAGE : EPTSPEC_ENTRY_TABLE;
}

void run(const eptspec_case* cases, eptspec_answer* answers, std::size_t count) {
  for (std::size_t n = 0; n < count; ++n) {
    answers[n].id = cases[n].id;
    answers[n].status = EPTSPEC_ANSWERED;
    answers[n].result = classify(cases[n].level, cases[n].words[0].value);
  }
}

}  // namespace

int eptspec_describe(eptspec_adapter* adapter) {
  adapter->abi_version = EPTSPEC_ABI_VERSION;
  adapter->name = "entries";
  adapter->version = "1";
  adapter->questions = EPTSPEC_QUESTION_ENTRY;
  adapter->configuration.maxphyaddr = kMaxphyaddr;
  adapter->configuration.capability = kCapability;
  adapter->configuration.primary_controls = 1U << 31;  // with EPT enabled
  adapter->configuration.secondary_controls = 2;
  adapter->run = run;
  return 0;
}
