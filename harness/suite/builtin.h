// A few simple vectors for people who write an adapter, each with an explanation. The suite itself is vectors/. Tests:
// tests/harness/cli/exit_codes_test.py.
#pragma once

#include <string>
#include <vector>

#include "vectors/format/vector.h"

namespace harness {

struct Smoke {
  vectors::Vector vector;
  std::string explanation;  // what the case is, and why the manual demands this answer
};

// For a processor: the expected answers are those for its configuration.
std::vector<Smoke> smoke_vectors(const ept_registers& configuration);

// A processor that has everything of EPT but 5-level walks in use, MAXPHYADDR 46, with no optional control on.
ept_registers usual_configuration();

}  // namespace harness
