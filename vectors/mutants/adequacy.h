// Mutation adequacy: does some vector detect each mutant of the specification, or is the mutant proved to change
// nothing? Owns how that is decided; not which mutants there are (mutant.h). Tests:
// tests/vectors/mutants/mutants_test.cpp.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "ept_names.h"
#include "vectors/format/vector.h"
#include "vectors/mutants/mutant.h"

namespace vectors {

// What decides a verdict about a case, of whatever specification: what an implementation shows, and what the manual
// leaves open of it. Not the names of the rules: no implementation tells those.
struct Answer {
  ept_word result = 0;  // of an EPTP: 1 when refused; of an entry: ept_kind; of a walk: ept_result
  // Of a walk: the members that are reported, their defined bits. A set of levels that is not empty has in bits 63:32
  // which bit of their entries it is about.
  std::array<ept_word, EPT_OUTCOME_MEMBERS> shown{};
  bool operator==(const Answer&) const = default;
};

// As the vector expects it.
Answer expected_answer(const Case& asked, const Expected& expected);

// Whether some memory holds the entries of a walk: none does when two of them lie at one address with different values.
bool fits_memory(const Case& asked);

enum class Fate {
  killed,      // a vector has another answer
  equivalent,  // proved: no case has
  alive,       // some case has, but no vector
  unknown,     // the solver does not know, or the readings of the mutant disagree; counts as alive
  rejected,    // says nothing: an entry has no format, or two; does not count
  elsewhere,   // of a check, proved: only processors show it that no profile is; does not count
};
inline constexpr std::array kFates = {Fate::killed,  Fate::equivalent, Fate::alive,
                                      Fate::unknown, Fate::rejected,   Fate::elsewhere};

const char* name_of(Fate fate);

struct Finding {
  Fate fate = Fate::unknown;
  std::string killer = {};       // of killed: the id of the first vector found
  std::vector<Case> shows = {};  // of alive: a case that would kill it
  std::string text = {};         // of alive: the processor that can show it; of unknown: why
};

// A vector as it is tried on mutants.
struct Trial {
  std::string id;
  Case asked;
  Answer expected;
};

// Each id once; without checks (check_mutants.h), and without the walks that no memory can show (fits_memory), which
// cannot be asked.
std::vector<Trial> trials_of(const std::vector<Vector>& vectors);

// The ids of those that the interpreter answers in another way than they expect, from the specification as it is. There
// must be none: a mutant's death would mean nothing.
std::vector<std::string> disagreements(const spec::Spec& spec, const std::vector<Trial>& trials);

// In the order of the mutants. Two threads or as many as there are processors.
std::vector<Finding> assess(const spec::Spec& spec, const Mutants& mutants, const std::vector<Trial>& trials);

// Killed of those that count.
struct Score {
  std::size_t killed = 0;
  std::size_t counted = 0;
  [[nodiscard]] bool complete() const { return killed == counted; }
};
Score score_of(const std::vector<Finding>& findings);

}  // namespace vectors
