// Cases that the manual states, with no value computed by our code: numbers are written as the manual's tables give
// them. These are the tests that can expose a wrong YAML. Each test names its section.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/header.h"

namespace sdm {

using support::able_machine;
using support::Circumstances;
using support::Memory;
using support::Outcome;
using support::plain_machine;
using support::Result;

// Bits as the manual numbers them.
constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
constexpr std::uint64_t kRwx = 7;             // bits 2:0
constexpr std::uint64_t kWriteBack = 6 << 3;  // bits 5:3 of an entry that maps a page
constexpr std::uint64_t kPage = bit(7);       // PDPTE and PDE: maps a page

// An entry that references the next table of support::tables, and an entry that maps a 4-KByte page at 9000H.
constexpr std::uint64_t to_table(std::uint64_t n, std::uint64_t rights = kRwx) { return 0x1000 + 0x1000 * n + rights; }
constexpr std::uint64_t kFrame = 0x9000;

inline ept_kind kind_of(const Circumstances& machine, int level, std::uint64_t entry) {
  const ept_configuration configuration = support::configuration_of(machine);
  ept_context context;
  ept_prepare(&configuration, machine.eptp, &context);
  return ept_classify(&context, level, entry).kind;
}

inline bool accepted(const Circumstances& machine, std::uint64_t eptp) {
  const ept_configuration configuration = support::configuration_of(machine);
  return ept_check_eptp(&configuration, eptp) == 0;
}

// A 4-level walk of guest-physical address 0 whose tables have these rights, the leaf being a PTE.
inline Outcome walk(const Circumstances& machine, std::uint64_t access, std::uint64_t pml4e, std::uint64_t pdpte,
                    std::uint64_t pde, std::uint64_t pte, std::uint64_t gpa = 0) {
  return support::header_walk(machine, gpa, access, support::reader(support::tables({pml4e, pdpte, pde, pte})));
}

// The same with every table readable, writable and executable.
inline Outcome access_page(const Circumstances& machine, std::uint64_t access, std::uint64_t pte) {
  return walk(machine, access, to_table(1), to_table(2), to_table(3), pte);
}

}  // namespace sdm
