// Vectors of one profile as JSON, one vector a line (schema/vectors.schema.json). Numbers are hexadecimal strings; what
// is 0 or empty is left out, and so are controls, EPTP and access where they are those of the file. Tests:
// tests/vectors/generate_test.cpp.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/vector.h"

namespace vectors {

// All vectors have the profile's width, capability and parameters. Throws std::logic_error when they have not.
void write_json(const std::string& profile, const std::vector<Vector>& list, std::ostream& out);

struct Document {
  std::string profile;
  std::vector<Vector> vectors;
};

// What is wrong goes to `errors` as "FILE:LINE: …"; vectors in which something is wrong are left out.
Document read_json(std::string_view text, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
