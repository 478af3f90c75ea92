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

// The same without an end: a file's head without vectors in one line, then a vector a line as it stands in a file.
class JsonLines {
 public:
  // Keeps a reference to `out`. `allowed` gives width, capability and parameters of all vectors.
  JsonLines(const std::string& profile, const ept_configuration& allowed, std::ostream& out);
  void write(const Vector& vector);

 private:
  ept_configuration allowed_;
  std::ostream& out_;
};

struct Document {
  std::string profile;
  std::vector<Vector> vectors;
};

// What is wrong goes to `errors` as "FILE:LINE: …"; vectors in which something is wrong are left out.
Document read_json(std::string_view text, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
