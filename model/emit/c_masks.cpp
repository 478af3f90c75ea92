#include "model/emit/c_masks.h"

#include <algorithm>
#include <optional>

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
      "0 while entry.read is 0, values of entry.memory_type, and a format that is not supported",
      to_string(rule.place), rule.id));
}

std::uint64_t selecting_bits(const spec::Format& format) {
  std::uint64_t bits = 0;
  for (const spec::Field& field : format.fields) {
    if (field.kind == spec::FieldKind::fixed && field.value == 1) bits |= mask_of(bits_at(field.bits));
  }
  return bits;
}

void add_kind(FormatMasks& masks, const spec::Format& format, spec::FieldKind kind) {
  if (kind == spec::FieldKind::reserved) {
    masks.reserved = constant_bits(format, kind);
  } else {
    masks.beyond_maxphyaddr = symbolic_ranges(format, kind);
  }
}

void add_rule(FormatMasks& masks, const spec::Rule& rule, const spec::Format& format, const spec::Spec& spec) {
  const Shape shape = shape_of(rule.when, spec);
  const bool one_other =
      shape.other.size() == 1 && shape.set.empty() && shape.clear == 0 && shape.configuration.empty();
  if (one_other && shape.other[0].kind == Condition::Kind::any_of_kind) {
    add_kind(masks, format, shape.other[0].field_kind);
  } else if (one_other && shape.other[0].kind == Condition::Kind::one_of &&
             shape.other[0].name == "entry.memory_type") {
    for (const std::uint64_t value : shape.other[0].values) masks.reserved_memory_types |= std::uint64_t{1} << value;
  } else if (shape.other.empty() && shape.clear == 1 && shape.set.size() == 1) {
    masks.forbidden_without_read.push_back({guard(shape.configuration, spec), macro_of(shape.set[0])});
  } else if (shape.other.empty() && shape.clear == 0 && shape.set.empty() && selecting_bits(format) != 0) {
    masks.forbidden.push_back({guard(shape.configuration, spec), hex(selecting_bits(format))});
  } else {
    unsupported(rule);
  }
}

}  // namespace

FormatMasks masks_of(const spec::Spec& spec, std::size_t format) {
  FormatMasks masks;
  for (const spec::Rule& rule : spec.misconfigurations) {
    if (std::find(rule.formats.begin(), rule.formats.end(), format) != rule.formats.end()) {
      add_rule(masks, rule, spec.formats[format], spec);
    }
  }
  return masks;
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
    parts.push_back({guard(shape.configuration, spec), macro_of(shape.set[0])});
  }
  return parts;
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
