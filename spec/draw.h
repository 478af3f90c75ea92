// Values drawn field by field, as a reader of the manual would note them. Tests: tests/spec/load_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spec/ir.h"

namespace spec {

// The fields that are not 0, from bit 0 up: "read=1 memory_type=6 reserved_20_12=0x3". "all fields 0" when there are
// none.
std::string draw(const Format& format, std::uint64_t value, int maxphyaddr);

// Whether the fixed bits of the format are those of the entry.
bool matches(const Format& format, std::uint64_t entry);

// The format that an entry of a level has.
const Format& format_of(const Spec& spec, int level, std::uint64_t entry);

// The names of the bits that are set: "execute_only page_2m"; "none" when there are none.
std::string draw_rules(const std::vector<Rule>& rules, std::uint64_t set);
std::string draw_bits(const std::vector<NamedBits>& bits, std::uint64_t set);

}  // namespace spec
