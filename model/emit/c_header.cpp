#include "model/emit/c_header.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_layout.h"
#include "model/emit/c_masks.h"
#include "model/emit/c_outcome.h"
#include "model/emit/c_qualification.h"
#include "model/emit/c_text.h"
#include "model/emit/c_vocabulary.h"
#include "model/emit/c_walk_text.h"
#include "model/emit/fill.h"

namespace model {

namespace {

using spec::mask_of;
using Holes = std::map<std::string, std::string>;

// "target |= value;", while a condition holds if there is one.
std::string add_to_mask(const std::string& target, const MaskPart& part) {
  if (part.when.empty()) return fmt::format("{} |= {};\n", target, part.bits);
  const std::string line = fmt::format("{} |= ept_when({}, {});", target, part.when, part.bits);
  if (line.size() + 4 <= kColumns) return line + "\n";
  const std::string call = fmt::format("ept_when({}, {});", part.when, part.bits);
  if (call.size() + 8 <= kColumns) return fmt::format("{} |=\n    {}\n", target, call);
  return fmt::format("{} |=\n    ept_when({},\n             {});\n", target, part.when, part.bits);
}

std::string rule_lines(const std::vector<spec::Rule>& rules, const spec::Spec& spec, const std::string& target,
                       const std::string& prefix) {
  std::string text;
  for (const spec::Rule& rule : rules)
    text += set_when(target, c_expression(rule.when, spec), prefix + upper(rule.id), rule.id);
  return text;
}

std::vector<spec::Rule> rules_of_stage(const spec::Spec& spec, spec::ViolationStage stage) {
  std::vector<spec::Rule> rules;
  std::copy_if(spec.violations.begin(), spec.violations.end(), std::back_inserter(rules),
               [&](const auto& rule) { return rule.stage == stage; });
  return rules;
}

void emit_types(const spec::Spec& spec, std::ostream& out) {
  std::vector<CodeLine> formats;
  for (const spec::Format& format : spec.formats) {
    formats.push_back({fmt::format("  EPT_FORMAT_{},", upper(format.id)), format.title});
  }
  std::vector<std::string> kinds;
  for (const spec::Named& kind : spec.entry_kinds) kinds.push_back("EPT_" + upper(kind.id));
  std::vector<CodeLine> results;
  for (const spec::Result& result : spec.results)
    results.push_back({fmt::format("  EPT_{},", upper(result.id)), result.text});
  std::vector<CodeLine> members;
  for (const OutcomeWord& word : outcome_words(spec)) {
    members.push_back({fmt::format("  {} {};", word.is_level ? "int" : "ept_word", word.id), word.text});
  }
  out << fill(kTypes, {{"formats", aligned(formats)},
                       {"kinds", fmt::format("{}", fmt::join(kinds, ", "))},
                       {"results", aligned(results)},
                       {"members", aligned(members)},
                       {"min_maxphyaddr", fmt::format("{}", spec.min_maxphyaddr)},
                       {"max_maxphyaddr", fmt::format("{}", spec.max_maxphyaddr)}});
}

void emit_eptp_check(const spec::Spec& spec, std::ostream& out) {
  const auto ranges = symbolic_ranges(spec.eptp, spec::FieldKind::beyond_maxphyaddr);
  out << fill(kEptpCheck, {{"reserved", hex(constant_bits(spec.eptp, spec::FieldKind::reserved))},
                           {"beyond", hex(mask_of({static_cast<unsigned>(ranges.at(0).high.offset), 0}))},
                           {"rules", rule_lines(spec.eptp_rules, spec, "rules", "EPT_RULE_")}});
}

std::string format_mask(const RuleCheck& check, const spec::Format& format) {
  switch (check.shape) {
    case RuleShape::bits_of_kind: {
      std::string text;
      const std::string member = check.kind == spec::FieldKind::reserved ? "reserved" : "beyond_maxphyaddr";
      const std::uint64_t bits = constant_bits(format, check.kind);
      if (bits != 0) text += fmt::format("masks.{} |= {};\n", member, hex(bits));
      for (const spec::Range& range : symbolic_ranges(format, check.kind))
        text += fmt::format("masks.{} |= {};\n", member, c_range_mask(range));
      return text;
    }
    case RuleShape::permissions: return add_to_mask("masks.permission_rules", {check.when, hex(check.bytes)});
    case RuleShape::without_read: return add_to_mask("masks.forbidden_without_read", {check.when, check.bit});
    case RuleShape::memory_type: return add_to_mask("masks.memory_type_rules", {check.when, hex(check.bytes)});
    case RuleShape::format: return add_to_mask("masks.rules", {check.when, "EPT_RULE_" + upper(check.rule->id)});
  }
  return "";
}

// A rule that the masks of all formats state alike.
bool is_common(const RuleCheck& check, const spec::Spec& spec) {
  const bool permission = check.shape == RuleShape::permissions || check.shape == RuleShape::without_read;
  return permission && check.rule->formats.size() == spec.formats.size();
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
  return text + "  break;\n";
}

// A C expression that tells whether the masks contain a check.
std::string in_force(const RuleCheck& check) {
  switch (check.shape) {
    case RuleShape::permissions: return fmt::format("(masks->permission_rules & {})", hex(check.bytes));
    case RuleShape::without_read: return fmt::format("(masks->forbidden_without_read & {})", check.bit);
    case RuleShape::memory_type: return fmt::format("(masks->memory_type_rules & {})", hex(check.bytes));
    case RuleShape::bits_of_kind:
    case RuleShape::format: break;
  }
  return "";
}

// What makes a value of bits 5:0 suspect.
std::string suspect_lines(const std::vector<RuleCheck>& checks) {
  std::string text;
  for (const RuleCheck& check : checks) {
    if (check.suspect == 0) continue;
    text += add_to_mask("values", {in_force(check), hex(check.suspect)});
  }
  return text;
}

std::string context_masks(const spec::Spec& spec) {
  std::string text;
  for (const spec::Level& level : spec.levels) {
    for (const int bit : {0, 1}) {
      const auto found = std::find_if(level.formats.begin(), level.formats.end(),
                                      [&](std::size_t f) { return spec.formats[f].maps_page == (bit == 1); });
      const std::size_t format = found == level.formats.end() ? level.formats.front() : *found;
      text += fmt::format("context->masks[{}][{}] = ept_masks_of(conditions, maxphyaddr, EPT_FORMAT_{});\n",
                          level.level, bit, upper(spec.formats[format].id));
    }
  }
  return text;
}

std::uint64_t never_defined(const spec::Spec& spec) {
  std::uint64_t defined = 0;
  for (const spec::QualificationBit& bit : spec.qualification) defined |= std::uint64_t{1} << bit.bit;
  return ~defined;
}

void emit_prepare(const spec::Spec& spec, std::ostream& out) {
  const std::vector<RuleCheck> checks = rule_checks(spec);
  std::string conditions;
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (condition.stage != spec::Stage::configuration) continue;
    conditions += set_when("conditions", c_expression(condition.when, spec), "EPT_CONDITION_" + upper(condition.id),
                           condition.id);
  }
  std::string cases;
  for (std::size_t f = 0; f < spec.formats.size(); ++f) cases += masks_case(spec, f, checks);
  std::string common;
  for (const RuleCheck& check : checks) {
    if (is_common(check, spec)) common += format_mask(check, spec.formats.front());
  }
  std::string present;
  for (const MaskPart& part : present_bits(spec)) present += add_to_mask("context->present", part);
  const std::uint64_t root = mask_of({static_cast<unsigned>(spec.max_maxphyaddr - 1), 12});
  out << fill(kPrepare, {{"conditions", conditions},
                         {"cases", cases},
                         {"common", common},
                         {"perhaps_not_present", hex(perhaps_not_present(spec))},
                         {"suspect", suspect_lines(checks)},
                         {"present", present},
                         {"never_defined", hex(never_defined(spec))},
                         {"undefined", qualification_text(spec).prepared},
                         {"root", hex(root)},
                         {"masks", context_masks(spec)}});
}

spec::Bits entry_bits(const spec::Spec& spec, const std::string& id) {
  for (const spec::Format& format : spec.formats) {
    for (const spec::Field& field : format.fields) {
      if (field.id == id) return bits_at(field.bits);
    }
  }
  throw UnsupportedShape("the formats have no field '" + id + "', which the C model reports");
}

// The lines of ept_broken_rules for the rules of a shape. A bit that must be 0 always is tested by a branch, which is
// faster than to compute the rule's bit from it.
std::string broken_lines(const std::vector<RuleCheck>& checks, RuleShape shape) {
  std::string text;
  for (const RuleCheck& check : checks) {
    if (check.shape != shape) continue;
    const std::string rule = "EPT_RULE_" + upper(check.rule->id);
    text += shape == RuleShape::bits_of_kind ? fmt::format("if {} rules |= {};\n", check.broken, rule)
                                             : add_to_mask("rules", {check.broken, rule});
  }
  return text;
}

void emit_classify(const spec::Spec& spec, std::ostream& out) {
  const std::vector<RuleCheck> checks = rule_checks(spec);
  out << fill(kClassify, {{"forbidden", broken_lines(checks, RuleShape::bits_of_kind)},
                          {"without_read", broken_lines(checks, RuleShape::without_read)}});
}

// The functions of the named conditions about the access.
void emit_access_conditions(const spec::Spec& spec, std::ostream& out) {
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (condition.stage != spec::Stage::access) continue;
    const std::string expression = c_expression(condition.when, spec);
    const bool used = expression.find("conditions") != std::string::npos;
    const std::string definition = (used ? "" : "(void)conditions;\n") + flag_definition("holds", expression, 2);
    out << fill(kAccessCondition, {{"text", condition.text}, {"id", condition.id}, {"definition", definition}});
  }
}

