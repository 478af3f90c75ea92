#include "harness/judge/cause.h"

#include "harness/judge/draw.h"

namespace harness {

namespace {

bool is_misconfiguration(std::uint64_t result) {
  return result == EPTSPEC_ENTRY_MISCONFIGURED || result == EPTSPEC_WALK_MISCONFIGURATION;
}

bool is_good(std::uint64_t result) {
  return result == EPTSPEC_ENTRY_PAGE || result == EPTSPEC_ENTRY_TABLE || result == EPTSPEC_WALK_TRANSLATED;
}

// That an entry is taken for a page or a table and that a walk goes on through it are one cause.
Deviation of_walk(const Deviation& one) {
  const Deviation missed{Field::result, EPTSPEC_WALK_MISCONFIGURATION, EPTSPEC_WALK_TRANSLATED};
  if (is_misconfiguration(one.expected) && is_good(one.observed)) return missed;
  const bool reported = is_good(one.expected) && is_misconfiguration(one.observed);
  return reported ? Deviation{Field::result, missed.observed, missed.expected} : one;
}

}  // namespace

bool is_of_field(const Cause& cause) {
  return cause.verdict == Verdict::fail && cause.deviation.field != Field::result;
}

// A field that is wrong is one cause, whichever rule decided on the access.
Cause cause_of(const vectors::Vector& vector, const Judgement& judgement) {
  if (judgement.verdict != Verdict::fail) {
    return {was_asked(judgement) ? rule_of(vector) : "",
            judgement.verdict,
            {},
            judgement.fate,
            judgement.reason,
            judgement.times};
  }
  const Deviation& first = judgement.deviations.front();
  if (first.field != Field::result) return {"", Verdict::fail, {first.field, 0, 0, first.bit, first.level}, {}, {}};
  return {rule_of(vector), Verdict::fail, of_walk(first), {}, {}};
}

bool is_alike(const Cause& one, const Cause& other) {
  if (is_of_field(one)) return is_of_field(other);
  Cause same_rule = other;
  same_rule.rule = one.rule;
  return one == same_rule;
}

}  // namespace harness
