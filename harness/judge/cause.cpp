#include "harness/judge/cause.h"

#include <fmt/format.h>

#include "harness/judge/draw.h"

namespace harness {

namespace {

bool is_misconfiguration(const std::string& result) {
  return result == "misconfigured" || result == "misconfiguration";
}

// That an entry is taken for a page or a table and that a walk goes on through it are one cause.
bool is_good(const std::string& result) { return result == "page" || result == "table" || result == "translated"; }

std::string what(const Judgement& judgement) {
  if (judgement.verdict != Verdict::fail) return judgement.reason;
  const Deviation& first = judgement.deviations.front();
  if (first.field != "result") return "wrong";
  if (is_misconfiguration(first.expected) && is_good(first.observed)) return "misconfiguration missed";
  if (is_good(first.expected) && is_misconfiguration(first.observed)) return "misconfiguration reported";
  return fmt::format("{} instead of {}", first.observed, first.expected);
}

}  // namespace

// A field that is wrong is one cause, whichever rule decided on the access.
Cause cause_of(const vectors::Vector& vector, const Judgement& judgement) {
  if (!was_asked(judgement)) return {"", judgement.reason};  // no rule has to do with it
  const bool of_field = judgement.verdict == Verdict::fail && judgement.deviations.front().field != "result";
  return {of_field ? judgement.deviations.front().field : rule_of(vector), what(judgement)};
}

}  // namespace harness
