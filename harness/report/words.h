// A deviation, a cause, a reason as text for people: the only place that words them. Tests:
// tests/harness/report/words_test.cpp.
#pragma once

#include <string>

#include "harness/judge/cause.h"
#include "harness/suite/report.h"

namespace harness {

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
