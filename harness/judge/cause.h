// The cause of a deviation, so that many deviations of one kind are shown as one. Tests:
// tests/harness/report/report_test.cpp.
#pragma once

#include <string>
#include <utility>

#include "harness/judge/judge.h"

namespace harness {

// Rule and what went wrong, which group failures.
using Cause = std::pair<std::string, std::string>;

// The rule that is missed, or the field that is wrong where the result is right; and what went wrong.
Cause cause_of(const vectors::Vector& vector, const Judgement& judgement);

}  // namespace harness
