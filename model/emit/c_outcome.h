// The outcome of an access as the emitted headers have it: its members in order, and the table of them in ept_names.h.
// Owns how a member with undefined bits and a flag become two members each. Tests: tests/model/emit_test.cpp,
// tests/golden, tests/sdm/outcome_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spec/ir.h"

namespace model {

// One member of struct ept_outcome beside `result`.
struct OutcomeWord {
  std::string id;
  std::string kind;  // EPT_MEMBER_...
  bool is_level = false;
  std::uint64_t results = 0;  // bit n: Spec::results[n] has it
  std::string partner;        // id of the member that says what of it is open, or of which it says so; or its own
  bool reported = false;      // an implementation can be asked for it
  std::uint64_t flag = 0;     // of a set of levels: the bit of their entries
  spec::Citation cite;
  std::string text;
};

std::vector<OutcomeWord> outcome_words(const spec::Spec& spec);

// The types, the table and its access functions.
std::string c_outcome_table(const spec::Spec& spec);

}  // namespace model
