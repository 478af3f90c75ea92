// Results that come over a serial line as frames (image/wire.h), in the midst of words. Tests: tests/harness/image.
#pragma once

#include <string>
#include <string_view>

#include "harness/metal/blob.h"

namespace harness {

// The results as far as whole frames tell them; what none tells is 0. Empty when there is no frame.
std::string results_in_frames(std::string_view bytes);

// Listens until the results are all there, the end of a file, or nothing came for so many seconds. `path`: a serial
// device, which is set to 115200 baud 8N1, a FIFO, a pseudo-terminal or a file. Throws std::runtime_error with one
// line.
Results listen(const std::string& path, double idle_seconds);

}  // namespace harness
