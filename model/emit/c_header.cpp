#include "model/emit/c_header.h"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_layout.h"
#include "model/emit/c_masks.h"
#include "model/emit/c_text.h"
#include "model/emit/c_vocabulary.h"
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
  return fmt::format("{} |=\n    ept_when({}, {});\n", target, part.when, part.bits);
}

// "target |= ept_when(condition, value);", with a flag of its own where that does not fit into a line.
std::string set_when(const std::string& target, const std::string& condition, const std::string& value,
                     const std::string& flag) {
  const std::string line = fmt::format("{} |= ept_when({}, {});", target, condition, value);
  if (line.size() + 2 <= kColumns) return line + "\n";
  return fmt::format("{}{} |= ept_when({}, {});\n", flag_definition(flag, condition, 2), target, flag, value);
}

std::string rule_lines(const std::vector<spec::Rule>& rules, const spec::Spec& spec, const std::string& target,
                       const std::string& prefix, const std::function<std::string(const spec::Rule&)>& guard) {
  std::string text;
  for (const spec::Rule& rule : rules) {
    const std::string expression = c_expression(rule.when, spec);
    const std::string of_formats = guard(rule);
    text += set_when(target,
                     of_formats.empty() ? expression : fmt::format("{} && {}", of_formats, conjunct(rule.when, spec)),
                     prefix + upper(rule.id), rule.id);
  }
  return text;
}

std::string no_guard(const spec::Rule& /*rule*/) { return ""; }

// Which formats a misconfiguration rule concerns, as a C expression; empty for all.
std::string format_guard(const spec::Rule& rule, const spec::Spec& spec) {
  if (rule.formats.size() == spec.formats.size()) return "";
  const bool pages_only =
      std::all_of(rule.formats.begin(), rule.formats.end(), [&](std::size_t f) { return spec.formats[f].maps_page; });
  const auto pages =
      std::count_if(spec.formats.begin(), spec.formats.end(), [](const auto& format) { return format.maps_page; });
  if (pages_only && static_cast<std::ptrdiff_t>(rule.formats.size()) == pages) return "masks->maps_page";
  std::string text;
  for (const std::size_t format : rule.formats) {
    text += fmt::format("{}format == EPT_FORMAT_{}", text.empty() ? "" : " || ", upper(spec.formats[format].id));
  }
  return rule.formats.size() == 1 ? text : "(" + text + ")";
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
  std::vector<CodeLine> members;
  for (const spec::Flag& flag : spec.flags) {
    members.push_back(
        {fmt::format("  ept_word {}_must;", flag.id), fmt::format("levels whose entry has its {} flag set", flag.id)});
    members.push_back({fmt::format("  ept_word {}_may;", flag.id), "levels where that is left open"});
  }
  constexpr std::size_t kOutcomeComments = 33;  // where the comments of the other members of struct ept_outcome stand
  out << fill(kTypes, {{"formats", aligned(formats)},
                       {"flag_members", aligned(members, kOutcomeComments)},
                       {"min_maxphyaddr", fmt::format("{}", spec.min_maxphyaddr)},
                       {"max_maxphyaddr", fmt::format("{}", spec.max_maxphyaddr)}});
}

void emit_eptp_check(const spec::Spec& spec, std::ostream& out) {
  const auto ranges = symbolic_ranges(spec.eptp, spec::FieldKind::beyond_maxphyaddr);
  out << fill(kEptpCheck, {{"reserved", hex(constant_bits(spec.eptp, spec::FieldKind::reserved))},
                           {"beyond", hex(mask_of({static_cast<unsigned>(ranges.at(0).high.offset), 0}))},
                           {"rules", rule_lines(spec.eptp_rules, spec, "rules", "EPT_RULE_", no_guard)}});
}

// One case of ept_masks_of.
std::string masks_case(const spec::Spec& spec, std::size_t index, const std::vector<MaskPart>& common) {
  const spec::Format& format = spec.formats[index];
  const FormatMasks masks = masks_of(spec, index);
  std::string text = fmt::format("case EPT_FORMAT_{}:\n", upper(format.id));
  if (format.maps_page) text += "  masks.maps_page = 1;\n";
  if (masks.reserved != 0) text += fmt::format("  masks.reserved = {};\n", hex(masks.reserved));
  for (const spec::Range& range : masks.beyond_maxphyaddr)
    text += fmt::format("  masks.beyond_maxphyaddr = {};\n", c_range_mask(range));
  for (const MaskPart& part : masks.forbidden) text += "  " + add_to_mask("masks.forbidden", part);
  for (const MaskPart& part : masks.forbidden_without_read) {
    const bool shared =
        std::any_of(common.begin(), common.end(), [&](const MaskPart& other) { return other.bits == part.bits; });
    if (!shared) text += "  " + add_to_mask("masks.forbidden_without_read", part);
  }
  if (masks.reserved_memory_types != 0)
    text += fmt::format("  masks.reserved_memory_types = {};\n", hex(masks.reserved_memory_types));
  return text + "  break;\n";
}

