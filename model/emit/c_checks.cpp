#include "model/emit/c_checks.h"

#include <algorithm>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_layout.h"
#include "model/emit/fill.h"

namespace model {

namespace {

std::string kind_mask(spec::FieldKind kind, const spec::Format& format) {
  std::string text;
  for (const std::string& bits : bits_of_kind(format, kind, "maxphyaddr"))
    text += fmt::format("masks.{} |= {};\n", member_of(kind), bits);
  return text;
}

std::string rule_macro(const RuleCheck& check) { return "EPT_RULE_" + upper(check.rule->id); }

std::string format_mask(const RuleCheck& check, const spec::Format& format) {
  switch (check.shape) {
    case RuleShape::bits_of_kind: return kind_mask(check.kind, format);
    case RuleShape::permissions: return add_to_mask("masks.permission_rules", {check.when, hex(check.bytes)});
    case RuleShape::without_read: return add_to_mask("masks.forbidden_without_read", {check.when, check.bit});
    case RuleShape::memory_type: return add_to_mask("masks.memory_type_rules", {check.when, hex(check.bytes)});
    case RuleShape::format: return add_to_mask("masks.rules", {check.when, rule_macro(check)});
    case RuleShape::expression: return add_to_mask("masks.unused[0]", {check.when, rule_macro(check)});
  }
  return "";
}

// A rule that the masks of all formats state alike.
bool is_common(const RuleCheck& check, const spec::Spec& spec) {
  const bool alike = check.shape == RuleShape::permissions || check.shape == RuleShape::without_read ||
                     check.shape == RuleShape::expression;
  return alike && check.rule->formats.size() == spec.formats.size();
}

bool is_fast(spec::FieldKind kind, const std::vector<RuleCheck>& checks) {
  return std::any_of(checks.begin(), checks.end(), [&](const RuleCheck& check) {
    return check.shape == RuleShape::bits_of_kind && check.kind == kind;
  });
}

// One case of ept_masks_of.
std::string masks_case(const spec::Spec& spec, std::size_t index, const std::vector<RuleCheck>& checks) {
  const spec::Format& format = spec.formats[index];
  std::string text = fmt::format("case EPT_FORMAT_{}:\n", upper(format.id));
  if (format.maps_page) text += "  masks.kind = EPT_PAGE;\n";
  for (const RuleCheck& check : checks) {
    if (is_common(check, spec) || !concerns(*check.rule, index)) continue;
    text += indent(format_mask(check, format), "  ");
  }
  for (const auto kind : {spec::FieldKind::reserved, spec::FieldKind::beyond_maxphyaddr})
    if (!is_fast(kind, checks)) text += indent(kind_mask(kind, format), "  ");
  return text + "  break;\n";
}

// A C expression that tells whether the masks contain a check.
std::string in_force(const RuleCheck& check) {
  switch (check.shape) {
    case RuleShape::permissions: return fmt::format("(masks->permission_rules & {})", hex(check.bytes));
    case RuleShape::without_read: return fmt::format("(masks->forbidden_without_read & {})", check.bit);
    case RuleShape::memory_type: return fmt::format("(masks->memory_type_rules & {})", hex(check.bytes));
    case RuleShape::expression: return fmt::format("(masks->unused[0] & {})", rule_macro(check));
    case RuleShape::bits_of_kind:
    case RuleShape::format: break;
  }
  return "";
}

}  // namespace

std::string add_to_mask(const std::string& target, const MaskPart& part) {
  if (part.when.empty()) return fmt::format("{} |= {};\n", target, part.bits);
  const std::string line = fmt::format("{} |= ept_when({}, {});", target, part.when, part.bits);
  if (line.size() + 4 <= kColumns) return line + "\n";
  const std::string call = fmt::format("ept_when({}, {});", part.when, part.bits);
  if (call.size() + 8 <= kColumns) return fmt::format("{} |=\n    {}\n", target, call);
  return fmt::format("{} |=\n    ept_when({},\n             {});\n", target, part.when, part.bits);
}

const char* member_of(spec::FieldKind kind) {
  return kind == spec::FieldKind::reserved ? "reserved" : "beyond_maxphyaddr";
}

std::string bits_or_none(const std::vector<std::string>& parts) {
  return parts.empty() ? hex(0) : fmt::format("{}", fmt::join(parts, " | "));
}

std::string mask_cases(const spec::Spec& spec, const std::vector<RuleCheck>& checks) {
  std::string text;
  for (std::size_t f = 0; f < spec.formats.size(); ++f) text += masks_case(spec, f, checks);
  return text;
}

std::string common_masks(const spec::Spec& spec, const std::vector<RuleCheck>& checks) {
  std::string text;
  for (const RuleCheck& check : checks) {
    if (is_common(check, spec)) text += format_mask(check, spec.formats.front());
  }
  return text;
}

std::string suspect_lines(const std::vector<RuleCheck>& checks) {
  std::string text;
  for (const RuleCheck& check : checks) {
    if (check.suspect == 0) continue;
    text += add_to_mask("values", {in_force(check), hex(check.suspect)});
  }
  return text;
}

std::string broken_lines(const std::vector<RuleCheck>& checks, RuleShape shape) {
  std::string text;
  for (const RuleCheck& check : checks) {
    if (check.shape != shape) continue;
    switch (shape) {
      case RuleShape::bits_of_kind: text += fmt::format("if {} rules |= {};\n", check.broken, rule_macro(check)); break;
      case RuleShape::expression: text += set_when("rules", check.broken, rule_macro(check), check.rule->id); break;
      case RuleShape::permissions:
      case RuleShape::without_read:
      case RuleShape::memory_type:
      case RuleShape::format: text += add_to_mask("rules", {check.broken, rule_macro(check)}); break;
    }
  }
  return text;
}

}  // namespace model
