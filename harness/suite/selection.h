// Which vectors are run: where they come from, filter and shard. Tests: tests/harness/suite/files_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "vectors/format/vector.h"

namespace harness {

// Words separated by blanks, all of which must hold; a leading ! negates. goal:TEXT some goal contains TEXT; id:TEXT
// the id begins with it; profile:NAME one of `profiles`, question:eptp|entry|walk is equal to it; rule:TEXT a rule that
// decides contains it; access:TEXT what a walk's access is called in reports contains it; a word without a colon: the
// id begins with it or some goal contains it. Throws std::runtime_error for an unknown key or question.
bool selected(const vectors::Vector& vector, const std::vector<std::string>& profiles, const std::string& filter);

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
