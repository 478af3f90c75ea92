// Page tables of the image's own: the first 4 GBytes, and what the firmware has put above them, all mapped where it is,
// writable and executable. Tests: tests/harness/image/own_map_test.cpp.
#pragma once

#include <cstdint>

#include "harness/image/wire.h"

namespace image {

// `high`: up to two ranges of up to 1 GByte. Gives the root for CR3, of as many levels as CR4.LA57 asks for.
uint64_t build_own_map(const MemoryRange* high, unsigned count, bool five_levels);

}  // namespace image
