// The vectors of one profile and why each of them exists. Owns how the goals of a document reach its vectors; its files
// are lines.h, self_contained.h and binary.h. Tests: tests/vectors/format/lines_test.cpp,
// tests/harness/suite/files_test.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/vector.h"

namespace vectors {

// That a goal is met by a vector. Where one rule is broken, ids of the two vectors that it is told apart from.
struct Purpose {
  std::string goal;
  std::string vector;
  std::string cite;
  std::string neighbour;
  std::string twin;

  bool operator==(const Purpose&) const = default;
};

struct Document {
  std::string profile;
  std::string manual;             // order number and edition
  std::vector<Purpose> purposes;  // sorted by goal; none where a file has the goals at its vectors, or is binary
  std::vector<Vector> vectors;    // sorted by id
  std::string file = {};          // of a directory: the name of the file that it was read from
};

// The one goal of dense vectors, which have no purposes.
inline constexpr const char* kDenseGoal = "dense";

// Sorts, and gives each vector its profile, goals, citation, neighbour and twin from the purposes; a neighbour or twin
// gets the goal "neighbour/…" or "twin/…". Ids that no vector has are passed over.
void link(Document& document);

// Citations of the manual, each with a short id that does not change with the edition: "3C/31.3.3.1/reserved_bit_set".
using Citations = std::map<std::string, std::string>;  // by id

// Of "SDM Vol. VOLUME, SECTION TITLE, PLACE (EDITION)": VOLUME/SECTION/PLACE, where everything but letters, digits and
// ".:-" is an underscore.
std::string citation_id(std::string_view text);

// Adds those of the document. Throws std::logic_error when two texts have one id.
void add_citations(const Document& document, Citations& to);

// The vectors for another profile that has the same configuration.
Document renamed(Document document, const std::string& profile);

// Of a file that eptspec writes, whatever its format: JSON lines, self-contained JSON or the compact binary (which has
// no profile and no goals). What is wrong goes to `errors`, which blame the file; ids and expectations are computed
// anew.
Document read_vectors(std::string_view bytes, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
