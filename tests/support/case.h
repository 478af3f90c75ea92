// Cases of a walk as tests write them, in one line. Tests: tests/vectors, tests/harness.
#pragma once

#include <utility>
#include <vector>

#include "vectors/format/vector.h"

namespace support {

inline vectors::Case case_of(vectors::Question question, ept_registers registers, ept_word eptp, int level = 0,
                             std::vector<ept_word> entries = {}, ept_word guest_physical_address = 0,
                             ept_word access = 0) {
  registers.eptp = eptp;
  vectors::Case asked{.question = question, .registers = registers, .level = level, .entries = std::move(entries)};
  asked.guest_physical_address = guest_physical_address;
  asked.access = access;
  return asked;
}

// The registers that a walk depends on, in the order of struct ept_configuration.
inline ept_registers processor(ept_word maxphyaddr, ept_word capability, ept_word pin_based = 0, ept_word primary = 0,
                               ept_word secondary = 0, ept_word tertiary = 0, ept_word parameters = 0) {
  ept_registers registers{};
  registers.maxphyaddr = maxphyaddr;
  registers.capability = capability;
  registers.pin_based_controls = pin_based;
  registers.primary_controls = primary;
  registers.secondary_controls = secondary;
  registers.tertiary_controls = tertiary;
  registers.parameters = parameters;
  return registers;
}

}  // namespace support
