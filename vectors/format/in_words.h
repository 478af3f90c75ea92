// A vector in words and numbers for a person: its sentence, its entries field by field, its rules with where the manual
// has them. All follows from the vector and from ept_names.h. Tests: tests/vectors/format/self_contained_test.cpp.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "vectors/format/names.h"
#include "vectors/format/vector.h"

namespace vectors {

// The rules that the case breaks and what they are called.
struct Broken {
  Vocabulary vocabulary;
  ept_word rules = 0;
};
Broken broken_by(const Vector& vector);

// Bits of the EPTP, each alone, that VM entry refuses as reserved or beyond the physical-address width.
ept_word reserved_in(const ept_configuration& configuration, ept_word eptp);

// What the vector is about in one sentence.
std::string sentence(const Vector& vector);

// The vector as schema/vectors.schema.json has it.
nlohmann::ordered_json in_words(const Vector& vector);

}  // namespace vectors
