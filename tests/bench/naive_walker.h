// EPT as one first writes it down: an `if` for each sentence of the manual, nothing prepared, the first problem found
// ends the work. It says that an entry is broken, not what breaks it. What the emitted header is measured against.
// Source: SDM Vol. 3C, "EPT translation mechanism" and "EPT-induced VM exits".
#pragma once

#include "tests/bench/walker.h"

namespace bench {

inline bool naive_bit(std::uint64_t entry, unsigned bit) { return (entry >> bit & 1) != 0; }

inline std::uint64_t naive_bits(std::uint64_t entry, unsigned high, unsigned low) {
  return entry >> low & ((std::uint64_t{1} << (high - low + 1)) - 1);
}

inline bool naive_memory_type_is_reserved(std::uint64_t entry) {
  const std::uint64_t type = naive_bits(entry, 5, 3);
  return type == 2 || type == 3 || type == 7;
}

// Classifies a present entry whose bit 7 tells a page from a table; the page's reserved address bits are high:12.
inline Class naive_classify_large(std::uint64_t entry, bool supported, unsigned high) {
  if (!naive_bit(entry, 7)) return naive_bits(entry, 6, 3) != 0 ? Class::misconfigured : Class::table;
  if (!supported) return Class::misconfigured;
  if (naive_bits(entry, high, 12) != 0) return Class::misconfigured;
  if (naive_memory_type_is_reserved(entry)) return Class::misconfigured;
  return Class::page;
}

inline Class naive_classify(const Configuration& configuration, int level, std::uint64_t entry) {
  const bool readable = naive_bit(entry, 0);
  const bool writable = naive_bit(entry, 1);
  const bool executable = naive_bit(entry, 2);
  if (!readable && !writable && !executable) return Class::not_present;
  if (!readable && writable) return Class::misconfigured;
  if (!readable && executable && !configuration.execute_only) return Class::misconfigured;
  if (configuration.maxphyaddr < 52 && naive_bits(entry, 51, configuration.maxphyaddr) != 0) {
    return Class::misconfigured;
  }
  if (level >= 4) return naive_bits(entry, 7, 3) != 0 ? Class::misconfigured : Class::table;
  if (level == 3) return naive_classify_large(entry, configuration.page_1g, 29);
  if (level == 2) return naive_classify_large(entry, configuration.page_2m, 20);
  return naive_memory_type_is_reserved(entry) ? Class::misconfigured : Class::page;
}

// What all entries of a walk allow.
struct NaiveRights {
  bool readable = true;
  bool writable = true;
  bool executable = true;
};

inline bool naive_writes(const Configuration& configuration, std::uint64_t access) {
  return (access & kDataWrite) != 0 || ((access & kGuestPagingStructure) != 0 && configuration.accessed_dirty);
}

inline Outcome naive_violation(const Configuration& configuration, std::uint64_t access, const NaiveRights& rights) {
  const bool guest_structure = (access & kGuestPagingStructure) != 0;
  std::uint64_t qualification = 0x80;
  if ((access & kDataRead) != 0 || (guest_structure && configuration.accessed_dirty)) qualification |= 0x1;
  if (naive_writes(configuration, access)) qualification |= 0x2;
  if ((access & kInstructionFetch) != 0) qualification |= 0x4;
  if (rights.readable) qualification |= 0x8;
  if (rights.writable) qualification |= 0x10;
  if (rights.executable) qualification |= 0x20;
  if (!guest_structure) qualification |= 0x100;
  return {Result::violation, 0, qualification};
}

inline bool naive_allowed(const Configuration& configuration, std::uint64_t access, const NaiveRights& rights) {
  if ((access & kDataRead) != 0 && !rights.readable) return false;
  if (naive_writes(configuration, access) && !rights.writable) return false;
  return (access & kInstructionFetch) == 0 || rights.executable;
}

// read(address) gives the entry at a physical address.
template <typename Read>
Outcome naive_walk(const Configuration& configuration, std::uint64_t guest_physical_address, std::uint64_t access,
                   const Read& read) {
  const NaiveRights none{false, false, false};
  if (configuration.levels == 4 && naive_bits(guest_physical_address, 51, 48) != 0) {
    return naive_violation(configuration, access, none);
  }
  NaiveRights rights;
  std::uint64_t table = configuration.root;
  for (int level = configuration.levels;; --level) {
    const unsigned low = 12 + 9 * static_cast<unsigned>(level - 1);
    const std::uint64_t entry = read(table + 8 * naive_bits(guest_physical_address, low + 8, low));
    const Class kind = naive_classify(configuration, level, entry);
    if (kind == Class::not_present) return naive_violation(configuration, access, none);
    if (kind == Class::misconfigured) return {Result::misconfiguration, 0, 0};
    rights.readable = rights.readable && naive_bit(entry, 0);
    rights.writable = rights.writable && naive_bit(entry, 1);
    rights.executable = rights.executable && naive_bit(entry, 2);
    if (kind == Class::page) {
      if (!naive_allowed(configuration, access, rights)) return naive_violation(configuration, access, rights);
      const std::uint64_t page = naive_bits(entry, 51, low) << low;
      return {Result::translated, page + naive_bits(guest_physical_address, low - 1, 0), 0};
    }
    table = naive_bits(entry, 51, 12) << 12;
  }
}

}  // namespace bench
