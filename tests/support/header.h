// The emitted header, used as a program would: configurations, entries and walks over a small memory. Knows no
// expectations.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "ept_model.h"
#include "model/interpret/interpreter.h"

namespace support {

using model::Classification;
using model::Kind;
using model::Outcome;
using model::Read;
using model::Result;

// A machine as the walks of the tests need it.
struct Circumstances {
  int maxphyaddr = 0;
  std::uint64_t capability = 0;
  std::uint64_t pin_based = 0;
  std::uint64_t primary = 0;
  std::uint64_t secondary = 0;
  std::uint64_t tertiary = 0;
  std::uint64_t parameters = 0;
  std::uint64_t eptp = 0;
  std::uint64_t sub_page_table_pointer = 0x8000;

  operator model::Circumstances() const;  // NOLINT(google-explicit-constructor): for the interpreter
};

ept_configuration configuration_of(const Circumstances& machine);
Classification header_classify(const Circumstances& machine, int level, std::uint64_t entry, const spec::Spec& spec);
Outcome header_check_sub_page(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access, const Read& read);
Outcome header_walk(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access, const Read& read);

// Every capability, all controls on, MAXPHYADDR 46, a 4-level EPTP (WB) without flags.
Circumstances able_machine();
// The first processor with EPT: no 1-GByte pages, no flags, no secondary controls but EPT itself. 4-level EPTP,
// MAXPHYADDR 36.
Circumstances plain_machine();

// Memory for one walk: physical address → entry; what was not written reads as 0.
using Memory = std::map<std::uint64_t, std::uint64_t>;
Read reader(const Memory& memory);

// The entries one after the other, whatever address is read. For one walk.
Read in_order(const std::vector<std::uint64_t>& entries);

// Tables at 1000H (the EPTP's), 2000H … for guest-physical address 0, the entries given from the root down.
Memory tables(const std::vector<std::uint64_t>& entries);

}  // namespace support
