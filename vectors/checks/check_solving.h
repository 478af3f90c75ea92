// The smallest choice of registers that meets a goal of a check on a processor. Owns how the solver is asked: about any
// processor at once, that of a profile being assumed, so that what is proved holds for every profile of which the proof
// assumes the same. Tests: tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/smt/meaning.h"
#include "vectors/checks/check_case.h"

namespace vectors {

class CheckSolving {
 public:
  // For one check. `seed` changes which models the solver finds first, never an answer. With `only` no other processor
  // can be asked about, which is faster. The specification is kept.
  CheckSolving(const spec::Spec& spec, std::size_t check, unsigned seed = 0, const spec::Profile* only = nullptr);
  ~CheckSolving();
  CheckSolving(const CheckSolving&) = delete;
  CheckSolving& operator=(const CheckSolving&) = delete;

  // Nothing when there is none; `strict`: none that has to do without anything. Throws std::runtime_error when the
  // solver does not know, std::logic_error when header and constraints disagree.
  std::optional<Choice> smallest(const CheckGoal& goal, CheckedProcessor& processor, bool strict = false);

  // Why there is none: bits of capabilities, and what they would have to be, or the width. Empty when no processor
  // has one; nothing when this one has.
  std::optional<std::vector<std::string>> lacking(const CheckGoal& goal, const CheckedProcessor& processor);

  // How often the solver was asked.
  [[nodiscard]] std::size_t questions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// As is_runnable says it on numbers.
z3::expr runnable(const spec::Spec& spec, model::Meaning& meaning, const model::Inputs& inputs);

}  // namespace vectors
