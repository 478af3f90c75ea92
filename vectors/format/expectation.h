// What the manual says of a case, as JSON spelled out by name: the same in every JSON file of vectors. A file's own
// word for it is not believed but compared with what the model computes. Tests: tests/vectors/format/lines_test.cpp.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "vectors/format/vector.h"

namespace vectors {

// What is 0 or empty is left out.
nlohmann::ordered_json expectation_json(const Case& asked, const Expected& expected);

// "expects violation where the manual says translated": how `found` differs from what is right; empty when it does not.
std::string difference(const nlohmann::ordered_json& found, const nlohmann::ordered_json& right);

}  // namespace vectors
