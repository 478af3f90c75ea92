#include "harness/report/forms.h"

#include <fmt/format.h>

#include "harness/judge/walk_length.h"
#include "harness/support/names.h"

namespace harness {

namespace {

std::string value_text(const Deviation& one, std::uint64_t value) {
  if (one.field == Field::result) return result_name(static_cast<std::uint32_t>(value));
  return one.bit ? std::to_string(value) : fmt::format("{:#x}", value);
}

}  // namespace

std::string field_text(const Deviation& one) {
  const ept_word mask = one.bit ? ept_word{1} << *one.bit : 0;
  if (const ept_outcome_member* const member = member_of(one.field); member != nullptr && one.bit)
    return fmt::format("{} bit {} ({})", member->name, *one.bit, names_of(names_of_bits(member->member), mask));
  if (one.field != Field::entry) return name_of(one.field);
  const std::string which = one.bit ? names_of(ept_flag_names, mask) + " flag" : "bits";
  return fmt::format("{} of the level-{} entry afterwards", which, one.level.value_or(0));
}

std::string deviation_text(const Deviation& one) {
  return fmt::format("{}: expected {}, observed {}", field_text(one), value_text(one, one.expected),
                     value_text(one, one.observed));
}

std::string reason_text(const Judgement& judgement) {
  const bool error = judgement.verdict == Verdict::error || judgement.fate != Fate::answered;
  std::string text = judgement.reason;
  if (error) text = fmt::format("{}: {}", was_asked(judgement) ? name_of(judgement.fate) : "not asked", text);
  if (judgement.times.empty()) return text;
  return fmt::format("{}, then {} when asked again{}{}", name_of(judgement.times.front()),
                     name_of(judgement.times.back()), text.empty() ? "" : "; ", text);
}

std::string rule_text(const Cause& cause) { return is_of_field(cause) ? field_text(cause.deviation) : cause.rule; }

std::string what_text(const Cause& cause) {
  const Deviation& one = cause.deviation;
  if (cause.verdict != Verdict::fail)
    return reason_text({cause.verdict, cause.reason, {}, cause.fate, {}, cause.times});
  if (is_of_walk_length(cause)) return cause.reason;
  if (is_of_field(cause)) return "wrong";
  const bool translated = one.observed == EPTSPEC_WALK_TRANSLATED;
  if (one.expected == EPTSPEC_WALK_MISCONFIGURATION && translated) return "misconfiguration missed";
  if (one.expected == EPTSPEC_WALK_TRANSLATED && one.observed == EPTSPEC_WALK_MISCONFIGURATION) {
    return "misconfiguration reported";
  }
  return fmt::format("{} instead of {}", value_text(one, one.observed), value_text(one, one.expected));
}

std::string known_text(const Report& report, std::size_t n) {
  std::string text = reasons_of(report.assessment.known.at(n));
  const std::string& beneath = report.judgements[n].attributed_to;
  if (beneath.empty()) return text;
  return fmt::format("{}{}{} beneath deviates in the same way", text, text.empty() ? "" : "; ", beneath);
}

}  // namespace harness
