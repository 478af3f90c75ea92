// From a vector to the case that is put to an adapter: its configuration becomes the adapter's, its entries become
// memory, and a vector that this configuration cannot show gets the reason. Tests: tests/harness/judge/case_test.cpp.
#pragma once

#include <string>

#include "harness/judge/judge.h"

namespace harness {

// Fills in `put` and passes; or says why the vector is not run on the adapter, which is not
// applicable or skipped. A vector applies to a processor when the manual says the same of it there.
Judgement prepare(const vectors::Vector& vector, const Description& description, std::uint64_t id, PutCase& put);

// The registers that a case gets: the vector's, or those of the adapter's processor with the vector's controls as far
// as it can have them; of a check with controls that differ from what must be 1 as the vector's do.
ept_registers registers_put(const vectors::Case& asked, const Description& description);

// Of a walk on an adapter that is one processor, with all controls that it can have.
ept_registers widest(const Description& description);

// The words of memory that a walk of the case reads, from the root down. False when two of the entries would lie at
// one address with different values, so that no memory holds them all.
bool lay_out(const vectors::Case& asked, PutCase& put);

}  // namespace harness
