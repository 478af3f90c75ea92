// The report on a library that makes the mistake which EPTSPEC_TEST_MISTAKE names. Tests:
// tests/harness/judge/wrong_walkers_test.cpp, tests/harness/judge/wrong_sub_pages_test.cpp.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "harness/judge/judging.h"
#include "harness/report/forms.h"
#include "harness/suite/report.h"
#include "harness/targets/open.h"

namespace support {

// Without a name it makes none.
inline harness::Report report_on(const char* library, const char* mistake,
                                 const std::vector<vectors::Vector>& vectors) {
  setenv("EPTSPEC_TEST_MISTAKE", mistake, 1);
  const auto adapter = harness::open_library(library, {});
  harness::Report report;
  report.vectors = vectors;
  report.judgements = run_on(*adapter, report.vectors);
  report.assessment.known.resize(report.vectors.size());
  return report;
}

inline std::string headline(const harness::Group& group) {
  return rule_text(group.cause) + ": " + what_text(group.cause);
}

}  // namespace support
