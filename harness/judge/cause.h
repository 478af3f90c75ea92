// What a deviation is put down to, so that many of one kind are shown as one, and where the manual says otherwise;
// words for it are in report/forms.h. Tests: tests/harness/report/report_test.cpp,
// tests/harness/judge/citations_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/judge/judge.h"

namespace harness {

struct Cause {
  // That is missed, or that was judged wrongly; empty when a field alone is wrong, and for a case that was not asked.
  std::string rule;
  Verdict verdict = Verdict::fail;
  Deviation deviation{};            // of a fail: its first, a result as of a walk, any other field without its values
  Fate fate = Fate::answered;       // of an error, with its reason
  std::string reason;               // also of a flake, and of a wrong walk length
  std::vector<Verdict> times = {};  // of a flake
  auto operator<=>(const Cause&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 here
};

// Of a judgement that deviates.
Cause cause_of(const vectors::Vector& vector, const Judgement& judgement);

bool is_of_field(const Cause& cause);
// Whether two went wrong in the same way, whatever the rule; that some field is wrong is one way.
bool is_alike(const Cause& one, const Cause& other);

// Where the manual says what an implementation should have answered: the places of the rule that was missed, of the
// field or bit that is wrong. Each once, the most telling first; none when the judgement has no deviations and the
// vector no place of its own.
std::vector<std::string> citations_of(const vectors::Vector& vector, const Judgement& judgement);

}  // namespace harness
