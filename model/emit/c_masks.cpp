// How the emitted header checks the rules for present entries. Each is in force by bits of a mask of its format. Fast
// are: bits that must be 0 in a format, bits that must be 0 while bit 0 is 0, values of bits 5:3 that are reserved, and
// formats that the processor does not support. What bits 2:0 or bits 5:3 alone break is looked up: the rules are a byte
// of a word. Every other rule is an expression, which is evaluated where bits 5:0 leave it possible.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/text.h"
#include "spec/names.h"
#include "spec/partial.h"

namespace model {

namespace {

using spec::Condition;
using spec::mask_of;
using spec::Truth;
using spec::Word;

constexpr std::uint64_t kLow = 0x3f;  // bits 5:0 of an entry

// Members of struct ept_masks.
constexpr const char* kWithoutRead = "forbidden_without_read";
constexpr const char* kExpressions = "unused[0]";

struct Check {
  const spec::Rule* rule = nullptr;
  std::string when;           // of the configuration, a C expression; empty for always
  std::string mask;           // a member of struct ept_masks, which has
  std::string bits;           // these bits while the rule is in force; empty of a rule for fields of `kind`
  std::uint64_t suspect = 0;  // bit n: an entry with n in bits 5:0 may break it; 0 of a rule for fields or formats
  std::string broken;         // a C expression over `entry`, `masks` and others; empty of what is looked up
  std::optional<spec::FieldKind> kind = std::nullopt;
};

std::string rule_macro(const spec::Rule& rule) { return "EPT_RULE_" + upper(rule.id); }

bool is_entry_bit(const Condition& condition) {
  return condition.kind == Condition::Kind::nonzero && condition.word == Word::entry;
}

// A condition taken apart: what must hold of the configuration, as a C expression, and what else is asked.
struct Parts {
  std::string configuration;
  std::vector<Condition> entry;
};

std::string all_of(const std::vector<Condition>& conditions, const spec::Spec& spec) {
  if (conditions.empty()) return "";
  Condition all;
  all.operands = conditions;
  return c_expression(all, spec);
}

Parts parts_of(const Condition& condition, const spec::Spec& spec) {
  const bool several = condition.kind == Condition::Kind::all_of;
  std::vector<Condition> configuration;
  Parts parts;
  for (const Condition& part : several ? condition.operands : std::vector<Condition>{condition}) {
    const bool prepared = stage_of(part, spec.conditions) == spec::Stage::configuration;
    (prepared ? configuration : parts.entry).push_back(part);
  }
  parts.configuration = all_of(configuration, spec);
  return parts;
}

// The values of bits 5:0 of an entry that do not settle a condition in this way, as bits of a word.
std::uint64_t values_without(Truth settled, const Condition& condition, const spec::Spec& spec) {
  std::uint64_t values = 0;
  for (std::uint64_t value = 0; value <= kLow; ++value) {
    if (judge(spec, condition, {{Word::entry, {kLow, value}}}) != settled) values |= std::uint64_t{1} << value;
  }
  return values;
}

// The rule's bit in byte n for each n with which the three bits of an entry from `low` up may break it.
std::string bytes_of(const spec::Spec& spec, const spec::Rule& rule, unsigned low) {
  std::uint64_t bytes = 0;
  for (std::uint64_t n = 0; n < 8; ++n) {
    if (judge(spec, rule.when, {{Word::entry, {std::uint64_t{7} << low, n << low}}}) != Truth::no)
      bytes |= std::uint64_t{1} << (8 * n + rule.bit);
  }
  return hex(bytes);
}

// The bit that must be 0 while bit 0 is 0, if these parts of a rule say that.
const Condition* bit_without_read(const std::vector<Condition>& parts) {
  const auto no_read = std::ranges::find_if(parts, [](const Condition& part) {
    return part.kind == Condition::Kind::negation && is_entry_bit(part.operands.front()) &&
           mask_of(part.operands.front().bits) == 1;
  });
  if (parts.size() != 2 || no_read == parts.end()) return nullptr;
  const Condition& other = parts[no_read == parts.begin() ? 1 : 0];
  return is_entry_bit(other) ? &other : nullptr;
}

bool concerns(const spec::Rule& rule, std::size_t format) {
  return std::ranges::find(rule.formats, format) != rule.formats.end();
}

// Whether each format that has such fields is concerned.
bool concerns_all(const spec::Rule& rule, spec::FieldKind kind, const spec::Spec& spec) {
  for (std::size_t f = 0; f < spec.formats.size(); ++f) {
    if (!concerns(rule, f) && !bits_of_kind(spec.formats[f], kind, "").empty()) return false;
  }
  return true;
}

// No two rules are broken by the same expression, so that one bit of a mask is one rule's.
Check check_of(const spec::Rule& rule, const spec::Spec& spec, const std::vector<Check>& others) {
  const Parts parts = parts_of(rule.when, spec);
  const std::string macro = rule_macro(rule);
  const std::uint64_t suspect = values_without(Truth::no, rule.when, spec);
  const auto is_free = [&](const std::string& broken) {
    return std::ranges::find(others, broken, &Check::broken) == others.end();
  };
  if (parts.entry.empty()) return {&rule, parts.configuration, "rules", macro, 0, ""};
  const Condition& first = parts.entry.front();
  if (const Condition* const bit = bit_without_read(parts.entry)) {
    if (mask_of(bit->bits) <= 7 && rule.bit < 8)
      return {&rule, parts.configuration, "permission_rules", bytes_of(spec, rule, 0), suspect, ""};
    const std::string broken = fmt::format("(without_read & {})", macro_of(*bit, spec));
    if ((mask_of(bit->bits) & kLow) == 0 && is_free(broken))
      return {&rule, parts.configuration, kWithoutRead, macro_of(*bit, spec), suspect, broken};
  } else if (parts.entry.size() == 1 && first.kind == Condition::Kind::one_of && first.bits == spec::Bits{5, 3} &&
             rule.bit < 8) {
    return {&rule, parts.configuration, "memory_type_rules", bytes_of(spec, rule, 3), suspect, ""};
  } else if (first.kind == Condition::Kind::any_of_kind && &first == &parts.entry.back() &&
             parts.configuration.empty() && concerns_all(rule, first.field_kind, spec)) {
    const std::string broken = c_expression(first, spec);
    if (is_free(broken)) return {&rule, "", to_string(first.field_kind), "", 0, broken, first.field_kind};
  }
  return {&rule, parts.configuration, kExpressions, macro, suspect, all_of(parts.entry, spec)};
}

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

std::string kind_mask(spec::FieldKind kind, const spec::Format& format) {
  std::string text;
  for (const std::string& bits : bits_of_kind(format, kind, "maxphyaddr"))
    text += fmt::format("masks.{} |= {};\n", to_string(kind), bits);
  return text;
}

// A rule that the masks of all formats state alike.
bool is_common(const Check& check, const spec::Spec& spec) {
  return !check.kind && check.rule->formats.size() == spec.formats.size();
}

std::string mask_line(const Check& check) { return add_to_mask("masks." + check.mask, check.when, check.bits); }

// One case of ept_masks_of.
std::string masks_case(const spec::Spec& spec, std::size_t index, const std::vector<Check>& checks) {
  const spec::Format& format = spec.formats[index];
  std::string text = format.maps_page ? "masks.kind = EPT_PAGE;\n" : "";
  for (const Check& check : checks) {
    if (is_common(check, spec) || !concerns(*check.rule, index)) continue;
    text += check.kind ? kind_mask(*check.kind, format) : mask_line(check);
  }
  for (const auto kind : {spec::FieldKind::reserved, spec::FieldKind::beyond_maxphyaddr})
    if (std::ranges::find(checks, kind, &Check::kind) == checks.end()) text += kind_mask(kind, format);
  return fmt::format("case EPT_FORMAT_{}:\n{}", upper(format.id), indent(text + "break;\n", "  "));
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

MaskText mask_text(const spec::Spec& spec) {
  MaskText text;
  const Condition& present = spec.conditions.at(spec.present).when;
  const bool several = present.kind == Condition::Kind::any_of;
  for (const Condition& way : several ? present.operands : std::vector<Condition>{present}) {
    const Parts parts = parts_of(way, spec);
    text.present += add_to_mask("context->present", parts.configuration, macro_of(parts.entry.at(0), spec));
  }
  text.perhaps_not_present = hex(values_without(Truth::yes, present, spec));
  std::vector<Check> checks;
  for (const spec::Rule& rule : spec.misconfigurations) checks.push_back(check_of(rule, spec, checks));
  for (std::size_t f = 0; f < spec.formats.size(); ++f) text.cases += masks_case(spec, f, checks);
  for (const Check& check : checks) {
    const std::string macro = rule_macro(*check.rule);
    if (is_common(check, spec)) text.common += mask_line(check);
    if (check.suspect != 0)
      text.suspect +=
          add_to_mask("values", fmt::format("(masks->{} & {})", check.mask, check.bits), hex(check.suspect));
    if (check.kind) text.forbidden += fmt::format("if {} rules |= {};\n", check.broken, macro);
    if (check.mask == kWithoutRead) text.without_read += add_to_mask("rules", check.broken, macro);
    if (check.mask == kExpressions) text.further += set_when("rules", check.broken, macro, check.rule->id);
  }
  return text;
}

}  // namespace model
