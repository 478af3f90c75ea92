// Words of cases in memory, and the pages that tell their own addresses. Tests: tests/harness/boot.
#pragma once

#include "harness/image/wire.h"

namespace image {

// Those of a walk, and the entry that leads to the guest's own pages. They stay until a case comes that does not want
// them, since a hypervisor that shadows the tables gets to know of every write.
void put_words(const Case& asked);
// How they are afterwards.
void note_words(const Case& asked, Record& record);
// Once, behind the last case: memory is as it was.
void put_back_words();

// The pages that `pages` names tell their own addresses from then on.
void fill_pages(const uint64_t* pages, uint32_t count);
// How many words of these pages differ, and the address of the first.
uint64_t changed_words(const uint64_t* pages, uint32_t count, uint64_t* first);

}  // namespace image
