// The words that all formats of vectors use. Bits have the names that ept_names.h emits from the specification. Tests:
// tests/vectors/format/identity_test.cpp, tests/harness/support/names_test.cpp.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ept_names.h"

namespace vectors {

using Vocabulary = std::span<const ept_name>;

std::string hex(ept_word value);  // "0x1f"

ept_word all_bits(Vocabulary vocabulary);  // that have a name

// The names of the bits that are set, in the order of the vocabulary; "bit_N" for one without a name.
std::vector<std::string> names_in(Vocabulary vocabulary, ept_word bits);

// What the rules of an outcome are called.
Vocabulary rules_of(ept_result result);

// Which bits a name of names_in means; nothing when it is none.
std::optional<ept_word> bits_called(Vocabulary vocabulary, std::string_view name);

// What the outcome of a check that is made alone is; null where no rule is broken.
const ept_check_outcome_name* outcome_of(ept_check_id check, ept_word outcome);

// By name, each register that is not 0 and has one of these roles (bit n: ept_register_role n), with its value.
std::vector<std::pair<std::string, ept_word>> registers_in(ept_registers registers, unsigned roles);
inline constexpr unsigned kCapabilities = 1U << EPT_ROLE_CAPABILITY;
inline constexpr unsigned kGiven = 1U << EPT_ROLE_CONTROL | 1U << EPT_ROLE_FIELD | 1U << EPT_ROLE_OPERAND;

// The numbers of the bits that are set.
std::vector<int> numbers_in(ept_word bits);

// In the order of Question.
inline constexpr std::array kQuestions = {"eptp", "entry", "walk", "sub_page", "check"};

// The words of controls that a walk depends on.
using Controls = ept_control_word;
inline constexpr std::span kControls(ept_control_words);
inline Vocabulary vocabulary_of(const Controls& word) { return {word.names, word.name_count}; }

// The value of such a word.
inline ept_word& controls_in(ept_registers& registers, const Controls& word) {
  return *ept_register_word(&registers, word.number);
}
inline const ept_word& controls_in(const ept_registers& registers, const Controls& word) {
  return *ept_register_word(const_cast<ept_registers*>(&registers), word.number);
}

// With the controls without which there is no EPT to speak of.
ept_registers with_ept(ept_registers registers = {});

}  // namespace vectors
