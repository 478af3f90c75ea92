// Which situations a vector shows. Uses only the vector and the reference model. Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "vectors/goals/situations.h"

namespace vectors {

class Shown {
 public:
  // Keeps references to both.
  Shown(const spec::Spec& spec, const std::vector<Situation>& situations);
  // Indexes of situations, in order, each once, with the first goal of it that the vector meets.
  using Match = std::pair<std::size_t, const Goal*>;
  [[nodiscard]] std::vector<Match> by(const Vector& vector) const;

 private:
  using Key = std::tuple<Question, int, int>;  // question, levels of what is walked, level of the entry
  const spec::Spec& spec_;
  std::map<Key, std::vector<Match>> goals_;
};

}  // namespace vectors
