// Results over the serial line, in checked pieces that can be told from the words between them.
#pragma once

#include "harness/image/wire.h"

namespace image {

// Sends `size` bytes, a multiple of 8, from `offset` of the results. Takes 87 microseconds a byte.
void send_results(const uint8_t* results, uint64_t offset, uint64_t size);

// Takes cases from the line, into memory from `to` on. Null when none came for half a minute, or not whole.
const CasesHeader* receive_cases(uint8_t* to, uint64_t room);

}  // namespace image
