// The forms of a report. None of them holds a duration or a host name, and the only date is the one that expiries are
// judged by, so that equal runs of a day give equal bytes. And the words that they share: the only place where a
// deviation, a cause, a reason is put into text for people. Tests: tests/harness/report/report_test.cpp,
// tests/harness/report/words_test.cpp.
#pragma once

#include <string>

#include "harness/judge/cause.h"
#include "harness/suite/report.h"

namespace harness {

std::string terminal_report(const Report& report);
std::string json_report(const Report& report);
std::string junit_report(const Report& report);
std::string tap_report(const Report& report);

// "qualification bit 4 (writable)", "accessed flag of the level-4 entry afterwards".
std::string field_text(const Deviation& one);
// "FIELD: expected X, observed Y".
std::string deviation_text(const Deviation& one);
// Why nothing was judged, "crash: signal 6"; empty for pass and fail.
std::string reason_text(const Judgement& judgement);

// The rule that is missed, or the field that is wrong where the result is right.
std::string rule_text(const Cause& cause);
// "misconfiguration missed", "violation instead of translated", "wrong".
std::string what_text(const Cause& cause);

// Why a vector that deviates is known; empty when it is not.
std::string known_text(const Report& report, std::size_t n);

}  // namespace harness
