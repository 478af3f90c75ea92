// Two worlds on one processor. In the firmware's world its services work. In the image's world the firmware's settings
// are not in force: the image has its own page tables, segments and exceptions, no interrupts and no control-flow
// enforcement, as the BIOS image has (entry.S). Tests: tests/harness/boot/uefi_test.py,
// tests/harness/image/own_map_test.cpp.
#pragma once

#include "harness/image/wire.h"

namespace image {

// Once, in the firmware's world.
void prepare_own_world();

void enter_own_world();
void leave_own_world();  // not in VMX operation

// Page tables of the image's own: the first 4 GBytes, and what the firmware has put above them, all mapped where it is,
// writable and executable.
// `high`: up to two ranges of up to 1 GByte. Gives the root for CR3, of as many levels as CR4.LA57 asks for.
uint64_t build_own_map(const MemoryRange* high, unsigned count, bool five_levels);

}  // namespace image
