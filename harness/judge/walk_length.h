// Whether an implementation walks as many levels as the EPTP says: the cause of a deviation that no rule has. Owns no
// judgement. Tests: tests/harness/report/report_test.cpp, tests/harness/judge/wrong_walkers_test.cpp.
#pragma once

#include "harness/judge/cause.h"

namespace harness {

// Whether a walk deviates as if its EPTP said the other length, 4 for 5 or 5 for 4. A result alone fits by chance; an
// address that only a walk of the other length comes to does not.
enum class Fit { no, by_result, by_address };
Fit fit_to_other_walk_length(const vectors::Vector& vector, const Judgement& judgement);

// What such walks are put down to; its `reason` says how many levels were taken.
Cause cause_of_walk_length(const vectors::Vector& vector);
bool is_of_walk_length(const Cause& cause);
// Where the manual says it.
std::string citation_of_walk_length();

}  // namespace harness
