#include "harness/suite/report.h"

#include <algorithm>

namespace harness {

Counts count(const Report& report) {
  Counts counts{report.rest.of};
  for (const Judgement& judgement : report.judgements) ++counts.of.at(static_cast<std::size_t>(judgement.verdict));
  const auto& known = report.assessment.known;
  counts.known = static_cast<std::size_t>(
      std::count_if(known.begin(), known.end(), [](const auto& entries) { return !entries.empty(); }));
  return counts;
}

int exit_code(const Report& report) {
  const Counts counts = count(report);
  const std::size_t deviations = counts[Verdict::fail] + counts[Verdict::error] + counts[Verdict::flaky] - counts.known;
  if (deviations != 0 || !report.assessment.problems.empty()) return 1;
  const bool judged = counts[Verdict::pass] + counts.known != 0;
  return judged ? 0 : 2;
}

}  // namespace harness
