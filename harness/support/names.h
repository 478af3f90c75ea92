// Names of bits, for reports and messages: the vocabulary of ept_model.h as tables, each name with its place in the
// manual. Owns no name: they are emitted from the specification. Tests: tests/harness/support/names_test.cpp.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "ept_names.h"
#include "harness/abi/eptspec_adapter.h"
#include "vectors/format/names.h"

namespace harness {

using Name = ept_name;

using vectors::all_bits;

// The names of the bits that are set, joined by a comma and a blank; bits without a name as a hexadecimal rest.
std::string names_of(std::span<const Name> names, ept_word bits);

const char* name_of(ept_format format);
struct QuestionName {
  std::uint32_t question;  // EPTSPEC_QUESTION_...
  std::string_view name;
};
inline constexpr std::array<QuestionName, 5> kQuestionNames = {{{EPTSPEC_QUESTION_EPTP, "eptp"},
                                                                {EPTSPEC_QUESTION_ENTRY, "entry"},
                                                                {EPTSPEC_QUESTION_WALK, "walk"},
                                                                {EPTSPEC_QUESTION_SUB_PAGE, "sub_page"},
                                                                {EPTSPEC_QUESTION_CHECK, "check"}}};
inline constexpr std::uint32_t kAllQuestions = EPTSPEC_QUESTION_ALL;
// The names of the bits of a member of an outcome.
std::span<const Name> names_of_bits(ept_member member);
// The EPTSPEC_... result of an entry or a walk: the ABI numbers them in the order of the model.
constexpr std::uint32_t abi_result(ept_kind kind) {
  return EPTSPEC_ENTRY_NOT_PRESENT + static_cast<std::uint32_t>(kind);
}
constexpr std::uint32_t abi_result(ept_result result) {
  return EPTSPEC_WALK_TRANSLATED + static_cast<std::uint32_t>(result);
}
// The name of an EPTSPEC_... result, or null for a number that is none. result_of is its inverse and gives 0.
const char* result_name(std::uint32_t result);
std::uint32_t result_of(std::string_view name);

// The text with question marks for control characters, which would write over what a terminal shows.
std::string one_line(std::string text);
// The same for all that is not ASCII: what an implementation says goes into files of every form.
std::string plain(std::string_view text);

}  // namespace harness
