// Which faults of implementations the vectors show that no change of the specification is: a rule that is checked only
// if a literal holds, or a refusal also if it does. For each situation and each literal, in both polarities, some
// vector of the situation has it, or none can; and the same for pairs of literals. Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "vectors/format/document.h"
#include "vectors/goals/situations.h"

namespace vectors {

struct LiteralCount {
  std::size_t shown = 0;
  std::size_t impossible = 0;  // proved: the situation and the literals exclude each other
  std::size_t open = 0;        // some case has them, no vector

  LiteralCount& operator+=(const LiteralCount& other);
};

struct LiteralRow {
  std::string situation;
  Situation::Kind kind = Situation::Kind::rule;
  std::size_t vectors = 0;
  LiteralCount literals;             // each in both polarities
  LiteralCount pairs;                // of literals of different bits, each in both polarities; 0 when not asked for
  std::size_t alone_impossible = 0;  // of the impossible pairs those of which one literal is impossible by itself
  std::vector<std::string> gaps;     // what is open
};

// A row of each situation. Two threads or as many as there are processors.
std::vector<LiteralRow> literal_table(const spec::Spec& spec, const std::vector<Document>& documents, bool pairs);

}  // namespace vectors
