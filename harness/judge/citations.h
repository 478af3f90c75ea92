// Where the manual says what an implementation should have answered. Owns which places belong to a deviation: of the
// rule that was missed, of the field or bit that is wrong. Tests: tests/harness/report/report_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/judge.h"
#include "vectors/format/vector.h"

namespace harness {

// Each place once, the most telling first; none when the judgement has no deviations and the vector no place of its
// own.
std::vector<std::string> citations_of(const vectors::Vector& vector, const Judgement& judgement);

}  // namespace harness
