// Memory of the image that fields of a check point to, so that what a machine accepts does no harm. Tests:
// tests/harness/boot/bochs_checks_test.cpp.
#pragma once

#include "harness/image/wire.h"

namespace image {

// Before each check: the scratch pages are zero but for the words of the case.
void set_check_memory(const Case& asked);

// What is added to the field's value.
uint64_t base_of(const Field& field);

}  // namespace image
