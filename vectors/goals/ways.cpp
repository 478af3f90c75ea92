// The single ways in which a rule can be broken, from its condition: each bit of a kind of field, else each pattern of
// the bits that it names.
#include <bit>

#include <fmt/format.h>

#include "spec/partial.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

bool is_empty(const spec::Field& field, int maxphyaddr) {
  return field.bits.high.at(maxphyaddr) < field.bits.low.at(maxphyaddr);
}

std::vector<Way> single_bits(const spec::Format& format, spec::FieldKind kind, int maxphyaddr) {
  std::vector<Way> ways;
  for (const spec::Field& field : format.fields) {
    if (field.kind != kind || is_empty(field, maxphyaddr)) continue;
    const spec::Bits bits = bits_at(field.bits, maxphyaddr);
    for (unsigned bit = bits.low; bit <= bits.high; ++bit)
      ways.push_back({fmt::format("bit_{:02}", bit), bit_of(bit), bit_of(bit), true});
  }
  return ways;
}

// Fields of several bits with their value, flags that are set by their name: "write+execute", "memory_type_2".
std::string name_of(const spec::Format& format, ept_word mask, ept_word value, int maxphyaddr) {
  std::string name;
  for (const spec::Field& field : format.fields) {
    if (is_empty(field, maxphyaddr)) continue;
    const ept_word here = mask_of(bits_at(field.bits, maxphyaddr));
    if ((mask & here) == 0) continue;
    const bool flag = std::has_single_bit(mask & here);
    if (flag && (value & here) == 0) continue;
    const std::string text =
        flag ? field.id : fmt::format("{}_{}", field.id, (value & here) >> bits_at(field.bits, maxphyaddr).low);
    name += name.empty() ? text : "+" + text;
  }
  return name.empty() ? "always" : name;
}

// The kind of field of which a bit must be 1 for a condition to hold.
std::optional<spec::FieldKind> kind_demanded(const spec::Condition& condition) {
  if (condition.kind == spec::Condition::Kind::any_of_kind) return condition.field_kind;
  if (condition.kind != spec::Condition::Kind::all_of) return std::nullopt;
  for (const spec::Condition& part : condition.operands) {
    if (part.kind == spec::Condition::Kind::any_of_kind) return part.field_kind;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Way> ways_to_break(const spec::Spec& spec, const spec::Rule& rule, const spec::Format& format,
                               spec::Word word, int maxphyaddr) {
  if (const auto kind = kind_demanded(rule.when)) return single_bits(format, *kind, maxphyaddr);
  const ept_word permissions = bits_named(spec, spec.conditions.at(spec.present).when, spec::Word::entry);
  ept_word mask = bits_named(spec, rule.when, word);
  if (word == spec::Word::entry && (mask & permissions) != 0) mask |= permissions;
  std::vector<Way> ways;
  ept_word value = 0;
  do {  // each subset of the bits
    if (judge(spec, rule.when, {{word, {mask, value}}}) != spec::Truth::no)
      ways.push_back({name_of(format, mask, value, maxphyaddr), mask, value, false});
    value = (value - mask) & mask;
  } while (value != 0);
  return ways;
}

}  // namespace vectors