std::string entry_checks(const spec::Spec& spec) {
  std::string text;
  for (const spec::Check check : spec.order.each_entry) {
    text += check == spec::Check::not_present
                ? "if (suspect && !(entry & context->present)) return EPT_STEP_VIOLATION;\n"
                : "if (suspect && ept_is_misconfigured(masks, entry)) {\n"
                  "  progress->rules = ept_rules_broken_on_a_walk(masks, entry);\n"
                  "  return EPT_STEP_MISCONFIGURATION;\n"
                  "}\n";
  }
  return text;
}

// The lowest bit of the index of a level, as a C expression over `level`.
std::string index_low(const spec::Spec& spec) {
  const spec::Level& lowest = spec.levels.back();
  const int width = static_cast<int>(lowest.index.high - lowest.index.low) + 1;
  const int base = static_cast<int>(lowest.index.low) - width * lowest.level;
  for (const spec::Level& level : spec.levels) {
    if (static_cast<int>(level.index.low) == base + width * level.level) continue;
    throw UnsupportedShape(fmt::format("{}: the C model takes the levels' indices for neighbours of {} bits each",
                                       to_string(level.place), width));
  }
  return fmt::format("{} + {} * level", base, width);
}

// The rights that a plain access needs, at the bits of an access that ask for them.
std::string plain_rights(const spec::Spec& spec) {
  constexpr std::array<std::pair<const char*, const char*>, 3> kRights{
      {{"data_read", "read"}, {"data_write", "write"}, {"instruction_fetch", "execute"}}};
  std::string text;
  for (const auto& [attribute, right] : kRights) {
    const std::uint64_t bits = mask_of(entry_bits(spec, right));
    const bool same =
        std::any_of(spec.attributes.begin(), spec.attributes.end(),
                    [&, id = attribute](const auto& each) { return each.id == id && mask_of(each.bits) == bits; });
    if (!same) {
      throw UnsupportedShape(
          fmt::format("the C model needs access.{} at the bit of entry.{}, which is {}", attribute, right, hex(bits)));
    }
    text += (text.empty() ? "EPT_ENTRY_" : " | EPT_ENTRY_") + upper(right);
  }
  return text;
}

