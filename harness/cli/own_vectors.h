// The vectors of a target's own configuration, generated when they are first wanted and kept in the user's cache by
// content: program, specification and configuration. A file of the cache that is damaged is made anew. Tests:
// tests/harness/boot/robust_test.py.
#pragma once

#include <string>

#include "harness/adapters/adapter.h"

namespace cli {

// The file that holds them. Empty when the specification has mistakes, which are on standard error. Throws
// std::runtime_error.
std::string own_vectors(const std::string& spec_directory, const harness::Description& description);

}  // namespace cli
