// The result of a run, as values; report/ puts it into words. Owns no judgement. Tests:
// tests/harness/report/report_test.cpp.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "harness/suite/baseline.h"
#include "harness/suite/rest.h"
#include "harness/suite/shrink.h"

namespace harness {

struct Report {
  std::string target;
  std::vector<std::string> target_names;  // as a baseline may call it
  std::string name;                       // of the implementation, from its adapter
  std::string version;
  std::string date;  // YYYY-MM-DD: the day of the run, or the one given for the expiries of the baseline
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

}  // namespace harness
