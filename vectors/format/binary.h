// The compact binary of vectors: a header of 16 bytes and records that begin with their size, all little endian
// (docs/vectors.md has the layout). Holds case, expectation and id; not profile, goals and relations. Tests:
// tests/vectors/format/binary_test.cpp.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/vector.h"

namespace vectors {

constexpr std::size_t kBinaryHeader = 16;
constexpr std::size_t kBinaryRecord = 72;  // at least

// The parts of a file, for streams; 0 records in the header mean as many as follow. Throw std::runtime_error when a
// value has no room.
std::string binary_header(std::size_t count);
std::string binary_record(const Vector& vector);

std::string to_binary(const std::vector<Vector>& list);

// For programs without a file system: the records one behind the other as `const unsigned char NAME[]`, with the id and
// the goals of each vector beside it.
void write_c_array(const std::vector<Vector>& list, const std::string& name, std::ostream& out);

// Whether the bytes begin as such a file.
bool is_binary(std::string_view bytes);

// What is wrong goes to `errors` as "FILE: byte N: …", and such records are left out. Ids and expectations are computed
// anew.
std::vector<Vector> from_binary(std::string_view bytes, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
