// The id of a case: a hash of a text of the case alone (docs/vectors.md says how to compute one by hand). What is
// expected of the case is no part of it, so a vector keeps its id when the specification learns more. Tests:
// tests/vectors/format/identity_test.cpp.
#pragma once

#include <string>
#include <string_view>

#include "vectors/format/vector.h"

namespace vectors {

std::string sha256(std::string_view bytes);  // 64 hexadecimal digits

// A line "NAME=VALUE\n" for each member that is not 0, sorted by name.
std::string canonical_text(const Case& asked);

// "ept-" and the first 16 digits of the SHA-256 of that text.
std::string id_of(const Case& asked);

}  // namespace vectors