// The parts of forbidden_without_read that every format has.
std::vector<MaskPart> common_parts(const spec::Spec& spec) {
  std::vector<MaskPart> common = masks_of(spec, 0).forbidden_without_read;
  for (std::size_t f = 1; f < spec.formats.size(); ++f) {
    const auto parts = masks_of(spec, f).forbidden_without_read;
    std::erase_if(common, [&](const MaskPart& part) {
      return std::none_of(parts.begin(), parts.end(),
                          [&](const MaskPart& other) { return other.bits == part.bits && other.when == part.when; });
    });
  }
  return common;
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

std::string mask_lines(const std::string& target, const std::vector<MaskPart>& parts, bool guarded) {
  std::string text;
  for (const MaskPart& part : parts) {
    if (part.when.empty() != guarded) text += add_to_mask(target, part);
  }
  return text;
}

void emit_prepare(const spec::Spec& spec, std::ostream& out) {
  const std::vector<MaskPart> common = common_parts(spec);
  std::string conditions;
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (condition.stage != spec::Stage::configuration) continue;
    conditions +=
        set_when("conditions", c_expression(condition.when, spec), "EPT_" + upper(condition.id), condition.id);
  }
  std::string cases;
  for (std::size_t f = 0; f < spec.formats.size(); ++f) cases += masks_case(spec, f, common);
  const std::vector<MaskPart> present = present_bits(spec);
  std::string always;
  for (const MaskPart& part : present) {
    if (part.when.empty()) always += (always.empty() ? "" : " | ") + part.bits;
  }
  const std::uint64_t root = mask_of({static_cast<unsigned>(spec.max_maxphyaddr - 1), 12});
  out << fill(kPrepare, {{"conditions", conditions},
                         {"cases", cases},
                         {"common", mask_lines("masks.forbidden_without_read", common, false) +
                                        mask_lines("masks.forbidden_without_read", common, true)},
                         {"present", always},
                         {"present_when", mask_lines("context->present", present, true)},
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

void emit_classify(const spec::Spec& spec, std::ostream& out) {
  const auto guard = [&](const spec::Rule& rule) { return format_guard(rule, spec); };
  out << fill(kClassify, {{"memory_type_low", fmt::format("{}", entry_bits(spec, "memory_type").low)},
                          {"rules", rule_lines(spec.misconfigurations, spec, "rules", "EPT_RULE_", guard)}});
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
                ? "if (!(entry & context->present)) return EPT_STEP_VIOLATION;\n"
                : "if (ept_is_misconfigured(masks, entry)) return EPT_STEP_MISCONFIGURATION;\n";
  }
  return text;
}

std::string qualification_lines(const spec::Spec& spec) {
  std::string text;
  for (const spec::QualificationBit& bit : spec.qualification) {
    const std::string name = "EPT_QUALIFICATION_" + upper(bit.id);
    text += set_when("set", c_expression(bit.set, spec), name, bit.id);
    if (bit.undefined) text += set_when("undefined", c_expression(*bit.undefined, spec), name, bit.id + "_undefined");
  }
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

std::uint64_t address_bits(const spec::Spec& spec, bool maps_page) {
  std::uint64_t bits = 0;
  for (const spec::Format& format : spec.formats) {
    for (const spec::Field& field : format.fields) {
      if (field.kind == spec::FieldKind::address && format.maps_page == maps_page) {
        bits |= mask_of(bits_at(field.bits, spec.max_maxphyaddr));
      }
    }
  }
  return bits;
}

Holes walk_holes(const spec::Spec& spec) {
  std::string index_low;
  for (const spec::Level& level : spec.levels) {
    index_low += level.level == 1 ? "default: " : fmt::format("case {}: ", level.level);
    index_low += fmt::format("return {};\n", level.index.low);
  }
  std::uint64_t defined = 0;
  for (const spec::QualificationBit& bit : spec.qualification) defined |= std::uint64_t{1} << bit.bit;
  const std::string violation = "EPT_VIOLATION_";
  return {
      {"index_low", index_low},
      {"early",
       rule_lines(rules_of_stage(spec, spec::ViolationStage::before_walk), spec, "violations", violation, no_guard)},
      {"checks", entry_checks(spec)},
      {"table_address", hex(address_bits(spec, false))},
      {"permissions",
       rule_lines(rules_of_stage(spec, spec::ViolationStage::permissions), spec, "violations", violation, no_guard)},
      {"sub_page_only", violation + upper(spec.violations.at(spec.sub_page_check.only).id)},
      {"sub_page_when", flag_definition("decided_by_table", c_expression(spec.sub_page_check.when, spec), 2)},
      {"never_defined", hex(~defined)},
      {"qualification", qualification_lines(spec)},
      {"convertible", flag_definition("convertible_undefined", c_expression(spec.convertible.undefined, spec), 2) +
                          flag_definition("convertible", c_expression(spec.convertible.when, spec), 2)},
      {"flags", flag_lines(spec)},
      {"not_present_rule", violation + upper(rules_of_stage(spec, spec::ViolationStage::entry).at(0).id)},
      {"page_address", hex(address_bits(spec, true))},
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