std::string walk_lines(const spec::Spec& spec) {
  std::string text;
  for (const spec::Level& level : spec.levels)
    text += fmt::format("step = ept_walk_level(context, {}, step, guest_physical_address, read, memory, &progress);\n",
                        level.level);
  return text;
}

std::string results_with(const spec::Flag& flag, spec::Effect effect) {
  std::vector<std::string> results;
  if (flag.on_success == effect) results.emplace_back("translated");
  if (flag.on_violation == effect) results.emplace_back("refused");
  if (flag.on_misconfiguration == effect) results.emplace_back("misconfigured");
  return fmt::format("{}", fmt::join(results, " || "));
}

std::string flag_lines(const spec::Spec& spec) {
  std::string text;
  for (const spec::Flag& flag : spec.flags) {
    const std::string source = flag.leaf_only ? "progress->page" : "progress->used";
    text += flag_definition("sets_" + flag.id, c_expression(flag.when, spec), 2) +
            fmt::format("const ept_word {} = ept_when(sets_{}, {});\n", flag.id, flag.id, source);
    for (const auto& [effect, name] : {std::pair{spec::Effect::must, "must"}, {spec::Effect::may, "may"}}) {
      const std::string results = results_with(flag, effect);
      text += fmt::format("outcome->{}_{} = 0;\n", flag.id, name);
      if (!results.empty()) text += fmt::format("if ({}) outcome->{}_{} = {};\n", results, flag.id, name, flag.id);
    }
  }
  return text;
}

