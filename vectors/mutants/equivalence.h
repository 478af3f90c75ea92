// Whether a changed specification can be told from the true one at all, asked of Z3. Owns what counts as a case: an
// EPTP that VM entry accepts, EPT switched on, accesses as they are usually made, addresses of 52 bits, memory in which
// one address has one value. Tests: tests/vectors/mutants/mutants_test.cpp.
#pragma once

#include <memory>
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

class Equivalence {
 public:
  explicit Equivalence(const spec::Spec& spec);  // the reference is kept
  ~Equivalence();
  Equivalence(const Equivalence&) = delete;
  Equivalence& operator=(const Equivalence&) = delete;

  // For every processor and input. Not for use by two threads.
  Comparison compare(const spec::Spec& changed);

 private:
  struct Terms;
  std::unique_ptr<Terms> terms_;
};

}  // namespace vectors
