// The compact binary of vectors: a header of 16 bytes and records of 128 bytes, all little endian (docs/vectors.md has
// the layout). Holds case, expectation and id; not profile, goals and relations. The id is made of the record. Tests:
// tests/vectors/generate/generate_test.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/vector.h"

namespace vectors {

constexpr std::size_t kBinaryHeader = 16;
constexpr std::size_t kBinaryRecord = 128;
constexpr std::size_t kIdentified = 120;  // bytes of a record that the id is made of

// "ept-" and the first 16 digits of the SHA-256 of the record's first 120 bytes.
std::string id_of(const Case& asked, const Expected& expected);

// The parts of a file, for streams; 0 records in the header mean as many as follow. Throw std::runtime_error when a
// value has no room.
std::string binary_header(std::size_t count);
std::string binary_record(const Vector& vector);

std::string to_binary(const std::vector<Vector>& list);

// Throws std::runtime_error that says at which byte the file `name` is wrong.
std::vector<Vector> from_binary(std::string_view bytes, const std::string& name);

}  // namespace vectors
