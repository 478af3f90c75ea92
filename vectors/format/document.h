// The vectors of one profile and why each of them exists. Owns how the goals of a document reach its vectors; its files
// are lines.h and self_contained.h. Tests: tests/vectors/format/lines_test.cpp.
#pragma once

#include <string>
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
  std::vector<Purpose> purposes;  // sorted by goal; empty where a file has the goals at its vectors
  std::vector<Vector> vectors;    // sorted by id
};

// Sorts, and gives each vector its profile, goals, citation, neighbour and twin from the purposes; a neighbour or twin
// gets the goal "neighbour/…" or "twin/…". Returns the ids that purposes name and no vector has.
std::vector<std::string> link(Document& document);

}  // namespace vectors
