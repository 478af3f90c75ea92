// Whether a changed specification can be told from the true one at all, asked of Z3. Owns what counts as a case: an
// EPTP that VM entry accepts, EPT switched on, accesses as they are usually made, addresses of 52 bits, memory in which
// one address has one value. Tests: tests/vectors/mutants/mutants_test.cpp.
#pragma once

#include <functional>
#include <optional>

#include "spec/ir.h"
#include "vectors/format/vector.h"

namespace vectors {

struct Comparison {
  enum class Answer { equal, differ, unknown };
  Answer verdict = Answer::unknown;
  std::optional<Case> shows = {};  // when they differ: a case that tells them apart
  std::string profile = {};        // of which processor; empty when none of the profiles can show it
  std::string reason = {};         // when unknown
};

// Compares changed specifications with this one, for every processor and input. The reference is kept. Not for use by
// two threads.
std::function<Comparison(const spec::Spec& changed)> comparer(const spec::Spec& spec);

}  // namespace vectors
