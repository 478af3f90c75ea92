// What deviates, as data: which field, which of its bits, of which entry, and both values. Owns the names of the fields
// and their form in JSON; words for people are in report/forms.h. Tests: tests/harness/judge/deviation_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ept_names.h"
#include "vectors/format/object.h"

namespace harness {

// Beside these three a member of an outcome or a fact that an exit saves, see field_of.
enum class Field : std::uint8_t {
  result,
  entry = EPT_OUTCOME_MEMBERS + 1,                               // as it is afterwards
  number = int{EPT_OUTCOME_MEMBERS} + int{EPT_SAVED_FACTS} + 2,  // of the exception or VM exit that a check ends in
};
constexpr Field field_of(ept_member member) { return static_cast<Field>(member + 1); }
constexpr Field field_of(ept_saved fact) { return static_cast<Field>(EPT_OUTCOME_MEMBERS + 2 + fact); }

const ept_outcome_member* member_of(Field field);  // null when it is none
const ept_saved_fact* saved_of(Field field);       // likewise
std::vector<Field> all_fields();                   // that are judged
const char* name_of(Field field);

struct Deviation {
  Field field = Field::result;
  std::uint64_t expected = 0;        // of a result EPTSPEC_..., of a bit 0 or 1
  std::uint64_t observed = 0;        // likewise
  std::optional<unsigned> bit = {};  // of the qualification; of an entry its accessed or dirty flag, none for the rest
  std::optional<unsigned> level = {};                  // of an entry
  auto operator<=>(const Deviation&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 here
};

// {"field":"qualification","bit":8,"expected":0,"observed":1}. Results are names, addresses and entries hexadecimal.
std::string json_of(const Deviation& one);
std::string json_of(const std::vector<Deviation>& list);
// Its inverse; mistakes go to the errors of the object.
Deviation deviation_of(vectors::Object& from);

// Deviations that have these members.
struct DeviationPattern {
  std::optional<Field> field = {};
  std::optional<std::uint64_t> expected = {};
  std::optional<std::uint64_t> observed = {};
  std::optional<unsigned> bit = {};
  std::optional<unsigned> level = {};
  [[nodiscard]] bool matches(const Deviation& one) const;
};

// At least the field.
DeviationPattern pattern_of(vectors::Object& from);

}  // namespace harness
