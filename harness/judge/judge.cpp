#include "harness/judge/judge.h"

#include <bit>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"
#include "vectors/format/expectation.h"

namespace harness {

namespace {

bool belongs_to(std::uint32_t result, std::uint32_t question) {
  switch (question) {
    case EPTSPEC_QUESTION_EPTP: return result >= EPTSPEC_EPTP_ACCEPTED && result <= EPTSPEC_EPTP_REFUSED;
    case EPTSPEC_QUESTION_ENTRY: return result >= EPTSPEC_ENTRY_NOT_PRESENT && result <= EPTSPEC_ENTRY_PAGE;
    case EPTSPEC_QUESTION_WALK: return result >= EPTSPEC_WALK_TRANSLATED && result <= EPTSPEC_WALK_MISCONFIGURATION;
    case EPTSPEC_QUESTION_SUB_PAGE:
      return result >= EPTSPEC_SUB_PAGE_WRITE_ALLOWED && result <= EPTSPEC_SUB_PAGE_MISCONFIGURATION;
    case EPTSPEC_QUESTION_CHECK: return result >= EPTSPEC_CHECK_ACCEPTED && result <= EPTSPEC_CHECK_VM_EXIT;
    default: return false;
  }
}

// What is wrong with the form of an answer; empty when it can be judged.
std::string malformed(const PutCase& put, const Answer& answer) {
  if (answer.status != EPTSPEC_ANSWERED) return fmt::format("the answer has the unknown status {}", answer.status);
  if (answer.result == 0) return "the answer has no result: nothing in it can be judged";
  if (!belongs_to(answer.result, put.question))
    return fmt::format("result {} is no answer to this question", answer.result);
  if ((answer.valid & ~ept_word{EPTSPEC_VALID_ALL}) != 0)
    return fmt::format("unknown bits in valid, {:#x}", answer.valid);
  return {};
}

// The bits that are set in `wrong`, each by itself.
void add_bits(Field field, ept_word expected, ept_word wrong, std::optional<unsigned> level,
              std::vector<Deviation>& out) {
  for (; wrong != 0; wrong &= wrong - 1) {
    const auto bit = static_cast<unsigned>(std::countr_zero(wrong));
    const ept_word set = expected >> bit & 1;
    out.push_back({field, set, set ^ 1, bit, level});
  }
}

// What the manual defines of a member, of one that is cleared all at once; bits of the qualification that the adapter
// does not know are left out.
void compare_member(const AnswerMember& one, const ept_outcome& expected, ept_word access, const Answer& answer,
                    std::vector<Deviation>& out) {
  const ept_outcome_member& member = ept_outcome_members[one.member];
  if ((answer.valid & one.valid) == 0 || (member.results >> expected.result & 1) == 0) return;
  const ept_word right = ept_outcome_get(&expected, one.member);
  const ept_word observed = value_of(answer, one);
  const ept_word open = (access & member.open_access) != 0 ? member.open : 0;
  if (((right ^ observed) & ~open) == 0) return;
  const Field field = field_of(one.member);
  const bool whole = member.partner == one.member;
  const ept_word defined = whole ? ~ept_word{0} : ept_outcome_get(&expected, member.partner);
  const ept_word known = answer.qualification_valid == 0 ? ~ept_word{0} : answer.qualification_valid;
  const bool cleared = (member.cleared >> expected.result & 1) != 0;
  if (cleared && (observed & known) != 0) {
    out.push_back({field, 0, observed & known});
  } else if (member.kind == EPT_MEMBER_BITS) {
    add_bits(field, right, (right ^ observed) & defined & known, {}, out);
  } else if (defined != 0) {
    out.push_back({field, right, observed});
  }
}

// Entries that lie at one address are one word: what happens to one of them happens to all.
ept_word flags_at(const PutCase& put, std::uint32_t word, ept_word accessed, ept_word dirty) {
  ept_word flags = 0;
  for (std::uint32_t n = 0; n < put.words.size(); ++n) {
    if (put.words[n].address != put.words[word].address) continue;
    flags |= ept_when((accessed >> (put.level - n) & 1) != 0, EPT_ENTRY_ACCESSED);
    flags |= ept_when((dirty >> (put.level - n) & 1) != 0, EPT_ENTRY_DIRTY);
  }
  return flags;
}

bool nothing_changed(const PutCase& put, const Answer& answer) {
  ept_word changed = 0;
  for (std::uint32_t n = 0; n < put.words.size(); ++n) changed |= put.words[n].value ^ answer.words[n];
  return changed == 0;
}

void compare_words(const ept_outcome& expected, const PutCase& put, const Answer& answer, std::vector<Deviation>& out) {
  constexpr ept_word kFlags = EPT_ENTRY_ACCESSED | EPT_ENTRY_DIRTY;
  if ((expected.accessed_must | expected.dirty_must) == 0 && nothing_changed(put, answer)) return;  // usual, for speed
  for (std::uint32_t n = 0; n < put.words.size(); ++n) {
    const ept_word before = put.words[n].value;
    const ept_word after = before | flags_at(put, n, expected.accessed_must, expected.dirty_must);
    // A flag that may be set may not be cleared.
    const ept_word open = flags_at(put, n, expected.accessed_may, expected.dirty_may) & ~after;
    const ept_word wrong = (after ^ answer.words[n]) & ~open;
    const unsigned level = put.level - n;
    add_bits(Field::entry, after, wrong & kFlags, level, out);
    if ((wrong & ~kFlags) != 0) out.push_back({Field::entry, after, answer.words[n], {}, level});
  }
}

void compare_outcome(const ept_outcome& expected, const PutCase& put, const Answer& answer,
                     std::vector<Deviation>& out) {
  for (const AnswerMember& one : kAnswerMembers) compare_member(one, expected, put.access, answer, out);
  if ((answer.valid & EPTSPEC_VALID_WORDS) != 0) compare_words(expected, put, answer, out);
}

void compare_error(const Answer& answer, std::vector<Deviation>& out) {
  const std::uint64_t right = ept_saved_facts[EPT_SAVED_VM_INSTRUCTION_ERROR].value;
  const bool known = (answer.valid & EPTSPEC_VALID_VM_INSTRUCTION_ERROR) != 0;
  if (known && answer.vm_instruction_error != right)
    out.push_back({field_of(EPT_SAVED_VM_INSTRUCTION_ERROR), right, answer.vm_instruction_error});
}

std::uint32_t expected_check_result(const vectors::Vector& vector) {
  const ept_check_outcome_name* const outcome = vectors::outcome_of(vector.asked.check, vector.expected.check.outcome);
  if (outcome == nullptr) return EPTSPEC_CHECK_ACCEPTED;
  if (outcome->vm_instruction_errors != 0) return EPTSPEC_CHECK_VM_FAIL;
  return outcome->exception != EPT_NO_NUMBER ? EPTSPEC_CHECK_EXCEPTION : EPTSPEC_CHECK_VM_EXIT;
}

// The errors that VM entry may report: where several rules are broken, the manual leaves their order open.
ept_word possible_errors(const vectors::Vector& vector) {
  ept_word errors = 0;
  for (const ept_check_rule_name* const rule : vectors::broken_rules(vector.asked, vector.expected))
    errors |= vectors::outcome_of(rule->whole, rule->outcome)->vm_instruction_errors;
  return errors;
}

// Accepted also where the manual leaves it open.
void compare_check(const vectors::Vector& vector, const Answer& answer, std::vector<Deviation>& out) {
  const ept_check_outcome_name* const outcome = vectors::outcome_of(vector.asked.check, vector.expected.check.outcome);
  const std::uint32_t expected = expected_check_result(vector);
  const bool open = outcome != nullptr && outcome->may && answer.result == EPTSPEC_CHECK_ACCEPTED;
  if (open) return;
  if (answer.result != expected) return out.push_back({Field::result, expected, answer.result});
  if (outcome == nullptr) return;
  const ept_word errors = possible_errors(vector);
  const bool known = (answer.valid & EPTSPEC_VALID_VM_INSTRUCTION_ERROR) != 0 && expected == EPTSPEC_CHECK_VM_FAIL;
  if (known && (answer.vm_instruction_error > 63 || (errors >> answer.vm_instruction_error & 1) == 0)) {
    out.push_back({harness::field_of(EPT_SAVED_VM_INSTRUCTION_ERROR),
                   static_cast<std::uint64_t>(std::countr_zero(errors)), answer.vm_instruction_error});
  }
  const auto compare_number = [&](std::uint32_t right, std::uint32_t found) {
    if (right != found) out.push_back({Field::number, right, found});
  };
  if (expected == EPTSPEC_CHECK_EXCEPTION) compare_number(outcome->exception, answer.exception);
  if (expected == EPTSPEC_CHECK_VM_EXIT) compare_number(outcome->exit_reason, answer.exit_reason);
}

Field field_of(const Mistake& mistake) {
  if (mistake.what < EPT_SAVED_FACTS) return harness::field_of(static_cast<ept_saved>(mistake.what));
  return harness::field_of(static_cast<ept_member>(mistake.what - EPT_SAVED_FACTS));
}

// Why there is no answer, as far as it is text.
std::string reason_of(const Answer& answer) {
  const std::string_view all(std::begin(answer.reason), std::size(answer.reason));
  const std::string reason = plain(all.substr(0, all.find('\0')));
  return reason.empty() ? "no reason is given" : reason;
}

Judgement error(Fate fate, std::string_view detail) { return {Verdict::error, plain(detail), {}, fate}; }

}  // namespace

const char* name_of(Verdict verdict) {
  constexpr std::array kNames = {"pass", "fail", "skipped", "not_applicable", "error", "flaky"};
  static_assert(kNames.size() == kVerdicts.size());
  return kNames.at(static_cast<std::size_t>(verdict));
}

const char* name_of(Fate fate) {
  constexpr std::array kNames = {"answered", "crash", "hang", "garbage", "not_asked"};
  static_assert(kNames.size() == kFates.size());
  return kNames.at(static_cast<std::size_t>(fate));
}

std::string json_members(const Judgement& judgement, const std::string& reason) {
  std::string text;
  if (judgement.fate != Fate::answered) text += fmt::format(R"(,"fate":"{}")", name_of(judgement.fate));
  if (!reason.empty()) text += ",\"reason\":" + vectors::json_text(reason);
  if (!judgement.deviations.empty()) text += ",\"deviations\":" + json_of(judgement.deviations);
  return text;
}

bool was_asked(const Judgement& judgement) {
  return judgement.verdict != Verdict::error || judgement.fate != Fate::unasked;
}

bool deviates(Verdict verdict) {
  return verdict == Verdict::fail || verdict == Verdict::error || verdict == Verdict::flaky;
}

std::uint32_t expected_result(const vectors::Vector& vector) {
  const vectors::Expected& expected = vector.expected;
  switch (vector.asked.question) {
    case vectors::Question::eptp: return expected.eptp_rules == 0 ? EPTSPEC_EPTP_ACCEPTED : EPTSPEC_EPTP_REFUSED;
    case vectors::Question::entry: return abi_result(expected.classification.kind);
    case vectors::Question::walk:
    case vectors::Question::sub_page: return abi_result(expected.outcome.result);
    case vectors::Question::check: return expected_check_result(vector);
  }
  return 0;
}

Judgement judge(const vectors::Vector& vector, const PutCase& put, const Observation& observed) {
  if (observed.fate != Fate::answered) return error(observed.fate, observed.detail);
  const Answer& answer = observed.answer;
  if (answer.status == EPTSPEC_DECLINED) return {Verdict::skipped, reason_of(answer), {}};
  if (answer.status == EPTSPEC_NOT_APPLICABLE) return {Verdict::not_applicable, reason_of(answer), {}};
  if (const std::string problem = malformed(put, answer); !problem.empty()) return error(Fate::garbage, problem);
  Judgement judgement{Verdict::pass, {}, {}};
  const std::uint32_t expected = expected_result(vector);
  if (vector.asked.question == vectors::Question::check) {
    compare_check(vector, answer, judgement.deviations);
  } else if (answer.result != expected) {
    // The rest of an answer to another result says nothing.
    judgement.deviations.push_back({Field::result, expected, answer.result});
  } else if (vectors::has_outcome(vector.asked.question)) {
    compare_outcome(vector.expected.outcome, put, answer, judgement.deviations);
  } else if (answer.result == EPTSPEC_EPTP_REFUSED) {
    compare_error(answer, judgement.deviations);
  }
  for (const Mistake& one : observed.mistakes)
    judgement.deviations.push_back({field_of(one), one.expected, one.observed});
  if (!judgement.deviations.empty()) judgement.verdict = Verdict::fail;
  return judgement;
}

}  // namespace harness
