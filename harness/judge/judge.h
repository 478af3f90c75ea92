// Expected against observed. Owns what counts as a deviation: only what the manual defines (qualification_defined),
// only what it does not leave open (…_may), only what the adapter filled in. Tests: tests/harness/judge/judge_test.cpp.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/adapters/adapter.h"
#include "harness/judge/deviation.h"
#include "vectors/format/vector.h"

namespace harness {

enum class Verdict {
  pass,            // every judged field is as the manual says
  fail,            // some is not
  skipped,         // the adapter declined, or answers no such question
  not_applicable,  // the adapter's processor cannot show it
  error,           // crash, hang, garbage, not asked: nothing to judge
  flaky,           // fail or error, and something else when asked again
};
inline constexpr std::array kVerdicts = {Verdict::pass,           Verdict::fail,  Verdict::skipped,
                                         Verdict::not_applicable, Verdict::error, Verdict::flaky};

const char* name_of(Verdict verdict);
// Fails, errors and flakes.
bool deviates(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::error;
  std::string reason;                 // of all but pass and fail; of an error what it was in detail; of a flake both
  std::vector<Deviation> deviations;  // of fail, and of what was a fail first
  Fate fate = Fate::answered;         // of an error, and of a flake that was one of the two times
  std::string attributed_to = {};     // the processor beneath, when it deviates alike (harness/targets/open.h)
  std::vector<Verdict> times = {};    // of a flake: at first, and when asked again
  bool operator==(const Judgement&) const = default;
};

inline constexpr std::array kFates = {Fate::answered, Fate::crash, Fate::hang, Fate::garbage, Fate::unasked};
const char* name_of(Fate fate);
// False for an error whose case was never put: the target had hung too often (pin.h).
bool was_asked(const Judgement& judgement);
// ,"fate":"crash","reason":"signal 6","deviations":[...]: those that it has, each behind a comma.
std::string json_members(const Judgement& judgement, const std::string& reason);

// put: the vector as the adapter got it (harness/judge/case.h).
Judgement judge(const vectors::Vector& vector, const PutCase& put, const Observation& observed);

// The result that the manual demands, EPTSPEC_...
std::uint32_t expected_result(const vectors::Vector& vector);

}  // namespace harness
