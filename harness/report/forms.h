// The forms of a report. None of them holds a duration or a host name, and the only date is the one that expiries are
// judged by, so that equal runs of a day give equal bytes. Tests: tests/harness/report/report_test.cpp.
#pragma once

#include <string>

#include "harness/suite/report.h"

namespace harness {

std::string terminal_report(const Report& report);
std::string json_report(const Report& report);
std::string junit_report(const Report& report);
std::string tap_report(const Report& report);

}  // namespace harness
