// One case, and everything put back. Tests: tests/harness/boot.
#pragma once

#include "harness/image/wire.h"

namespace image {

// The record holds no more than which case it is of.
void run_case(const Probe& probe, const Case& asked, Record& record);

}  // namespace image
