// Vectors for every goal, each the canonical one. Owns which vectors exist and how they are related; not how a goal
// becomes a formula (formula.h) nor what smallest means (canonical.h). Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "spec/ir.h"
#include "vectors/format/vector.h"

namespace vectors {

struct ProfileVectors {
  std::string profile;
  std::vector<Vector> vectors;  // sorted by id, no id twice
};

// For the profile with this id, or for all when it is empty, sorted by id. Two threads or as many as there are
// processors. Throws std::runtime_error when a solver does not know, std::logic_error when model and constraints
// disagree.
std::vector<ProfileVectors> generate(const spec::Spec& spec, const std::string& profile = "");

// The vectors of one profile. `seed` changes which models the solver finds first, never the result.
ProfileVectors generate_for(const spec::Spec& spec, const spec::Profile& profile, unsigned seed = 0);

// Each entry of a case drawn field by field.
std::vector<std::string> drawn(const spec::Spec& spec, const Case& asked);

// The names of the rules that a case breaks; empty when it breaks none.
std::string broken(const spec::Spec& spec, const Case& asked, const Expected& expected);

}  // namespace vectors
