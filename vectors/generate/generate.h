// Vectors for every goal, each the canonical one, and which goals given vectors meet. Owns which vectors exist and how
// they are related; not how a goal becomes a formula (formula.h) nor what smallest means (canonical.h). Tests:
// tests/vectors/generate/generate_test.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vectors/format/document.h"
#include "vectors/generate/solving.h"

namespace vectors {

// For the profile with this id, or for all when it is empty, sorted by id. Two threads or as many as there are
// processors. Throws std::runtime_error when a solver does not know, std::logic_error when model and constraints
// disagree.
std::vector<Document> generate(const spec::Spec& spec, const std::string& only = "");

// The vectors of one profile. `seed` changes which models the solver finds first, never the result. `more` are goals
// beside those of all_goals.
Document generate_for(const spec::Spec& spec, const spec::Profile& profile, unsigned seed = 0,
                      const std::vector<Goal>& more = {});

// Which goals the vectors of a profile meet. That a vector meets the goals it names is checked.
struct Impossible {
  std::string goal;
  std::string reason;  // what the processor lacks
};

struct Count {
  std::size_t covered = 0;
  std::size_t total = 0;
};

struct Coverage {
  std::string profile;
  std::size_t covered = 0;
  std::map<std::string, Count> kinds;  // the same by the first word of the goal: cell, guard, priority, ...
  std::vector<std::string> gaps;
  std::vector<Impossible> impossible;  // for this profile; some other processor can meet them

  [[nodiscard]] std::size_t total() const { return covered + gaps.size(); }
};

Coverage coverage_of(const spec::Spec& spec, const spec::Profile& profile, const std::vector<Vector>& vectors,
                     Solving& solving);

}  // namespace vectors
