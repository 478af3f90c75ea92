// Where vectors come from. Tests: tests/harness/cli/cli_test.py.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vectors/format/vector.h"

namespace harness {

struct VectorSet {
  std::vector<vectors::Vector> vectors;                      // no id twice
  std::map<std::string, std::vector<std::string>> profiles;  // by id: those that have the vector
};

// A file of vectors in any format, a directory of such files (those of its manifest.json, or all when it has none), or
// "builtin" for the few of harness/suite/builtin.h. A vector that several profiles have counts once. What is wrong in a
// file goes to `errors`: each id and each expectation is computed anew.
VectorSet load_vectors(const std::string& path, std::vector<std::string>& errors);

// Those that the filter selects (selection.h). Throws std::runtime_error when it selects none of some.
std::vector<vectors::Vector> choose(const VectorSet& set, const std::string& filter);

// Throws std::runtime_error, which lists the profiles that there are, when no vector is of this one.
void check_profile(const VectorSet& set, const std::string& profile);

// The processor of a profile as its vectors show it; its controls are those that some vector has on. Throws
// std::runtime_error when no vector is of this profile.
ept_configuration configuration_of(const VectorSet& set, const std::string& profile);

}  // namespace harness
