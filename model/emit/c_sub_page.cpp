// The check of a sub-page write permission, emitted.
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/text.h"

namespace model {

namespace {

constexpr const char* kRulesOfFormat = R"(/* @{title}: the rules that it breaks, EPT_RULE_... */
static inline ept_word ept_broken_by_@{id}(ept_word conditions, ept_word maxphyaddr, ept_word entry) {
  @{unused}
  @{locals}
  ept_word rules = 0;
  @{rules}
  return rules;
}

)";

constexpr const char* kSubPage = R"(@{formats}
/* The rules that an entry of a level (4 to 1) of the sub-page permission table breaks. */
static inline ept_word ept_sub_page_rules(ept_word conditions, ept_word maxphyaddr, int level, ept_word entry) {
  switch (level) {
    @{rules_of_levels}
  }
}

/* The bits of such an entry that must be 0. */
static inline ept_word ept_sub_page_forbidden(ept_word maxphyaddr, int level) {
  switch (level) {
    @{forbidden_of_levels}
  }
}

/* How the check ends at an entry that breaks these rules. */
static inline enum ept_result ept_sub_page_ending(ept_word rules) {
  @{endings}
}

/* The exit qualification of exit 66. */
static inline struct ept_qualification ept_qualify_sub_page(ept_word conditions, ept_word access,
                                                            enum ept_result result) {
  @{ended}
  struct ept_qualification qualification;
  ept_word undefined = @{never_defined};
  ept_word set = 0;
  @{qualification}
  qualification.set = set & ~undefined;
  qualification.defined = ~undefined;
  return qualification;
}

/* Physical address of the entry of a level in a sub-page permission table. */
static inline ept_word ept_sub_page_address(ept_word table, int level, ept_word guest_physical_address) {
  return (table & @{address}) | (guest_physical_address >> (@{index_low}) & 0x1ff) << 3;
}

/* How the check ends at a vector that breaks no rule. */
static inline enum ept_result ept_sub_page_decision(ept_word vector, ept_word guest_physical_address) {
  const ept_word part = guest_physical_address >> @{part_low} & @{part_mask};
  return (vector >> (@{first_bit} + part * @{step}) & 1) ? @{allowed} : @{refused};
}

/*
 * What the sub-page permission table at a pointer (SPPTP) says of a write for which ept_walk says EPT_SUB_PAGE_CHECK,
 * with the same configuration, EPTP, address (bits 63:48 are 0) and access. read is called once for each entry.
 */
static inline struct ept_outcome ept_check_sub_page(const struct ept_configuration* configuration, ept_word eptp,
                                                    ept_word pointer, ept_word guest_physical_address, ept_word access,
                                                    ept_read_entry read, void* memory) {
  const ept_word conditions = ept_conditions(configuration, eptp);
  const ept_word maxphyaddr = configuration->maxphyaddr;
  struct ept_outcome outcome = ept_outcome_of(@{refused}, @{highest}, guest_physical_address);
  ept_word entry = pointer;
  @{no_flags}
  for (;; --outcome.level) {
    entry = read(memory, ept_sub_page_address(entry, outcome.level, guest_physical_address));
    outcome.rules = ept_sub_page_rules(conditions, maxphyaddr, outcome.level, entry);
    if (outcome.rules) break;
    if (outcome.level == 1) break;
  }
  if (outcome.rules) {
    struct ept_qualification qualification;
    outcome.result = ept_sub_page_ending(outcome.rules);
    qualification = ept_qualify_sub_page(conditions, access, outcome.result);
    outcome.sub_page_qualification = qualification.set;
    outcome.sub_page_qualification_defined = qualification.defined;
    if (@{with_reserved_bits})
      outcome.reserved_bits = entry & ept_sub_page_forbidden(maxphyaddr, outcome.level);
  } else {
    outcome.result = ept_sub_page_decision(entry, guest_physical_address);
  }
  return outcome;
}
)";

constexpr const char* kWidth = "maxphyaddr";

std::string result_macro(const spec::Spec& spec, std::size_t result) {
  return "EPT_" + upper(spec.results.at(result).id);
}

// The bits of a kind as one C expression.
std::string bits_in(const spec::Format& format, spec::FieldKind kind) {
  const std::vector<std::string> parts = bits_of_kind(format, kind, kWidth);
  return parts.empty() ? hex(0) : fmt::format("{}", fmt::join(parts, " | "));
}

std::string forbidden_bits(const spec::Format& format) {
  std::vector<std::string> parts = bits_of_kind(format, spec::FieldKind::reserved, kWidth);
  for (const std::string& more : bits_of_kind(format, spec::FieldKind::beyond_maxphyaddr, kWidth))
    parts.push_back(more);
  return parts.empty() ? hex(0) : fmt::format("{}", fmt::join(parts, " | "));
}

std::string function_of(const spec::Spec& spec, std::size_t f) {
  const spec::Format& format = spec.sub_page.formats.at(f);
  std::string rules;
  for (const spec::Rule& rule : spec.sub_page.rules) {
    if (std::ranges::find(rule.formats, f) == rule.formats.end()) continue;
    rules += set_when("rules", c_expression(rule.when, spec), "EPT_RULE_" + upper(rule.id), rule.id);
  }
  const std::string locals =
      locals_for(rules, {{"ept_word", "reserved", bits_in(format, spec::FieldKind::reserved)},
                         {"ept_word", "beyond_maxphyaddr", bits_in(format, spec::FieldKind::beyond_maxphyaddr)}});
  std::string unused;
  for (const char* parameter : {"conditions", kWidth, "entry"})
    if (!mentions(rules + locals, parameter)) unused += fmt::format("(void){};\n", parameter);
  return fill(kRulesOfFormat,
              {{"title", format.title}, {"id", format.id}, {"unused", unused}, {"locals", locals}, {"rules", rules}});
}

