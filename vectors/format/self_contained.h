// Vectors as JSON that needs nothing beside it (schema/vectors.schema.json): every vector with its configuration, its
// entries field by field, what is expected and why, and where the manual says it. Tests:
// tests/vectors/format/self_contained_test.cpp, tests/vectors/format/schema_test.py.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/document.h"

namespace vectors {

void write_self_contained(const Document& document, std::ostream& out);

// What is wrong goes to `errors` as "FILE:LINE: ID: …"; such vectors are left out. Everything that follows from the
// case is computed anew and compared, the words too. The document has no purposes: its vectors have their goals.
Document read_self_contained(std::string_view text, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
