// The steps of the image, whatever booted it: describe the machine, run the cases, end.
#pragma once

#include "harness/image/boot.h"

namespace image {

// Leaves probe, records and trailer where the cases or `boot` say. Where results are saved, they are the journal too:
// the records of a batch are saved as begun before it is run. After a reset several that were begun are run again one
// by one; a single one is what the machine did not come back from, and the session goes on behind it.
void run_session(Boot boot);

// Sizes in bytes: of what follows the head of the cases, and of all results of so many cases.
uint64_t body_size(const CasesHeader& header);
uint64_t results_size(uint32_t cases);

}  // namespace image
