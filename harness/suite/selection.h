// Which vectors are run: where they come from, filter and shard. Tests: tests/harness/suite/files_test.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vectors/format/vector.h"

namespace harness {

struct VectorSet {
  std::vector<vectors::Vector> vectors;                      // no id twice
  std::map<std::string, std::vector<std::string>> profiles;  // by id: those that have the vector
};

// A file of vectors in any format, a directory of such files (those of its manifest.json, or all when it has none), or
// "builtin" for the few of harness/suite/builtin.h. A vector that several profiles have counts once. What is wrong in a
// file goes to `errors`: each id and each expectation is computed anew.
VectorSet load_vectors(const std::string& path, std::vector<std::string>& errors);

// Words separated by blanks, all of which must hold; a leading ! negates. goal:TEXT some goal contains TEXT; id:TEXT
// the id begins with it; profile:NAME one of `profiles`, question:eptp|entry|walk|sub_page is equal to it; rule:TEXT a
// rule that decides contains it; access:TEXT what a walk's access is called in reports contains it; a word without a
// colon: the id begins with it or some goal contains it. Throws std::runtime_error for an unknown key or question.
bool selected(const vectors::Vector& vector, const std::vector<std::string>& profiles, const std::string& filter);

// Those that the filter selects. Throws std::runtime_error when it selects none of some.
std::vector<vectors::Vector> choose(const VectorSet& set, const std::string& filter);

// Throws std::runtime_error, which lists the profiles that there are, when no vector is of this one.
void check_profile(const VectorSet& set, const std::string& profile);

// The processor of a profile as its vectors show it; its controls are those that some vector has on. Throws
// std::runtime_error when no vector is of this profile.
ept_registers configuration_of(const VectorSet& set, const std::string& profile);

// I/N with 1 <= I <= N. Vectors belong to a shard by their id, so that a new vector moves no other.
struct Shard {
  unsigned index = 1;
  unsigned count = 1;
};
Shard parse_shard(const std::string& text);  // throws std::runtime_error
bool belongs(const Shard& shard, const std::string& id);

// A hash of the ids: the same for equal sets only, whatever their order.
std::string digest_of(const std::vector<vectors::Vector>& vectors);

}  // namespace harness
