#include "harness/draw.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "harness/judge.h"
#include "harness/names.h"

namespace harness {

namespace {

constexpr auto kEntryBits = std::to_array<Name>({
    {EPT_ENTRY_READ, "read"},
    {EPT_ENTRY_WRITE, "write"},
    {EPT_ENTRY_EXECUTE, "execute"},
    {EPT_ENTRY_IGNORE_PAT, "ignore_pat"},
    {EPT_ENTRY_PAGE_SIZE, "page_size"},
    {EPT_ENTRY_ACCESSED, "accessed"},
    {EPT_ENTRY_DIRTY, "dirty"},
    {EPT_ENTRY_USER_EXECUTE, "user_execute"},
    {EPT_ENTRY_VERIFY_GUEST_PAGING, "verify_guest_paging"},
    {EPT_ENTRY_PAGING_WRITE, "paging_write"},
    {EPT_ENTRY_SUPERVISOR_SHADOW_STACK, "supervisor_shadow_stack"},
    {EPT_ENTRY_SUB_PAGE_WRITE, "sub_page_write"},
    {EPT_ENTRY_SUPPRESS_VE, "suppress_ve"},
});
constexpr ept_word kAddress = 0xffffffffff000U;

ept_classification classify(const vectors::Case& asked, int level, ept_word entry) {
  ept_context context;
  ept_prepare(&asked.configuration, asked.eptp, &context);
  return ept_classify(&context, level, entry);
}

std::string numbers_of(ept_word bits) {
  std::string text;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((bits >> bit & 1) != 0) text += fmt::format("{}{}", text.empty() ? "" : ", ", bit);
  }
  return text;
}

// The format of an entry by level and bit 7, whether it is present or not.
bool maps_page(ept_format format) {
  return format == EPT_FORMAT_PTE || format == EPT_FORMAT_PDE_2M || format == EPT_FORMAT_PDPTE_1G;
}

// Level and value of the entry that ended the walk, level 0 when none was read.
std::pair<int, ept_word> decisive(const vectors::Vector& vector) {
  const vectors::Case& asked = vector.asked;
  if (asked.question == vectors::Question::eptp) return {0, 0};
  if (asked.question == vectors::Question::entry) return {asked.level, asked.entries.at(0)};
  const int level = vector.expected.outcome.level;
  if (level == 0) return {0, 0};
  return {level, asked.entries.at(static_cast<std::size_t>(asked.level - level))};
}

}  // namespace

std::string bits_of(const vectors::Case& asked, int level, ept_word entry) {
  const ept_classification found = classify(asked, level, entry);
  const ept_word reserved = found.reserved_bits;
  ept_word named = 0;
  for (const Name& name : kEntryBits) named |= name.bits;
  std::vector<std::string> parts;
  if (std::string flags = names_of(kEntryBits, entry & named & ~reserved); !flags.empty()) parts.push_back(flags);
  if (maps_page(found.format)) {
    parts.push_back(fmt::format("memory type {}", (entry & EPT_ENTRY_MEMORY_TYPE) >> 3));
  }
  if (reserved != 0) parts.push_back("reserved " + numbers_of(reserved));
  ept_word spoken_for = named | kAddress | reserved;
  if (maps_page(found.format)) spoken_for |= EPT_ENTRY_MEMORY_TYPE;
  if (const ept_word rest = entry & ~spoken_for; rest != 0) parts.push_back("bits " + numbers_of(rest));
  if (found.kind == EPT_NOT_PRESENT) parts.insert(parts.begin(), "not present");
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string draw(const vectors::Case& asked, const std::string& indent) {
  const ept_configuration& with = asked.configuration;
  std::string text = fmt::format("{}maxphyaddr {}, capability {:#x}", indent, with.maxphyaddr, with.capability);
  const std::string controls =
      names_of(secondary_names(), with.secondary_controls) + " " + names_of(tertiary_names(), with.tertiary_controls);
  text += fmt::format(", controls {}\n{}eptp {:#x}\n", controls, indent, asked.eptp);
  int level = asked.level;
  for (const ept_word entry : asked.entries) {
    if (level == 0) break;
    const char* const format = name_of(classify(asked, level, entry).format);
    text += fmt::format("{}{:<8} {:#018x}  {}\n", indent, format, entry, bits_of(asked, level, entry));
    --level;
  }
  if (asked.question == vectors::Question::walk) {
    text += fmt::format("{}access {} at guest-physical {:#x}\n", indent, names_of(access_names(), asked.access),
                        asked.guest_physical_address);
  }
  return text;
}

std::string rule_of(const vectors::Vector& vector) {
  const vectors::Expected& expected = vector.expected;
  std::string rules;
  switch (vector.asked.question) {
    case vectors::Question::eptp: rules = names_of(eptp_rule_names(), expected.eptp_rules); break;
    case vectors::Question::entry: rules = names_of(entry_rule_names(), expected.classification.rules); break;
    case vectors::Question::walk:
      rules = names_of(expected.outcome.result == EPT_MISCONFIGURATION ? entry_rule_names() : violation_names(),
                       expected.outcome.rules);
  }
  if (!rules.empty()) return rules;
  const char* const result = result_name(expected_result(vector));
  return vector.asked.question == vectors::Question::eptp ? std::string("eptp ") + result : result;
}

std::string format_of(const vectors::Vector& vector) {
  if (vector.asked.question == vectors::Question::eptp) return "eptp";
  const auto [level, entry] = decisive(vector);
  return level == 0 ? "" : name_of(classify(vector.asked, level, entry).format);
}

}  // namespace harness
