#include "model/emit/c_masks.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "spec/names.h"
#include "spec/partial.h"

namespace model {

namespace {

using spec::Condition;
using spec::mask_of;
using spec::Truth;
using spec::Word;

constexpr std::uint64_t kLow = 0x3f;  // bits 5:0 of an entry

// A condition taken apart: what must hold of the configuration, which bits must be 0, which must be 1, and what else is
// asked.
struct Shape {
  std::vector<Condition> configuration;
  std::uint64_t clear = 0;
  std::vector<Condition> set;
  std::vector<Condition> other;
};

bool is_entry_bit(const Condition& condition) {
  return condition.kind == Condition::Kind::nonzero && condition.word == Word::entry;
}

std::vector<Condition> parts_of(const Condition& condition) {
  return condition.kind == Condition::Kind::all_of ? condition.operands : std::vector<Condition>{condition};
}

bool is_of_configuration(const Condition& condition, const spec::Spec& spec) {
  return stage_of(condition, spec.conditions) == spec::Stage::configuration;
}

Shape shape_of(const Condition& condition, const spec::Spec& spec) {
  Shape shape;
  for (const Condition& part : parts_of(condition)) {
    if (is_of_configuration(part, spec)) {
      shape.configuration.push_back(part);
    } else if (is_entry_bit(part)) {
      shape.set.push_back(part);
    } else if (part.kind == Condition::Kind::negation && is_entry_bit(part.operands.front())) {
      shape.clear |= mask_of(part.operands.front().bits);
    } else {
      shape.other.push_back(part);
    }
  }
  return shape;
}

std::string all_of(const std::vector<Condition>& conditions, const spec::Spec& spec) {
  if (conditions.empty()) return "";
  Condition all;
  all.operands = conditions;
  return c_expression(all, spec);
}

// The values of bits 5:0 that meet a condition, as bits of a word.
template <typename Meets>
std::uint64_t values_that(Meets meets) {
  std::uint64_t values = 0;
  for (std::uint64_t value = 0; value <= kLow; ++value) {
    if (meets(value)) values |= std::uint64_t{1} << value;
  }
  return values;
}

// Whether the rule's bit can be looked up in a byte.
bool fits_byte(const spec::Rule& rule) { return rule.bit < 8; }

// The rule's bit in byte n for each n of 0 to 7 that meets a condition.
template <typename Meets>
std::uint64_t bytes_that(const spec::Rule& rule, Meets meets) {
  std::uint64_t bytes = 0;
  for (std::uint64_t n = 0; n < 8; ++n) {
    if (meets(n)) bytes |= std::uint64_t{1} << (8 * n + rule.bit);
  }
  return bytes;
}

// A bit above 5 may be 1 with any value of bits 5:0.
std::optional<RuleCheck> without_read(const Condition& bit, const spec::Rule& rule) {
  const std::uint64_t mask = mask_of(bit.bits);
  const bool looked_up = mask <= 7 && fits_byte(rule);
  if (!looked_up && (mask & kLow) != 0) return std::nullopt;
  RuleCheck check;
  check.shape = looked_up ? RuleShape::permissions : RuleShape::without_read;
  check.bit = macro_of(bit);
  if (looked_up) check.bytes = bytes_that(rule, [&](std::uint64_t n) { return (n & 1) == 0 && (n & mask) != 0; });
  check.suspect = values_that([&](std::uint64_t n) { return (n & 1) == 0 && (!looked_up || (n & mask) != 0); });
  if (!looked_up) check.broken = fmt::format("(without_read & {})", check.bit);
  return check;
}

std::optional<RuleCheck> memory_type(const Condition& condition, const spec::Rule& rule) {
  if (!(condition.bits == spec::Bits{5, 3}) || !fits_byte(rule)) return std::nullopt;
  RuleCheck check;
  check.shape = RuleShape::memory_type;
  const auto reserved = [&](std::uint64_t type) {
    return std::find(condition.values.begin(), condition.values.end(), type) != condition.values.end();
  };
  check.bytes = bytes_that(rule, reserved);
  check.suspect = values_that([&](std::uint64_t n) { return reserved(n >> 3); });
  return check;
}

// Where each format that has such fields is concerned, in every configuration.
std::optional<RuleCheck> forbidden(const Condition& condition, const spec::Rule& rule, const spec::Spec& spec) {
  for (std::size_t f = 0; f < spec.formats.size(); ++f) {
    if (!concerns(rule, f) && !bits_of_kind(spec.formats[f], condition.field_kind, "").empty()) return std::nullopt;
  }
  RuleCheck check;
  check.shape = RuleShape::bits_of_kind;
  check.kind = condition.field_kind;
  check.broken = c_expression(condition, spec);
  return check;
}

std::optional<RuleCheck> fast_check(const spec::Rule& rule, const spec::Spec& spec) {
  const Shape shape = shape_of(rule.when, spec);
  const bool bits = !shape.set.empty() || shape.clear != 0;
  if (shape.other.empty()) {
    if (!bits) return RuleCheck{};  // what the configuration alone decides concerns the format as a whole
    return shape.clear == 1 && shape.set.size() == 1 ? without_read(shape.set[0], rule) : std::nullopt;
  }
  if (shape.other.size() > 1 || bits) return std::nullopt;
  const Condition& only = shape.other[0];
  if (only.kind == Condition::Kind::any_of_kind && shape.configuration.empty()) return forbidden(only, rule, spec);
  return only.kind == Condition::Kind::one_of ? memory_type(only, rule) : std::nullopt;
}

// What does not follow from the configuration is evaluated for an entry.
RuleCheck expression(const spec::Rule& rule, const spec::Spec& spec) {
  RuleCheck check;
  check.shape = RuleShape::expression;
  std::vector<Condition> of_entry;
  for (const Condition& part : parts_of(rule.when)) {
    if (!is_of_configuration(part, spec)) of_entry.push_back(part);
  }
  check.broken = all_of(of_entry, spec);
  check.suspect = values_that([&](std::uint64_t n) {
    return judge(spec, rule.when, {{Word::entry, {kLow, n}}}) != Truth::no;
  });
  return check;
}

}  // namespace

std::vector<RuleCheck> rule_checks(const spec::Spec& spec) {
  std::vector<RuleCheck> checks;
  for (const spec::Rule& rule : spec.misconfigurations) {
    auto check = fast_check(rule, spec);
    const bool taken = check && std::any_of(checks.begin(), checks.end(), [&](const RuleCheck& other) {
                         return !check->broken.empty() && check->broken == other.broken;
                       });
    if (!check || taken) check = expression(rule, spec);
    check->rule = &rule;
    check->when = all_of(shape_of(rule.when, spec).configuration, spec);
    checks.push_back(*check);
  }
  return checks;
}

bool concerns(const spec::Rule& rule, std::size_t format) {
  return std::find(rule.formats.begin(), rule.formats.end(), format) != rule.formats.end();
}

std::vector<MaskPart> present_bits(const spec::Spec& spec) {
  const Condition& when = spec.conditions.at(spec.present).when;
  const bool several = when.kind == Condition::Kind::any_of;
  std::vector<MaskPart> parts;
  for (const Condition& way : several ? when.operands : std::vector<Condition>{when}) {
    const Shape shape = shape_of(way, spec);
    parts.push_back({all_of(shape.configuration, spec), macro_of(shape.set.at(0))});
  }
  return parts;
}

std::uint64_t perhaps_not_present(const spec::Spec& spec) {
  const Condition& when = spec.conditions.at(spec.present).when;
  return values_that([&](std::uint64_t n) { return judge(spec, when, {{Word::entry, {kLow, n}}}) != Truth::yes; });
}

namespace {

// "maxphyaddr" and a distance.
std::string bit_number(const std::string& width, int offset) {
  if (offset == 0) return width;
  return fmt::format("{} {} {}", width, offset > 0 ? "+" : "-", std::abs(offset));
}

std::string range_mask(const spec::Range& range, const std::string& width) {
  constexpr spec::Bits kAll{63, 0};
  const std::string above =
      fmt::format("~ept_bits_from({}, {})", bit_number(width, range.high.offset + 1), hex(mask_of(kAll)));
  const std::string up_to_high =
      range.high.from_maxphyaddr ? above : hex(mask_of({static_cast<unsigned>(range.high.offset), 0}));
  if (range.low.from_maxphyaddr)
    return fmt::format("ept_bits_from({}, {})", bit_number(width, range.low.offset), up_to_high);
  return fmt::format("({} & {})", up_to_high, hex(mask_of({63, static_cast<unsigned>(range.low.offset)})));
}

}  // namespace

std::vector<std::string> bits_of_kind(const spec::Format& format, spec::FieldKind kind, const std::string& width) {
  std::uint64_t constant = 0;
  std::vector<std::string> parts;
  for (const spec::Field& field : format.fields) {
    if (field.kind != kind) continue;
    if (is_constant(field.bits)) {
      constant |= mask_of(bits_at(field.bits));
    } else {
      parts.push_back(range_mask(field.bits, width));
    }
  }
  if (constant != 0) parts.insert(parts.begin(), hex(constant));
  return parts;
}

}  // namespace model
