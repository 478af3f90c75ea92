// From a vector to the case that is put to an adapter: its configuration becomes the adapter's, its entries become
// memory, and a vector that this configuration cannot show is told with the reason. Tests: tests/harness/case_test.cpp.
#pragma once

#include <string>

#include "harness/adapter.h"
#include "vectors/vector.h"

namespace harness {

struct Prepared {
  eptspec_case asked{};
  std::string not_applicable;  // why the adapter's configuration cannot show the vector; empty when it can
  std::string not_asked;       // why the adapter is not asked although it applies; empty when it is
};

// A vector applies to a processor when the manual says the same of it there.
Prepared prepare(const vectors::Vector& vector, const Description& description, std::uint64_t id);

// The words of memory that a walk of the case reads, from the root down. False when two of the entries would lie at
// one address with different values, so that no memory holds them all.
bool lay_out(const vectors::Case& asked, eptspec_case& put);

}  // namespace harness
