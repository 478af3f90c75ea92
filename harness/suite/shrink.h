// Makes a failing case smaller, down to the bits that are needed to fail, compared with a plain case that passes. Asks
// the adapter about every smaller case. Tests: tests/harness/suite/stream_test.cpp.
#pragma once

#include <optional>

#include "harness/judge/judge.h"

namespace harness {

struct Shrunk {
  vectors::Vector vector;  // with the id of the one that it was made from
  Judgement judgement;
  std::size_t bits_before = 0;           // in which the failing case differed from the plain one
  std::vector<std::string> differences;  // "level 2 bit 13": those that are left
};

// Of a vector with the verdict fail or error, but for a hang. The configuration stays. The result goes wrong in the
// same way (is_alike in cause.h); no bit of it can be taken back, and no fewer do it where two or three are left.
// When the plain case deviates, it is the smallest, whatever goes wrong with it. Nothing when the failure does not come
// again.
std::optional<Shrunk> shrink(Adapter& adapter, const vectors::Vector& vector, const Judgement& judgement);

}  // namespace harness
