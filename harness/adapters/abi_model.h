// How an answer of the ABI matches an outcome of the model: which member is which of an outcome (ept_names.h), and the
// bit that says that it is filled in. The words of memory stand for the flags and are not here. Tests:
// tests/harness/support/names_test.cpp, tests/harness/judge/case_test.cpp.
#pragma once

#include <array>
#include <string_view>

#include "ept_names.h"
#include "harness/adapters/case.h"

namespace harness {

struct AnswerMember {
  ept_member member;
  std::uint64_t valid;                    // EPTSPEC_VALID_...
  std::uint32_t eptspec_answer::*narrow;  // one of the two
  std::uint64_t eptspec_answer::*wide;
};

inline constexpr std::array<AnswerMember, 8> kAnswerMembers = {
    {{EPT_OUTCOME_LEVEL, EPTSPEC_VALID_LEVEL, &eptspec_answer::level, nullptr},
     {EPT_OUTCOME_HOST_PHYSICAL_ADDRESS, EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS, nullptr,
      &eptspec_answer::host_physical_address},
     {EPT_OUTCOME_MEMORY_TYPE, EPTSPEC_VALID_MEMORY_TYPE, &eptspec_answer::memory_type, nullptr},
     {EPT_OUTCOME_IGNORE_PAT, EPTSPEC_VALID_IGNORE_PAT, &eptspec_answer::ignore_pat, nullptr},
     {EPT_OUTCOME_QUALIFICATION, EPTSPEC_VALID_QUALIFICATION, nullptr, &eptspec_answer::qualification},
     {EPT_OUTCOME_CONVERTIBLE, EPTSPEC_VALID_CONVERTIBLE, &eptspec_answer::convertible, nullptr},
     {EPT_OUTCOME_GUEST_PHYSICAL_ADDRESS, EPTSPEC_VALID_GUEST_PHYSICAL_ADDRESS, nullptr,
      &eptspec_answer::guest_physical_address},
     {EPT_OUTCOME_SUB_PAGE_QUALIFICATION, EPTSPEC_VALID_SUB_PAGE_QUALIFICATION, nullptr,
      &eptspec_answer::sub_page_qualification}}};

inline std::uint64_t value_of(const eptspec_answer& answer, const AnswerMember& member) {
  return member.wide != nullptr ? answer.*member.wide : answer.*member.narrow;
}

// Fills the member in. False, and nothing done, when the value has no room in it.
inline bool put_value(eptspec_answer& answer, const AnswerMember& member, std::uint64_t value) {
  if (member.wide == nullptr && value > ~std::uint32_t{0}) return false;
  if (member.wide != nullptr) {
    answer.*member.wide = value;
  } else {
    answer.*member.narrow = static_cast<std::uint32_t>(value);
  }
  answer.valid |= member.valid;
  return true;
}

// Mistake::what of a member.
constexpr std::uint32_t mistaken(ept_member member) {
  return static_cast<std::uint32_t>(EPT_SAVED_FACTS) + static_cast<std::uint32_t>(member);
}

// Of a case that is not answered; status: EPTSPEC_DECLINED or EPTSPEC_NOT_APPLICABLE.
inline Answer unanswered(const PutCase& asked, std::uint32_t status, std::string_view reason) {
  Answer answer{};
  answer.id = asked.id;
  answer.status = status;
  reason.copy(answer.reason, EPTSPEC_REASON_SIZE - 1);
  return answer;
}

}  // namespace harness
