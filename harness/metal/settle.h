// Adapts random vectors to a machine: most addresses of its width have no memory, and a guest cannot make every kind of
// access. Tests: tests/harness/metal/settle_test.cpp.
#pragma once

#include "vectors/format/vector.h"

namespace harness {

// Moves the addresses of a vector into the windows (harness/metal/windows.h) without touching reserved bits, removes
// what no guest can do, and computes the expected answer again.
void settle(vectors::Vector& vector);

}  // namespace harness
