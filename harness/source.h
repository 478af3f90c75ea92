// Where vectors come from. Tests: tests/harness/cli_test.py.
#pragma once

#include <string>
#include <vector>

#include "vectors/vector.h"

namespace harness {

// A JSON file, a directory of such files (all *.json but manifest.json, by name), or "builtin" for the few of
// harness/builtin.h. A vector that is in several files counts once. What is wrong in a file goes to `errors`.
std::vector<vectors::Vector> load_vectors(const std::string& path, std::vector<std::string>& errors);

}  // namespace harness
