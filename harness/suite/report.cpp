#include "harness/suite/report.h"

namespace harness {

bool is_known(const Report& report, std::size_t n) {
  return !report.assessment.known.at(n).empty() || !report.judgements[n].attributed_to.empty();
}

Counts count(const Report& report) {
  Counts counts{report.rest.of};
  for (std::size_t n = 0; n < report.judgements.size(); ++n) {
    ++counts.of.at(static_cast<std::size_t>(report.judgements[n].verdict));
    counts.known += is_known(report, n) ? 1 : 0;
  }
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
