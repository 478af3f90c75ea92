// Random vectors for a machine: most addresses of its width have no memory, and many circumstances of an access are
// none that a guest can bring about. Tests: tests/harness/metal/settle_test.cpp.
#pragma once

#include "vectors/format/vector.h"

namespace harness {

// Moves the addresses of a vector into the windows (harness/metal/windows.h) without touching reserved bits, takes away
// what no guest can do, and says anew what the manual expects.
void settle(vectors::Vector& vector);

}  // namespace harness
