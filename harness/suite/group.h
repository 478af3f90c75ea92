// What deviates in a report, grouped by cause. Tests: tests/harness/report/report_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/suite/report.h"

namespace harness {

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
