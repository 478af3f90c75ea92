#include <algorithm>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/c_text.h"
#include "model/emit/c_walk_text.h"
#include "model/emit/emit.h"
#include "model/emit/text.h"
#include "spec/names.h"

namespace model {

namespace {

using spec::mask_of;
using Holes = std::map<std::string, std::string>;

std::string rule_lines(const std::vector<spec::Rule>& rules, const spec::Spec& spec, const std::string& target,
                       const std::string& prefix) {
  std::string text;
  for (const spec::Rule& rule : rules)
    text += set_when(target, c_expression(rule.when, spec), prefix + upper(rule.id), rule.id);
  return text;
}

std::vector<spec::Rule> rules_of_stage(const spec::Spec& spec, spec::ViolationStage stage) {
  std::vector<spec::Rule> rules = spec.violations;
  std::erase_if(rules, [&](const spec::Rule& rule) { return rule.stage != stage; });
  return rules;
}

void emit_types(const spec::Spec& spec, const MaskText& masks, std::ostream& out) {
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
  std::string controls;
  for (const spec::Register* one : spec::configuration_of_walk(spec)) {
    if (one->role == spec::Role::control) controls += fmt::format("ept_word {};\n", one->id);
  }
  out << fill(kTypes, {{"controls", controls},
                       {"formats", aligned(formats)},
                       {"used_words", masks.further.empty() ? "" : kUsedWords},
                       {"kinds", fmt::format("{}", fmt::join(kinds, ", "))},
                       {"results", aligned(results)},
                       {"members", aligned(members)},
                       {"min_maxphyaddr", fmt::format("{}", spec.min_maxphyaddr)},
                       {"max_maxphyaddr", fmt::format("{}", spec.max_maxphyaddr)}});
}

// What the conditions over EPTP and configuration speak of.
std::string configuration_locals(const std::string& text, const spec::Spec& spec) {
  std::vector<Local> locals;
  for (const spec::Register* one : spec::configuration_of_walk(spec))
    locals.push_back({"ept_word", one->id, "configuration->" + one->id});
  return locals_for(text, locals);
}

// The bits of the EPTP that are of a kind, as one C expression.
std::string eptp_bits(const spec::Spec& spec, spec::FieldKind kind) {
  const std::vector<std::string> parts = bits_of_kind(register_of(spec, "eptp"), kind, "configuration->maxphyaddr");
  return parts.empty() ? hex(0) : fmt::format("{}", fmt::join(parts, " | "));
}

void emit_eptp_check(const spec::Spec& spec, std::ostream& out) {
  const std::string rules = rule_lines(eptp_rules(spec), spec, "rules", "EPT_RULE_");
  out << fill(kEptpCheck,
              {{"reserved", eptp_bits(spec, spec::FieldKind::reserved)},
               {"beyond", eptp_bits(spec, spec::FieldKind::beyond_maxphyaddr)},
               {"declaration", mentions(rules, "conditions") ? kDeclareConditions : ""},
               {"locals", configuration_locals(rules, spec) +
                              locals_for(rules, {{"ept_word", "conditions", "ept_conditions(configuration, eptp)"}})},
               {"rules", rules}});
}

std::string context_masks(const spec::Spec& spec) {
  std::string text;
  for (const spec::Level& level : spec.levels) {
    for (const int bit : {0, 1}) {
      const auto found =
          std::ranges::find_if(level.formats, [&](std::size_t f) { return spec.formats[f].maps_page == (bit == 1); });
      const std::size_t format = found == level.formats.end() ? level.formats.front() : *found;
      text += fmt::format("context->masks[{}][{}] = ept_masks_of(conditions, maxphyaddr, EPT_FORMAT_{});\n",
                          level.level, bit, upper(spec.formats[format].id));
    }
  }
  return text;
}

void emit_prepare(const spec::Spec& spec, const MaskText& masks, std::ostream& out) {
  std::string conditions;
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (condition.stage != spec::Stage::configuration) continue;
    conditions += set_when("conditions", c_expression(condition.when, spec), "EPT_CONDITION_" + upper(condition.id),
                           condition.id);
  }
  std::string condition_locals = configuration_locals(conditions, spec);
  for (const auto kind : {spec::FieldKind::reserved, spec::FieldKind::beyond_maxphyaddr})
    condition_locals += locals_for(conditions, {{"ept_word", to_string(kind), eptp_bits(spec, kind)}});
  const std::uint64_t root = mask_of({static_cast<unsigned>(spec.max_maxphyaddr - 1), 12});
  out << fill(kPrepare,
              {{"conditions", conditions},
               {"condition_locals", condition_locals},
               {"prepared_words", mentions(masks.further, "conditions") ? "masks.unused[1] = conditions;" : ""},
               {"cases", masks.cases},
               {"common", masks.common},
               {"perhaps_not_present", masks.perhaps_not_present},
               {"suspect", masks.suspect},
               {"present", masks.present},
               {"never_defined", hex(never_defined(spec.qualification))},
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
  throw std::logic_error("no format has a field " + id);
}

void emit_classify(const MaskText& masks, std::ostream& out) {
  const bool further = !masks.further.empty();
  const std::string locals = locals_for(masks.further, {{"ept_word", "conditions", "masks->unused[1]"}});
  const std::string function = fill(kFurtherRules, {{"locals", locals}, {"rules", masks.further}});
  out << fill(kClassify, {{"forbidden", masks.forbidden},
                          {"without_read", masks.without_read},
                          {"further_rules", further ? function : ""},
                          {"further_test", further ? "if (ept_further_rules(masks, entry)) return 1;" : ""},
                          {"further", further ? "rules |= ept_further_rules(masks, entry);" : ""}});
}

// The functions of the named conditions about the access.
void emit_access_conditions(const spec::Spec& spec, std::ostream& out) {
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (!is_function(condition, spec)) continue;
    const std::string expression = c_expression(condition.when, spec);
    const bool used = expression.find("conditions") != std::string::npos;
    const std::string definition = (used ? "" : "(void)conditions;\n") + flag_definition("holds", expression);
    out << fill(kAccessCondition, {{"text", condition.text}, {"id", condition.id}, {"definition", definition}});
  }
}

std::string entry_checks(const spec::Spec& spec) {
  std::string text;
  for (const spec::WalkCheck check : spec.order.each_entry) {
    text += check == spec::WalkCheck::not_present
                ? "if (suspect && !(entry & context->present)) return EPT_STEP_VIOLATION;\n"
                : "if (suspect && ept_is_misconfigured(masks, entry)) {\n"
                  "  progress->rules = ept_rules_broken_on_a_walk(masks, entry);\n"
                  "  return EPT_STEP_MISCONFIGURATION;\n"
                  "}\n";
  }
  return text;
}

// The lowest bit of the index of a level, as a C expression over `level`: the indices are neighbours of one size.
std::string index_low(const spec::Spec& spec) {
  const spec::Level& lowest = spec.levels.back();
  const int width = static_cast<int>(lowest.index.high - lowest.index.low) + 1;
  return fmt::format("{} + {} * level", static_cast<int>(lowest.index.low) - width * lowest.level, width);
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
    text += flag_definition("sets_" + flag.id, c_expression(flag.when, spec)) +
            fmt::format("const ept_word {} = ept_when(sets_{}, {});\n", flag.id, flag.id, source);
    for (const auto& [effect, name] : {std::pair{spec::Effect::must, "must"}, {spec::Effect::may, "may"}}) {
      const std::string results = results_with(flag, effect);
      text += fmt::format("outcome->{}_{} = 0;\n", flag.id, name);
      if (!results.empty()) text += fmt::format("if ({}) outcome->{}_{} = {};\n", results, flag.id, name, flag.id);
    }
  }
  return text;
}

// What a condition of a complete walk may speak of beside what a function has anyway.
const std::vector<Local> kWalkLocals = {{"ept_word", "all", "progress->all"},
                                        {"ept_word", "nonleaf", "progress->nonleaf"},
                                        {"ept_word", "leaf", "progress->entry"},
                                        {"ept_flag", "complete", "progress->page != 0"},
                                        {"ept_flag", "leaf_is_pte", "progress->page == (ept_word)1 << 1"}};

// Those of them that are not `known`.
std::string walk_locals(const std::string& text, const std::set<std::string>& known) {
  std::vector<Local> locals = kWalkLocals;
  std::erase_if(locals, [&](const Local& local) { return known.contains(local.name); });
  return locals_for(text, locals);
}

void add_permissions(const spec::Spec& spec, Holes& holes) {
  const PermissionRules rules = permission_rules(spec);
  const std::string lines = rule_lines(rules.usual, spec, "violations", "EPT_VIOLATION_");
  const std::string further = rule_lines(rules.further, spec, "violations", "EPT_VIOLATION_");
  holes["permissions"] = lines;
  holes["permission_locals"] = walk_locals(lines, {"all", "nonleaf", "leaf"});
  holes["shortcut"] = rules.rights.empty() ? "" : fill(kShortcut, {{"rights", rules.rights}});
  std::string unused;
  for (const char* parameter : {"conditions", "progress", "guest_physical_address", "access"}) {
    const bool used = mentions(further + walk_locals(further, {}), parameter);
    if (!used) unused += fmt::format("(void){};\n", parameter);
  }
  holes["further_violations"] =
      further.empty()
          ? ""
          : fill(kFurtherViolations, {{"unused", unused}, {"locals", walk_locals(further, {})}, {"rules", further}});
  holes["add_further_violations"] =
      further.empty() ? ""
                      : "violations |= ept_further_violations(conditions, progress, guest_physical_address, access);";
}

// What a member is for a result whatever the walk was like: 0, or the input that it repeats; all of the bits of what is
// cleared are defined.
std::string at_first(const OutcomeWord& word) {
  const auto with = [](std::uint64_t results, const std::string& value) {
    return fmt::format("{:#x} >> result & 1 ? {} : (ept_word)0", results, value);
  };
  if (word.is_input) return with(word.results, word.id);
  return word.kind == "DEFINED" && word.cleared != 0 ? with(word.cleared, "0 - (ept_word)1") : "0";
}

Holes walk_holes(const spec::Spec& spec) {
  const std::string violation = "EPT_VIOLATION_";
  const std::string sub_page = flag_definition("decided_by_table", c_expression(spec.sub_page_check.when, spec));
  const std::string qualification = qualification_text(spec).lines;
  const std::string convertible =
      flag_definition("convertible_undefined", c_expression(spec.convertible.undefined, spec)) +
      flag_definition("convertible", c_expression(spec.convertible.when, spec));
  Holes holes = {
      {"index_low", index_low(spec)},
      {"sub_page", c_sub_page(spec)},
      {"walk", walk_lines(spec)},
      {"early", rule_lines(rules_of_stage(spec, spec::ViolationStage::before_walk), spec, "violations", violation)},
      {"checks", entry_checks(spec)},
      {"sub_page_only", violation + upper(spec.violations.at(spec.sub_page_check.only).id)},
      {"sub_page_when", sub_page},
      {"sub_page_locals", walk_locals(sub_page, {"all", "leaf", "leaf_is_pte"})},
      {"qualification", qualification},
      {"qualification_locals", locals_for(qualification, {{"ept_flag", "leaf_is_pte", "page == (ept_word)1 << 1"}})},
      {"convertible", convertible},
      {"convertible_locals", walk_locals(convertible, {})},
      {"flags", flag_lines(spec)},
      {"not_present_rule", violation + upper(rules_of_stage(spec, spec::ViolationStage::entry).at(0).id)},
      {"memory_type_low", fmt::format("{}", entry_bits(spec, "memory_type").low)},
      {"ignore_pat_low", fmt::format("{}", entry_bits(spec, "ignore_pat").low)},
  };
  for (const OutcomeWord& word : outcome_words(spec)) {
    if (word.is_level || word.flag != 0) continue;
    holes["nothing"] += fmt::format("outcome.{} = {};\n", word.id, at_first(word));
  }
  add_permissions(spec, holes);
  return holes;
}

std::string editions(const spec::Spec& spec) {
  std::set<std::string> found;
  for (const spec::Rule& rule : spec.misconfigurations)
    found.insert(fmt::format("Intel SDM Vol. {}, order {}", rule.cite.volume, rule.cite.edition));
  return fmt::format("{}", fmt::join(found, "; "));
}

}  // namespace

void emit_c_header(const spec::Spec& spec, std::ostream& out) {
  const spec::Spec named = with_names_for_all(spec);
  out << fill(kPreamble, {{"editions", editions(named)}});
  emit_c_vocabulary(named, out);
  const MaskText masks = mask_text(named);
  emit_types(named, masks, out);
  emit_eptp_check(named, out);
  emit_prepare(named, masks, out);
  emit_classify(masks, out);
  emit_access_conditions(named, out);
  out << fill(kWalk, walk_holes(named));
}

}  // namespace model