Holes walk_holes(const spec::Spec& spec) {
  const std::string violation = "EPT_VIOLATION_";
  return {
      {"index_low", index_low(spec)},
      {"plain_rights", plain_rights(spec)},
      {"walk", walk_lines(spec)},
      {"early", rule_lines(rules_of_stage(spec, spec::ViolationStage::before_walk), spec, "violations", violation)},
      {"checks", entry_checks(spec)},
      {"permissions",
       rule_lines(rules_of_stage(spec, spec::ViolationStage::permissions), spec, "violations", violation)},
      {"sub_page_only", violation + upper(spec.violations.at(spec.sub_page_check.only).id)},
      {"sub_page_when", flag_definition("decided_by_table", c_expression(spec.sub_page_check.when, spec), 2)},
      {"qualification", qualification_text(spec).lines},
      {"convertible", flag_definition("convertible_undefined", c_expression(spec.convertible.undefined, spec), 2) +
                          flag_definition("convertible", c_expression(spec.convertible.when, spec), 2)},
      {"flags", flag_lines(spec)},
      {"not_present_rule", violation + upper(rules_of_stage(spec, spec::ViolationStage::entry).at(0).id)},
      {"memory_type_low", fmt::format("{}", entry_bits(spec, "memory_type").low)},
      {"ignore_pat_low", fmt::format("{}", entry_bits(spec, "ignore_pat").low)},
  };
}

std::string editions(const spec::Spec& spec) {
  std::set<std::string> found;
  for (const spec::Rule& rule : spec.misconfigurations)
    found.insert(fmt::format("Intel SDM Vol. {}, order {}", rule.cite.volume, rule.cite.edition));
  return fmt::format("{}", fmt::join(found, "; "));
}

}  // namespace

void emit_c_header(const spec::Spec& spec, std::ostream& out) {
  out << fill(kPreamble, {{"editions", editions(spec)}});
  emit_c_vocabulary(spec, out);
  emit_types(spec, out);
  emit_eptp_check(spec, out);
  emit_prepare(spec, out);
  emit_classify(spec, out);
  emit_access_conditions(spec, out);
  out << fill(kWalk, walk_holes(spec));
}

}  // namespace model
