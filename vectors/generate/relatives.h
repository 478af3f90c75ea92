// What a vector that breaks one rule is told apart from: its nearest legal neighbour and its twin that is not present.
// Both follow from the vector alone, by the reference model. Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <optional>

#include "vectors/format/vector.h"

namespace vectors {

// The same case with the fewest bits of the EPTP, or of the entry of `level`, changed so that no rule is broken; among
// those the one whose changed bits, read as a number, are the smallest. Nothing when more than four bits would change.
std::optional<Case> nearest_legal(const Case& asked, int level);

// The same case with the bits that make the entry of `level` present cleared.
Case not_present_twin(const Case& asked, int level);

}  // namespace vectors
