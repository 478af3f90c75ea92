// EPT as production hypervisors check it: for each level and value of bit 7 one mask of reserved bits, and for memory
// type and permissions together a bitmap with one bit for each value of an entry's bits 5:0. Says that an entry is
// broken, not what breaks it. What the emitted header is measured against. Source: SDM Vol. 3C, "EPT translation
// mechanism" and "EPT-induced VM exits".
#pragma once

#include <array>

#include "tests/bench/walker.h"

namespace bench {

struct MaskContext {
  std::array<std::array<std::uint64_t, 2>, 6> reserved{};  // of the level (1 to 5) and the value of bit 7
  std::uint64_t bad_mt_xwr = 0;                            // bit n: the value n of bits 5:0 is a misconfiguration
  std::uint64_t root = 0;
  int levels = 4;
  bool accessed_dirty = false;
};

constexpr std::uint64_t mask_of_bits(unsigned high, unsigned low) {
  return (~std::uint64_t{0} >> (63 - high)) & (~std::uint64_t{0} << low);
}

inline std::uint64_t mask_bad_mt_xwr(bool execute_only) {
  std::uint64_t bad = 0;
  for (unsigned value = 0; value < 64; ++value) {
    const unsigned type = value >> 3;
    const unsigned rights = value & 7;
    const bool bad_type = type == 2 || type == 3 || type == 7;
    const bool bad_rights = rights == 2 || rights == 6 || (rights == 4 && !execute_only);
    if (bad_type || bad_rights) bad |= std::uint64_t{1} << value;
  }
  return bad;
}

inline MaskContext mask_prepare(const Configuration& configuration) {
  MaskContext context;
  const std::uint64_t beyond =
      configuration.maxphyaddr < 52 ? mask_of_bits(51, configuration.maxphyaddr) : std::uint64_t{0};
  const std::uint64_t no_2m = configuration.page_2m ? 0 : mask_of_bits(7, 7);
  const std::uint64_t no_1g = configuration.page_1g ? 0 : mask_of_bits(7, 7);
  const std::uint64_t table = beyond | mask_of_bits(6, 3);
  const std::uint64_t top = beyond | mask_of_bits(7, 3);
  context.reserved[5] = {top, top};
  context.reserved[4] = {top, top};
  context.reserved[3] = {table, beyond | no_1g | mask_of_bits(29, 12)};
  context.reserved[2] = {table, beyond | no_2m | mask_of_bits(20, 12)};
  context.reserved[1] = {beyond, beyond};
  context.bad_mt_xwr = mask_bad_mt_xwr(configuration.execute_only);
  context.root = configuration.root;
  context.levels = configuration.levels;
  context.accessed_dirty = configuration.accessed_dirty;
  return context;
}

inline bool mask_is_present(std::uint64_t entry) { return (entry & 7) != 0; }

inline bool mask_is_misconfigured(const MaskContext& context, int level, std::uint64_t entry) {
  const std::uint64_t reserved = context.reserved[static_cast<std::size_t>(level)][entry >> 7 & 1];
  return ((entry & reserved) | (context.bad_mt_xwr >> (entry & 0x3f) & 1)) != 0;
}

// Of a present entry that is not misconfigured.
inline bool mask_is_page(int level, std::uint64_t entry) { return level == 1 || (entry & 0x80) != 0; }

inline Class mask_classify(const MaskContext& context, int level, std::uint64_t entry) {
  if (!mask_is_present(entry)) return Class::not_present;
  if (mask_is_misconfigured(context, level, entry)) return Class::misconfigured;
  return mask_is_page(level, entry) ? Class::page : Class::table;
}

// The rights that an access needs, in the bits 2:0 of an entry and of the exit qualification.
inline std::uint64_t mask_needed_rights(const MaskContext& context, std::uint64_t access) {
  const bool read_and_write = (access & kGuestPagingStructure) != 0 && context.accessed_dirty;
  return (access & 7) | (read_and_write ? 3 : 0);
}

inline Outcome mask_violation(std::uint64_t access, std::uint64_t needed, std::uint64_t rights) {
  const std::uint64_t translated_linear_address = (access & kGuestPagingStructure) != 0 ? 0 : 0x100;
  return {Result::violation, 0, needed | rights << 3 | 0x80 | translated_linear_address};
}

// read(address) gives the entry at a physical address.
template <typename Read>
Outcome mask_walk(const MaskContext& context, std::uint64_t guest_physical_address, std::uint64_t access,
                  const Read& read) {
  const std::uint64_t needed = mask_needed_rights(context, access);
  if (guest_physical_address >> (9 * context.levels + 12) != 0) return mask_violation(access, needed, 0);
  std::uint64_t rights = 7;
  std::uint64_t table = context.root;
  for (int level = context.levels;; --level) {
    const int low = 3 + 9 * level;
    const std::uint64_t entry = read(table | (guest_physical_address >> low & 0x1ff) << 3);
    if (!mask_is_present(entry)) return mask_violation(access, needed, 0);
    if (mask_is_misconfigured(context, level, entry)) return {Result::misconfiguration, 0, 0};
    rights &= entry;
    if (mask_is_page(level, entry)) {
      if ((needed & ~rights) != 0) return mask_violation(access, needed, rights);
      const std::uint64_t offset = (std::uint64_t{1} << low) - 1;
      return {Result::translated, (entry & mask_of_bits(51, 12) & ~offset) | (guest_physical_address & offset), 0};
    }
    table = entry & mask_of_bits(51, 12);
  }
}

}  // namespace bench
