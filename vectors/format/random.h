// Random cases with the reference model's expectation: vector `index` of a stream, from the seed alone. Most of a case
// is legal, so that walks get far; defects are few and lie at the boundaries (permissions, format bits, MAXPHYADDR).
// What is legal is asked of the model, so that no rule is written here. Tests: tests/vectors/format/random_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vectors/format/vector.h"

namespace vectors {

// SplitMix64 (Steele, Lea, Flood 2014): a counter that steps by the golden ratio, its value mixed.
class Random {
 public:
  explicit Random(std::uint64_t start) : state_(start) {}
  std::uint64_t next();
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool one_in(std::uint64_t many) { return below(many) == 0; }

 private:
  std::uint64_t state_;
};

// Whether there is such an access: what it is makes sense as a whole only, its circumstances come in any combination.
bool is_access(ept_word access);

// The vector "random/SEED/INDEX", which is its id and its only goal. `allowed` is the processor: its controls are those
// that may be 1. Without it each vector has a processor of its own: width, capability, parameters and controls are
// drawn as well. The generator starts from what those that start from the seed and from ~INDEX give first, combined by
// exclusive or.
Vector random_vector(const std::optional<ept_registers>& allowed, const std::string& profile, std::uint64_t seed,
                     std::uint64_t index);

}  // namespace vectors
