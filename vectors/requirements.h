// What a goal needs of the processor: which capabilities, controls and parameters have one value in every case that
// meets it. A goal that no processor can meet does not exist. Tests: tests/vectors/generate_test.cpp.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vectors/goals.h"

namespace vectors {

struct Requirement {
  bool possible = false;           // on some processor
  std::vector<std::string> needs;  // "capability.page_1g", "not capability.execute_only", "control.ept_violation_ve"
  std::vector<std::pair<spec::Word, Way>> bits;  // the same as bits: mask and value
};

class Requirements {
 public:
  explicit Requirements(const spec::Spec& spec);
  ~Requirements();
  Requirements(const Requirements&) = delete;
  Requirements& operator=(const Requirements&) = delete;

  // Remembered by the goal's id.
  const Requirement& of(const Goal& goal);

  // The needs that the profile does not meet: why the goal is impossible for it. Empty when none is known.
  std::vector<std::string> missing(const Goal& goal, const spec::Profile& profile);

  // Whether the profile has a case for the goal.
  bool possible_for(const Goal& goal, const spec::Profile& profile);

 private:
  struct Solver;
  const spec::Spec& spec_;
  std::unique_ptr<Solver> any_;
  std::map<std::string, std::unique_ptr<Solver>> of_profile_;
  std::map<std::string, Requirement> known_;
};

}  // namespace vectors
