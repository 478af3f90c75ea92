// Vectors of one profile as JSON, one vector a line (schema/vectors.schema.json). Numbers are hexadecimal strings; what
// is 0 or empty is left out, and so are controls, EPTP and access where they are those of the file. Tests:
// tests/vectors/generate/generate_test.cpp.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/vector.h"

namespace vectors {

// What vectors share, written once: a vector names it by its number in the order of the texts, or by its name.
struct Tables {
  std::map<std::string, std::size_t> citations;
  std::map<std::string, std::size_t> goals;
  std::map<std::string, std::string> drawn;         // level and value of an entry, its fields
  std::map<std::string, std::string> expectations;  // the JSON text of an expectation, its name
};
Tables tables_of(const std::vector<const std::vector<Vector>*>& lists);
void write_tables(const Tables& tables, std::ostream& out);

// All vectors have the profile's width, capability and parameters. Throws std::logic_error when they have not.
// The file holds its tables itself.
void write_json(const std::string& profile, const std::vector<Vector>& list, std::ostream& out);
// The same with the tables in a file of their own beside it, which several files share.
void write_json(const std::string& profile, const std::vector<Vector>& list, const Tables& tables,
                const std::string& tables_file, std::ostream& out);

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

// `file` is where the text comes from; the tables may lie beside it. What is wrong goes to `errors` as "FILE:LINE: …";
// vectors in which something is wrong are left out.
Document read_json(std::string_view text, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
