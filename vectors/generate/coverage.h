// Which goals the vectors of a profile meet. The goals are computed from the specification; that a vector meets the
// goals it names is checked. Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vectors/generate/solving.h"

namespace vectors {

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
