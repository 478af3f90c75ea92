// Memory that the firmware lets the application have. All of it goes back in the end.
#pragma once

#include "harness/image/boot.h"

namespace image {

// Free ranges, the largest that there is room for.
void read_memory_map(Boot& boot);

// Memory below 4 GBytes; null when there is none.
uint8_t* allocate(uint64_t size);
void release(uint8_t* memory, uint64_t size);

// The page of this address, to be written by cases. False when the firmware does not give it away.
bool claim(uint64_t address);
void release_claimed();

}  // namespace image