// A case for the levels of each format, the lowest level being the rest.
std::string by_level(const spec::Spec& spec, const std::function<std::string(const spec::Format&)>& value) {
  const std::vector<spec::Level>& levels = spec.sub_page.levels;
  std::string text;
  for (std::size_t n = 0; n < levels.size(); ++n) {
    const bool shared = n + 1 < levels.size() && levels[n].formats == levels[n + 1].formats;
    text += levels[n].level == 1 ? "default:" : fmt::format("case {}:", levels[n].level);
    text += shared ? "\n" : fmt::format(" return {};\n", value(spec.sub_page.formats.at(levels[n].formats.front())));
  }
  return text;
}

// Rules one after the other that have the same result are tested at once; the last need no test.
std::string endings(const spec::Spec& spec) {
  const std::vector<spec::Rule>& rules = spec.sub_page.rules;
  std::string text;
  std::string tested;
  for (std::size_t n = 0; n < rules.size(); ++n) {
    tested += (tested.empty() ? "EPT_RULE_" : " | EPT_RULE_") + upper(rules[n].id);
    if (n + 1 < rules.size() && rules[n].result == rules[n + 1].result) continue;
    if (tested.find('|') != std::string::npos) tested = fmt::format("({})", tested);
    const std::string when = fmt::format("if (rules & {}) ", tested);
    text += fmt::format("{}return {};\n", n + 1 < rules.size() ? when : "", result_macro(spec, rules[n].result));
    tested.clear();
  }
  return text;
}

std::string qualification_lines(const spec::Spec& spec) {
  std::string text;
  for (const spec::QualificationBit& bit : spec.sub_page.qualification) {
    const std::string macro = "EPT_QUALIFICATION_" + upper(bit.id);
    text += set_when("set", c_expression(bit.set, spec), macro, bit.id + "_set");
    if (bit.undefined) text += set_when("undefined", c_expression(*bit.undefined, spec), macro, bit.id + "_undefined");
  }
  return text;
}

// The facts about the end of the check that the text speaks of, and parameters that it does not.
std::string ended_locals(const spec::Spec& spec, const std::string& text) {
  std::vector<Local> locals;
  for (std::size_t n = 0; n < spec.results.size(); ++n)
    locals.push_back({"ept_flag", spec.results[n].id, "result == " + result_macro(spec, n)});
  std::string lines = locals_for(text, locals);
  std::string unused;
  for (const char* parameter : {"conditions", "access", "result"})
    if (!mentions(text + lines, parameter)) unused += fmt::format("(void){};\n", parameter);
  return unused + lines;
}

// The test whether what the check has come to is a result that has reserved bits.
std::string with_reserved_bits(const spec::Spec& spec) {
  const spec::OutcomeMember& member = *find_id(spec.outcome, "reserved_bits");
  std::vector<std::string> tests;
  for (const spec::Rule& rule : spec.sub_page.rules) {
    const std::string test = "outcome.result == " + result_macro(spec, rule.result);
    const bool has = (member.results >> rule.result & 1) != 0;
    if (has && std::ranges::find(tests, test) == tests.end()) tests.push_back(test);
  }
  return tests.empty() ? "0" : fmt::format("{}", fmt::join(tests, " || "));
}

std::string no_flags(const spec::Spec& spec) {
  std::string text;
  for (const OutcomeWord& word : outcome_words(spec))
    if (word.flag != 0) text += fmt::format("outcome.{} = 0;\n", word.id);
  return text;
}

}  // namespace

std::string c_sub_page(const spec::Spec& spec) {
  const spec::SubPage& sub_page = spec.sub_page;
  const spec::SubPagePermission& permission = sub_page.permission;
  std::string formats;
  std::uint64_t address = 0;
  for (std::size_t f = 0; f < sub_page.formats.size(); ++f) {
    formats += function_of(spec, f);
    for (const spec::Field& field : sub_page.formats[f].fields) {
      if (field.kind == spec::FieldKind::address) address |= mask_of(bits_at(field.bits, spec.max_maxphyaddr));
    }
  }
  const std::string qualification = qualification_lines(spec);
  const spec::Level& lowest = sub_page.levels.back();
  const int width = static_cast<int>(lowest.index.high - lowest.index.low) + 1;
  const auto rules_of = [](const spec::Format& format) {
    return fmt::format("ept_broken_by_{}(conditions, maxphyaddr, entry)", format.id);
  };
  return fill(
      kSubPage,
      {{"formats", formats},
       {"rules_of_levels", by_level(spec, rules_of)},
       {"forbidden_of_levels", by_level(spec, forbidden_bits)},
       {"endings", endings(spec)},
       {"ended", ended_locals(spec, qualification)},
       {"never_defined", hex(never_defined(spec.sub_page.qualification))},
       {"qualification", qualification},
       {"address", hex(address)},
       {"index_low", fmt::format("{} + {} * level", static_cast<int>(lowest.index.low) - width * lowest.level, width)},
       {"part_low", fmt::format("{}", permission.index.low)},
       {"part_mask", hex(mask_of(permission.index) >> permission.index.low)},
       {"first_bit", hex(permission.first)},
       {"step", fmt::format("{}", permission.step)},
       {"allowed", result_macro(spec, permission.allowed)},
       {"refused", result_macro(spec, permission.refused)},
       {"highest", fmt::format("{}", sub_page.levels.front().level)},
       {"no_flags", no_flags(spec)},
       {"with_reserved_bits", with_reserved_bits(spec)}});
}

}  // namespace model
