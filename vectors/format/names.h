// The words that all formats of vectors use. Bits have the names that ept_names.h emits from the specification. Tests:
// tests/vectors/format/identity_test.cpp, tests/harness/support/names_test.cpp.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

// The numbers of the bits that are set.
std::vector<int> numbers_in(ept_word bits);

// In the order of Question.
inline constexpr std::array kQuestions = {"eptp", "entry", "walk", "sub_page"};

struct Controls {
  const char* name;
  ept_word ept_configuration::*member;
  Vocabulary vocabulary;
  ept_register number;
};
inline constexpr std::array<Controls, 4> kControls = {
    {{"pin_based", &ept_configuration::pin_based_controls, ept_pin_based_controls_names,
      EPT_REGISTER_PIN_BASED_CONTROLS},
     {"primary", &ept_configuration::primary_controls, ept_primary_controls_names, EPT_REGISTER_PRIMARY_CONTROLS},
     {"secondary", &ept_configuration::secondary_controls, ept_secondary_controls_names,
      EPT_REGISTER_SECONDARY_CONTROLS},
     {"tertiary", &ept_configuration::tertiary_controls, ept_tertiary_controls_names, EPT_REGISTER_TERTIARY_CONTROLS}}};

}  // namespace vectors
