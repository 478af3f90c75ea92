// The result of a run, as values; report/ puts it into words. Owns no judgement. Tests:
// tests/harness/report/report_test.cpp.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/judge/cause.h"
#include "harness/suite/baseline.h"
#include "harness/suite/capabilities.h"

namespace harness {

// Counts of vectors that were judged but not kept, because a stream of random vectors has no end.
struct Rest {
  std::array<std::size_t, kVerdicts.size()> of{};                  // by Verdict
  std::map<std::pair<Verdict, std::string>, std::size_t> reasons;  // of skipped and not applicable
  std::map<Cause, std::size_t> groups;
};

// A failing case made smaller, down to the bits that are needed to fail, compared with a plain case that passes.
struct Shrunk {
  vectors::Vector vector;  // with the id of the one that it was made from
  Judgement judgement;
  std::size_t bits_before = 0;           // in which the failing case differed from the plain one
  std::vector<std::string> differences;  // "level 2 bit 13 set": those that are left
};

struct Report {
  std::string target;
  std::vector<std::string> target_names;  // as a baseline may call it
  std::string name;                       // of the implementation, from its adapter
  std::string version;
  std::string date;  // YYYY-MM-DD: the day of the run, or the one given for the expiries of the baseline
  std::optional<Capabilities> capabilities;  // not of a target that takes any configuration, or that has not told
  std::vector<vectors::Vector> vectors;
  std::vector<Judgement> judgements;  // of each vector
  std::vector<KnownDeviation> baseline;
  Assessment assessment;  // points into baseline
  // Of a stream: what was judged beside these vectors, and examples made smaller, by their index in vectors.
  Rest rest;
  std::map<std::size_t, Shrunk> shrunk;
};

// Whether the baseline explains the vector's deviation, or the processor beneath has it too.
bool is_known(const Report& report, std::size_t n);

struct Counts {
  std::array<std::size_t, kVerdicts.size()> of{};  // by Verdict; known deviations count here too
  std::size_t known = 0;                           // fails, errors and flakes that are known
  [[nodiscard]] std::size_t operator[](Verdict verdict) const { return of.at(static_cast<std::size_t>(verdict)); }
};
Counts count(const Report& report);

// 0 all as expected, 1 deviations, 2 nothing was judged.
int exit_code(const Report& report);

// Fails, errors and flakes that the baseline does not explain, with one cause as far as can be told.
struct Group {
  Cause cause;
  std::vector<std::size_t> members;
  std::size_t rest = 0;     // more of them, which were not kept
  std::size_t example = 0;  // of the members the one to look at first
};
// The most telling first: a wrong result before a wrong field, a single rule before several at once, an entry before a
// walk, many vectors before few.
std::vector<Group> group(const Report& report);

}  // namespace harness
