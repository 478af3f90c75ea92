// The result of a run and its forms. Owns no judgement. None of the forms holds a duration or a host name, and the
// only date is the one that expiries are judged by, so that equal runs of a day give equal bytes. Tests:
// tests/harness/report_test.cpp.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "harness/baseline.h"
#include "harness/report/rest.h"
#include "harness/shrink.h"

namespace harness {

struct Report {
  std::string target;
  std::string name;  // of the implementation, from its adapter
  std::string version;
  std::string date;  // YYYY-MM-DD: the day of the run, for which the expiries of the baseline were judged
  std::vector<vectors::Vector> vectors;
  std::vector<Judgement> judgements;  // of each vector
  std::vector<KnownDeviation> baseline;
  Assessment assessment;  // points into baseline
  // Of a stream: what was judged beside these vectors, and examples made smaller, by their index in vectors.
  Rest rest;
  std::map<std::size_t, Shrunk> shrunk;
};

struct Counts {
  std::array<std::size_t, kVerdicts.size()> of{};  // by Verdict; known deviations count here too
  std::size_t known = 0;                           // fails, errors and flakes that the baseline explains
  [[nodiscard]] std::size_t operator[](Verdict verdict) const { return of.at(static_cast<std::size_t>(verdict)); }
};
Counts count(const Report& report);

// 0 all as expected, 1 deviations, 2 nothing was judged.
int exit_code(const Report& report);

// Fails, errors and flakes that the baseline does not explain, with one cause as far as can be told.
struct Group {
  std::string rule;  // rule_of its vectors; the field, where the result is right and a field is not
  std::string what;  // what went wrong, "misconfiguration missed", "violation instead of translated"
  std::vector<std::size_t> members;
  std::size_t rest = 0;     // more of them, which were not kept
  std::size_t example = 0;  // of the members the one to look at first
};
// The rule that is missed, or the field that is wrong where the result is right; and what went wrong.
Cause cause_of(const vectors::Vector& vector, const Judgement& judgement);
// The most telling first: a wrong result before a wrong field, a single rule before several at once, an entry before a
// walk, many vectors before few.
std::vector<Group> group(const Report& report);

std::string terminal_report(const Report& report);
std::string json_report(const Report& report);
std::string junit_report(const Report& report);
std::string tap_report(const Report& report);

}  // namespace harness
