#include "harness/judge/deviation.h"

#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"

namespace harness {

namespace {

enum class Form : std::uint8_t { result, number, hexadecimal };

Form form_of(Field field, bool of_bit) {
  if (field == Field::result) return Form::result;
  const ept_outcome_member* const member = member_of(field);
  const bool is_number = field == Field::number || (member != nullptr && member->kind == EPT_MEMBER_NUMBER);
  return of_bit || is_number ? Form::number : Form::hexadecimal;
}

std::string text_of(Form form, std::uint64_t value) {
  switch (form) {
    case Form::result: return fmt::format("\"{}\"", result_name(static_cast<std::uint32_t>(value)));
    case Form::number: return std::to_string(value);
    case Form::hexadecimal: return fmt::format("\"{:#x}\"", value);
  }
  return {};
}

// The value of a member, when there is one.
std::optional<std::uint64_t> value_of(vectors::Object& from, const char* name, Form form) {
  if (!from.has(name)) return std::nullopt;
  switch (form) {
    case Form::number: return from.number(name);
    case Form::hexadecimal: return from.hex(name, true);
    case Form::result: break;
  }
  const std::string text = from.text(name, true);
  const std::uint32_t result = result_of(text);
  if (result == 0) from.wrong(fmt::format("'{}' cannot be \"{}\"", name, text));
  return result;
}

// A bit or level.
std::optional<unsigned> small(vectors::Object& from, const char* name) {
  return from.has(name) ? std::optional(static_cast<unsigned>(from.integer(name, 0, 63))) : std::nullopt;
}

}  // namespace

const ept_outcome_member* member_of(Field field) {
  const bool is_member = field > Field::result && field < Field::entry;
  return is_member ? &ept_outcome_members[static_cast<std::size_t>(field) - 1] : nullptr;
}

const ept_saved_fact* saved_of(Field field) {
  return field > Field::entry && field < Field::number
             ? &ept_saved_facts[static_cast<int>(field) - static_cast<int>(Field::entry) - 1]
             : nullptr;
}

std::vector<Field> all_fields() {
  std::vector<Field> fields = {Field::result};
  for (const AnswerMember& one : kAnswerMembers) fields.push_back(field_of(one.member));
  fields.push_back(Field::entry);
  for (int fact = 0; fact < EPT_SAVED_FACTS; ++fact) fields.push_back(field_of(static_cast<ept_saved>(fact)));
  fields.push_back(Field::number);
  return fields;
}

const char* name_of(Field field) {
  if (const ept_outcome_member* const member = member_of(field)) return member->name;
  if (const ept_saved_fact* const fact = saved_of(field)) return fact->name;
  if (field == Field::number) return "number";
  return field == Field::result ? "result" : "entry";
}

std::string json_of(const Deviation& one) {
  const Form form = form_of(one.field, one.bit.has_value());
  std::string text = fmt::format(R"({{"field":"{}")", name_of(one.field));
  if (one.bit) text += fmt::format(",\"bit\":{}", *one.bit);
  if (one.level) text += fmt::format(",\"level\":{}", *one.level);
  return text +
         fmt::format(R"(,"expected":{},"observed":{}}})", text_of(form, one.expected), text_of(form, one.observed));
}

std::string json_of(const std::vector<Deviation>& list) {
  std::string text;
  for (const Deviation& one : list) text += (text.empty() ? "" : ",") + json_of(one);
  return "[" + text + "]";
}

bool DeviationPattern::matches(const Deviation& one) const {
  return (!field || field == one.field) && (!expected || expected == one.expected) &&
         (!observed || observed == one.observed) && (!bit || bit == one.bit) && (!level || level == one.level);
}

DeviationPattern pattern_of(vectors::Object& from) {
  const std::vector<Field> fields = all_fields();
  std::vector<const char*> names;
  for (const Field field : fields) names.push_back(name_of(field));
  const int place = from.one_of("field", names);
  if (place < 0) return {};
  const Field field = fields[static_cast<std::size_t>(place)];
  const Form form = form_of(field, from.has("bit"));
  const DeviationPattern pattern{field, value_of(from, "expected", form), value_of(from, "observed", form),
                                 small(from, "bit"), small(from, "level")};
  from.refuse_the_rest();
  return pattern;
}

Deviation deviation_of(vectors::Object& from) {
  const DeviationPattern all = pattern_of(from);
  if (!all.expected || !all.observed) from.wrong("a deviation has 'expected' and 'observed'");
  return {all.field.value_or(Field::result), all.expected.value_or(0), all.observed.value_or(0), all.bit, all.level};
}

}  // namespace harness
