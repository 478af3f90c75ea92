// What decides a verdict about a case, of whatever specification: the fields that an implementation shows, and what the
// manual leaves open of them. Not the names of the rules: no implementation tells those. Tests:
// tests/vectors/mutants/mutants_test.cpp.
#pragma once

#include <array>
#include <vector>

#include "ept_names.h"
#include "model/interpret/interpreter.h"
#include "vectors/format/vector.h"

namespace vectors {

struct Answer {
  ept_word result = 0;  // of an EPTP: 1 when refused; of an entry: ept_kind; of a walk: ept_result
  std::array<ept_word, EPT_OUTCOME_MEMBERS> shown{};  // of a walk: the members that are reported, their defined bits
  std::array<ept_word, EPT_OUTCOME_MEMBERS> flags{};  // of a set of levels that is not empty: the bit of their entries
  bool operator==(const Answer&) const = default;
};

// As the vector expects it.
Answer expected_answer(const Case& asked, const Expected& expected);

// Whether some memory holds the entries of a walk: none does when two of them lie at one address with different values.
bool fits_memory(const Case& asked);

// As the interpreter has it from `spec`. The entries of a walk lie where the EPTP, the entries above and the address
// put them; the rest of the memory reads as 0. Throws std::logic_error where the specification says nothing.
Answer answer_by(const spec::Spec& spec, const model::Interpreter& interpreter, const Case& asked);

}  // namespace vectors
