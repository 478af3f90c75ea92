// A walk, or VM entry with an EPTP: words into memory, the access of a guest, and what came of it. Tests:
// tests/harness/boot.
#pragma once

#include "harness/image/wire.h"

namespace image {

void run_walk(const Probe& probe, const Case& asked, Record& record);
// What the case changed in memory.
void note_memory(const Case& asked, Record& record);

}  // namespace image
