// Vectors for every goal, each the canonical one. Owns which vectors exist and how they are related; not how a goal
// becomes a formula (formula.h) nor what smallest means (canonical.h). Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "spec/ir.h"
#include "vectors/format/document.h"
#include "vectors/goals/goals.h"

namespace vectors {

// For the profile with this id, or for all when it is empty, sorted by id. Two threads or as many as there are
// processors. Throws std::runtime_error when a solver does not know, std::logic_error when model and constraints
// disagree.
std::vector<Document> generate(const spec::Spec& spec, const std::string& profile = "");

// The vectors of one profile. `seed` changes which models the solver finds first, never the result. `more` are goals
// beside those of all_goals.
Document generate_for(const spec::Spec& spec, const spec::Profile& profile, unsigned seed = 0,
                      const std::vector<Goal>& more = {});

}  // namespace vectors
