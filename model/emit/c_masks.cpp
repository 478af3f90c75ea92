#include "model/emit/c_masks.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_header.h"
#include "spec/names.h"

namespace model {

namespace {

using spec::Condition;
using spec::mask_of;
using spec::Word;

// A rule taken apart: what must hold of the configuration, which bits must be 0, which must be 1, and what else is
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

Shape shape_of(const Condition& condition, const spec::Spec& spec) {
  const std::vector<Condition> parts =
      condition.kind == Condition::Kind::all_of ? condition.operands : std::vector<Condition>{condition};
  Shape shape;
  for (const Condition& part : parts) {
    if (stage_of(part, spec.conditions) == spec::Stage::configuration) {
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

std::string guard(const std::vector<Condition>& configuration, const spec::Spec& spec) {
  if (configuration.empty()) return "";
  Condition all;
  all.operands = configuration;
  return c_expression(all, spec);
}

[[noreturn]] void unsupported(const spec::Rule& rule) {
  throw UnsupportedShape(fmt::format(
      "{}: the C model has no check for a rule of the shape of '{}'; it knows: reserved bits, bits that must be "
      "0 while entry.read is 0, values of entry.memory_type in bits 5:3 (the rule itself one of the first 8), and a "
      "format that is not supported",
      to_string(rule.place), rule.id));
}

// The values of bits 5:0 that meet a condition, as bits of a word.
template <typename Meets>
std::uint64_t values_that(Meets meets) {
  std::uint64_t values = 0;
  for (std::uint64_t value = 0; value < 64; ++value) {
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
RuleCheck without_read(const Condition& bit, const spec::Rule& rule) {
  const std::uint64_t mask = mask_of(bit.bits);
  RuleCheck check;
  check.shape = mask <= 7 && fits_byte(rule) ? RuleShape::permissions : RuleShape::without_read;
  check.bit = macro_of(bit);
  if (check.shape == RuleShape::permissions)
    check.bytes = bytes_that(rule, [&](std::uint64_t n) { return (n & 1) == 0 && (n & mask) != 0; });
  check.suspect = values_that([&](std::uint64_t n) { return (n & 1) == 0 && ((mask >> 6) != 0 || (n & mask) != 0); });
  if (check.shape == RuleShape::without_read) check.broken = fmt::format("(without_read & {})", check.bit);
  return check;
}

RuleCheck memory_type(const Condition& condition, const spec::Rule& rule) {
  if (!(condition.bits == spec::Bits{5, 3}) || !fits_byte(rule)) unsupported(rule);
  RuleCheck check;
  check.shape = RuleShape::memory_type;
  const auto reserved = [&](std::uint64_t type) {
    return std::find(condition.values.begin(), condition.values.end(), type) != condition.values.end();
  };
  check.bytes = bytes_that(rule, reserved);
  check.suspect = values_that([&](std::uint64_t n) { return reserved(n >> 3); });
  return check;
}

RuleCheck bits_of_kind(const Condition& condition, const spec::Spec& spec) {
  RuleCheck check;
  check.shape = RuleShape::bits_of_kind;
  check.kind = condition.field_kind;
  check.broken = c_expression(condition, spec);
  return check;
}

RuleCheck check_of(const spec::Rule& rule, const spec::Spec& spec) {
  const Shape shape = shape_of(rule.when, spec);
  const bool bits = !shape.set.empty() || shape.clear != 0;
  if (shape.other.size() == 1 && !bits && shape.configuration.empty()) {
    const Condition& only = shape.other[0];
    if (only.kind == Condition::Kind::any_of_kind) return bits_of_kind(only, spec);
    if (only.kind == Condition::Kind::one_of && only.name == "entry.memory_type") return memory_type(only, rule);
  }
  if (!shape.other.empty()) unsupported(rule);
  if (shape.clear == 1 && shape.set.size() == 1) return without_read(shape.set[0], rule);
  if (bits) unsupported(rule);
  return {};  // what the configuration alone decides concerns the format as a whole
}

}  // namespace

std::vector<RuleCheck> rule_checks(const spec::Spec& spec) {
  std::vector<RuleCheck> checks;
  for (const spec::Rule& rule : spec.misconfigurations) {
    RuleCheck check = check_of(rule, spec);
    check.rule = &rule;
    check.when = guard(shape_of(rule.when, spec).configuration, spec);
    for (const RuleCheck& other : checks) {
      const bool same_bytes = check.bytes != 0 && check.shape == other.shape && check.suspect == other.suspect;
      const bool same_bits = !check.broken.empty() && check.broken == other.broken;
      if (!same_bytes && !same_bits) continue;
      throw UnsupportedShape(fmt::format("{}: the C model cannot tell '{}' from '{}', which the same bits break",
                                         to_string(rule.place), rule.id, other.rule->id));
    }
    checks.push_back(check);
  }
  return checks;
}

bool concerns(const spec::Rule& rule, std::size_t format) {
  return std::find(rule.formats.begin(), rule.formats.end(), format) != rule.formats.end();
}

std::vector<MaskPart> present_bits(const spec::Spec& spec) {
  const auto found = std::find_if(spec.conditions.begin(), spec.conditions.end(),
                                  [](const auto& condition) { return condition.id == "present"; });
  std::vector<MaskPart> parts;
  const Condition& when = found->when;
  const std::vector<Condition> operands =
      when.kind == Condition::Kind::any_of ? when.operands : std::vector<Condition>{when};
  for (const Condition& operand : operands) {
    const Shape shape = shape_of(operand, spec);
    if (shape.set.size() != 1 || shape.clear != 0 || !shape.other.empty()) {
      throw UnsupportedShape(
          fmt::format("{}: the C model takes 'present' as some bit of a mask; expected any: of entry bits",
                      to_string(operand.place)));
    }
    parts.push_back({guard(shape.configuration, spec), macro_of(shape.set[0]), mask_of(shape.set[0].bits)});
  }
  return parts;
}

std::uint64_t perhaps_not_present(const spec::Spec& spec) {
  std::uint64_t always = 0;
  for (const MaskPart& part : present_bits(spec)) always |= part.when.empty() ? part.value : 0;
  return values_that([&](std::uint64_t n) { return (n & always) == 0; });
}

std::uint64_t constant_bits(const spec::Format& format, spec::FieldKind kind) {
  std::uint64_t bits = 0;
  for (const spec::Field& field : format.fields) {
    if (field.kind != kind || !is_constant(field.bits)) continue;
    bits |= mask_of(bits_at(field.bits));
  }
  return bits;
}

std::vector<spec::Range> symbolic_ranges(const spec::Format& format, spec::FieldKind kind) {
  std::vector<spec::Range> ranges;
  for (const spec::Field& field : format.fields) {
    if (field.kind == kind && (!is_constant(field.bits))) ranges.push_back(field.bits);
  }
  return ranges;
}

std::string c_range_mask(const spec::Range& range) {
  if (range.high.from_maxphyaddr || !range.low.from_maxphyaddr || range.low.offset != 0) {
    throw UnsupportedShape(fmt::format("the C model knows ranges HIGH:maxphyaddr, not {}", to_string(range)));
  }
  return fmt::format("ept_bits_from(maxphyaddr, {})", hex(mask_of({static_cast<unsigned>(range.high.offset), 0})));
}

}  // namespace model
