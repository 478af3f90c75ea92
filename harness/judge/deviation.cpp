#include "harness/judge/deviation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/support/names.h"

namespace harness {

namespace {

enum class Form : std::uint8_t { result, number, hexadecimal };

struct FieldForm {
  const char* name;
  Form form;
};
constexpr auto kFields = std::to_array<FieldForm>({{"result", Form::result},
                                                   {"level", Form::number},
                                                   {"host_physical_address", Form::hexadecimal},
                                                   {"memory_type", Form::number},
                                                   {"ignore_pat", Form::number},
                                                   {"qualification", Form::number},
                                                   {"convertible", Form::number},
                                                   {"entry", Form::hexadecimal},
                                                   {"guest_linear_address", Form::hexadecimal}});
static_assert(kFields.size() == static_cast<std::size_t>(Field::guest_linear_address) + 1);

Form form_of(Field field, bool of_bit) {
  return of_bit ? Form::number : kFields.at(static_cast<std::size_t>(field)).form;
}

std::string text_of(Form form, std::uint64_t value) {
  switch (form) {
    case Form::result: return fmt::format("\"{}\"", result_name(static_cast<std::uint32_t>(value)));
    case Form::number: return std::to_string(value);
    case Form::hexadecimal: return fmt::format("\"{:#x}\"", value);
  }
  return {};
}

std::optional<std::uint64_t> value_of(Form form, const JsonValue& json) {
  if (form == Form::number) return json.number();
  if (!json.is(JsonKind::text)) return std::nullopt;
  const std::string_view text = json.text();
  std::uint64_t value = 0;
  if (form == Form::result) {
    value = result_of(text);
    return value == 0 ? std::nullopt : std::optional(value);
  }
  const char* const end = text.data() + text.size();
  if (!text.starts_with("0x")) return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data() + 2, end, value, 16);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

std::optional<Field> field_of(const JsonValue& json) {
  const auto* const found = std::find_if(kFields.begin(), kFields.end(), [&](const FieldForm& one) {
    return json.is(JsonKind::text) && json.text() == one.name;
  });
  return found == kFields.end() ? std::nullopt : std::optional(static_cast<Field>(found - kFields.begin()));
}

// A bit or level.
std::optional<unsigned> small(const JsonValue& json) {
  const auto number = json.number();
  return number && *number < 64 ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
}

template <class Value>
Value demand(const std::optional<Value>& value, const JsonValue& json) {
  if (!value) throw std::runtime_error(fmt::format("'{}' cannot be {}", json.key(), json.raw()));
  return *value;
}

}  // namespace

const char* name_of(Field field) { return kFields.at(static_cast<std::size_t>(field)).name; }

std::string json_of(const Deviation& one) {
  const Form form = form_of(one.field, one.bit.has_value());
  std::string text = fmt::format(R"({{"field":"{}")", name_of(one.field));
  if (one.bit) text += fmt::format(",\"bit\":{}", *one.bit);
  if (one.level) text += fmt::format(",\"level\":{}", *one.level);
  return text +
         fmt::format(",\"expected\":{},\"observed\":{}}}", text_of(form, one.expected), text_of(form, one.observed));
}

bool DeviationPattern::matches(const Deviation& one) const {
  return (!field || field == one.field) && (!expected || expected == one.expected) &&
         (!observed || observed == one.observed) && (!bit || bit == one.bit) && (!level || level == one.level);
}

DeviationPattern pattern_of(const JsonValue& object) {
  if (!object.is(JsonKind::object)) throw std::runtime_error("a deviation is an object");
  const auto field = object.find("field");
  if (!field) throw std::runtime_error("a deviation has a 'field'");
  DeviationPattern pattern{demand(field_of(*field), *field)};
  const Form form = form_of(*pattern.field, object.find("bit").has_value());
  for (const JsonValue member : object) {
    const std::string_view key = member.key();
    if (key == "expected")
      pattern.expected = demand(value_of(form, member), member);
    else if (key == "observed")
      pattern.observed = demand(value_of(form, member), member);
    else if (key == "bit")
      pattern.bit = demand(small(member), member);
    else if (key == "level")
      pattern.level = demand(small(member), member);
    else if (key != "field")
      throw std::runtime_error(fmt::format("a deviation has no '{}'", key));
  }
  return pattern;
}

Deviation deviation_of(const JsonValue& object) {
  const DeviationPattern all = pattern_of(object);
  if (!all.expected || !all.observed) throw std::runtime_error("a deviation has 'expected' and 'observed'");
  return {*all.field, *all.expected, *all.observed, all.bit, all.level};
}

}  // namespace harness
