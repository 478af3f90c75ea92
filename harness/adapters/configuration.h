// A configuration in the ABI and in the model: one layout, two names. Tests: tests/harness/judge/case_test.cpp.
#pragma once

#include <bit>
#include <cstddef>

#include "ept_model.h"
#include "harness/abi/eptspec_adapter.h"

namespace harness {

static_assert(offsetof(eptspec_configuration, maxphyaddr) == offsetof(ept_configuration, maxphyaddr));
static_assert(offsetof(eptspec_configuration, capability) == offsetof(ept_configuration, capability));
static_assert(offsetof(eptspec_configuration, pin_based_controls) == offsetof(ept_configuration, pin_based_controls));
static_assert(offsetof(eptspec_configuration, primary_controls) == offsetof(ept_configuration, primary_controls));
static_assert(offsetof(eptspec_configuration, secondary_controls) == offsetof(ept_configuration, secondary_controls));
static_assert(offsetof(eptspec_configuration, tertiary_controls) == offsetof(ept_configuration, tertiary_controls));
static_assert(offsetof(eptspec_configuration, parameters) == offsetof(ept_configuration, parameters));

inline ept_configuration to_model(const eptspec_configuration& from) { return std::bit_cast<ept_configuration>(from); }
inline eptspec_configuration to_abi(const ept_configuration& from) {
  return std::bit_cast<eptspec_configuration>(from);
}

}  // namespace harness
