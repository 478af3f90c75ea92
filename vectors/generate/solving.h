// The canonical case of a goal for a processor. Owns how the solver is asked: about any processor at once, the profile
// being assumptions, so that what is proved holds for every profile that shares the assumptions which the proof used.
// Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "vectors/goals/literals.h"

namespace vectors {

// Goals for which the solver is asked the same in the main: the same object should answer for all of a group.
using Group = std::tuple<bool, int, int, Ending, int>;
Group group_of(const spec::Spec& spec, const Goal& goal);

class Solving {
 public:
  // `seed` changes which models the solver finds first, never an answer.
  explicit Solving(const spec::Spec& spec, unsigned seed = 0);
  ~Solving();
  Solving(const Solving&) = delete;
  Solving& operator=(const Solving&) = delete;

  // The smallest case of the profile that meets the goal; nothing when there is none. Throws std::runtime_error when
  // the solver does not know, std::logic_error when model and constraints disagree.
  std::optional<Case> smallest(const Goal& goal, const spec::Profile& profile);

  // Why there is none: what the processor lacks. Nothing when there is a case; an empty list when no processor has one.
  std::optional<std::vector<std::string>> lacking(const Goal& goal, const spec::Profile& profile);

  // A case of the goal, of whatever processor, that shows at least one of these pairs of literals; of an entry, the
  // walk that leads to it. Nothing when it is proved that no case does.
  std::optional<Case> showing(const Goal& goal, const LiteralPairs& pairs);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vectors
