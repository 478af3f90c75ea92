// Vectors as JSON that needs nothing beside it (schema/vectors.schema.json): every vector with its configuration, its
// entries field by field, what is expected and why, and where the manual says it. The words follow from the vector
// and from ept_names.h. Tests:
// tests/vectors/format/self_contained_test.cpp, tests/vectors/format/schema_test.py.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "vectors/format/document.h"
#include "vectors/format/names.h"

namespace vectors {

// The rules that the case breaks and what they are called.
struct Broken {
  Vocabulary vocabulary;
  ept_word rules = 0;
};
Broken broken_by(const Vector& vector);

// Bits of the EPTP, each alone, that VM entry refuses as reserved or beyond the physical-address width.
ept_word reserved_in(ept_registers registers);

// What the vector is about in one sentence.
std::string sentence(const Vector& vector);

// The vector as schema/vectors.schema.json has it.
nlohmann::ordered_json in_words(const Vector& vector);

void write_self_contained(const Document& document, std::ostream& out);

// What is wrong goes to `errors` as "FILE:LINE: ID: …"; such vectors are left out. Everything that follows from the
// case is computed anew and compared, the words too. The document has no purposes: its vectors have their goals.
Document read_self_contained(std::string_view text, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
