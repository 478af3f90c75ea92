// One case: words into memory, guest, record, and everything put back.
#pragma once

#include "harness/image/wire.h"

namespace image {

// The pages that `pages` names tell their own addresses from then on.
void fill_pages(const uint64_t* pages, uint32_t count);
// How many words of these pages differ, and the address of the first.
uint64_t changed_words(const uint64_t* pages, uint32_t count, uint64_t* first);

// Once, behind the last: memory is as it was.
void finish_cases();

void run_case(const Probe& probe, const Case& asked, Record& record);

}  // namespace image
