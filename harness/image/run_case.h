// One case, and everything put back. Tests: tests/harness/boot.
#pragma once

#include "harness/image/wire.h"

namespace image {

void run_case(const Probe& probe, const Case& asked, Record& record);

}  // namespace image
