#include "harness/judge/draw.h"

#include <bit>
#include <vector>

#include <fmt/format.h>

#include "harness/judge/judge.h"
#include "harness/support/names.h"
#include "vectors/format/expectation.h"
#include "vectors/format/names.h"
#include "vectors/format/self_contained.h"

namespace harness {

namespace {

ept_classification classify(const vectors::Case& asked, int level, ept_word entry) {
  const ept_context context = vectors::context_of(asked.registers);
  return ept_classify(&context, level, entry);
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

// An entry of the sub-page permission table: its fields by name, the vector by the parts that it lets be written.
std::string sub_page_bits(const vectors::Case& asked, int level, ept_word entry) {
  const ept_word reserved = entry & ept_sub_page_forbidden(asked.registers.maxphyaddr, level);
  const ept_word rest = entry & ~reserved;
  std::string text = level == 1 ? names_of(ept_sub_page_vector_names, rest)
                                : names_of(ept_sub_page_table_names, rest & ~EPT_ENTRY_ADDRESS);
  if (reserved != 0) text += (text.empty() ? "reserved " : "; reserved ") + numbers_of(reserved);
  return text;
}

// From the pointer down to the last entry that is read.
std::string draw_sub_page(const vectors::Case& asked, const std::string& indent) {
  std::string text = fmt::format("{}sub-page table pointer {:#x}\n", indent, asked.registers.sub_page_table_pointer);
  const int last = vectors::expected_of(asked).outcome.level;
  int level = asked.level;
  for (const ept_word entry : asked.entries) {
    if (level < last) break;
    text += fmt::format("{}level {}  {:#018x}  {}\n", indent, level, entry, sub_page_bits(asked, level, entry));
    --level;
  }
  return text;
}

std::string draw_check(const vectors::Case& asked, const std::string& indent) {
  std::string text = fmt::format("{}{}\n", indent, ept_check_names[asked.check].title);
  for (const unsigned roles : {vectors::kCapabilities, vectors::kGiven}) {
    for (const auto& [name, value] : vectors::registers_in(asked.registers, roles))
      text += fmt::format("{}  {} {:#x}\n", indent, name, value);
  }
  return text;
}

}  // namespace

std::string numbers_of(ept_word bits) { return fmt::format("{}", fmt::join(vectors::numbers_in(bits), ", ")); }

std::string bits_of(const vectors::Case& asked, int level, ept_word entry) {
  const ept_classification found = classify(asked, level, entry);
  const ept_word reserved = found.reserved_bits;
  std::vector<Name> flags;
  ept_word type = 0;
  for (const ept_field_name& field : ept_field_names) {
    if (field.format != found.format) continue;
    if (std::has_single_bit(field.bits)) flags.push_back({field.bits, field.name, field.cite});
    if (field.bits == EPT_ENTRY_MEMORY_TYPE) type = field.bits;
  }
  std::vector<std::string> parts;
  const ept_word of_flags = all_bits(flags);
  const ept_word set = entry & of_flags & ~(EPT_ENTRY_ADDRESS | reserved);
  if (set != 0) parts.push_back(names_of(flags, set));
  if (type != 0) parts.push_back(fmt::format("memory type {}", (entry & type) >> std::countr_zero(type)));
  if (reserved != 0) parts.push_back("reserved " + numbers_of(reserved));
  if (const ept_word rest = entry & ~(EPT_ENTRY_ADDRESS | reserved | of_flags | type); rest != 0)
    parts.push_back((std::has_single_bit(rest) ? "bit " : "bits ") + numbers_of(rest));
  if (found.kind == EPT_NOT_PRESENT) parts.insert(parts.begin(), "not present");
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string eptp_text(const vectors::Case& asked) {
  const ept_word reserved = vectors::reserved_in(asked.registers);
  return fmt::format("{:#x}{}", asked.registers.eptp, reserved == 0 ? "" : "  reserved " + numbers_of(reserved));
}

std::string draw(const vectors::Case& asked, const std::string& indent) {
  const ept_registers& with = asked.registers;
  if (asked.question == vectors::Question::check) return draw_check(asked, indent);
  std::string text = fmt::format("{}maxphyaddr {}, capability {:#x}", indent, with.maxphyaddr, with.capability);
  std::string controls;
  for (const vectors::Controls& word : vectors::kControls) {
    const std::string names =
        word.activated ? names_of(vectors::vocabulary_of(word), vectors::controls_in(with, word)) : "";
    if (!names.empty()) controls += (controls.empty() ? "" : " ") + names;
  }
  text += fmt::format(", controls {}\n{}eptp {}\n", controls, indent, eptp_text(asked));
  const bool sub_page = asked.question == vectors::Question::sub_page;
  if (sub_page) text += draw_sub_page(asked, indent);
  int level = sub_page ? 0 : asked.level;
  for (const ept_word entry : asked.entries) {
    if (level == 0) break;
    const ept_classification found = classify(asked, level, entry);
    text += fmt::format("{}{:<8} {:#018x}  {}\n", indent, name_of(found.format), entry, bits_of(asked, level, entry));
    if (found.kind != EPT_TABLE) break;  // what follows is not read
    --level;
  }
  if (vectors::has_outcome(asked.question)) {
    text += fmt::format("{}access {} at guest-physical {:#x}\n", indent, names_of(ept_access_names, asked.access),
                        asked.guest_physical_address);
  }
  return text;
}

std::string rule_of(const vectors::Vector& vector) {
  if (vector.asked.question == vectors::Question::check) {
    std::string text;
    for (const ept_check_rule_name* const rule : vectors::broken_rules(vector.asked, vector.expected))
      text += (text.empty() ? "" : ", ") + std::string(rule->name);
    return text.empty() ? format_of(vector) + " accepted" : text;
  }
  const vectors::Broken broken = vectors::broken_by(vector);
  if (broken.rules != 0) return names_of(broken.vocabulary, broken.rules);
  const char* const result = result_name(expected_result(vector));
  return vector.asked.question == vectors::Question::eptp ? std::string("eptp ") + result : result;
}

bool breaks_several(const vectors::Vector& vector) {
  return std::popcount(vectors::broken_by(vector).rules) > 1 ||
         vectors::broken_rules(vector.asked, vector.expected).size() > 1;
}

std::string format_of(const vectors::Vector& vector) {
  if (vector.asked.question == vectors::Question::eptp) return "eptp";
  if (vector.asked.question == vectors::Question::check) return ept_check_names[vector.asked.check].name;
  if (vector.asked.question == vectors::Question::sub_page)
    return vector.expected.outcome.level == 1 ? "sub_page_vector" : "sub_page_table";
  const auto [level, entry] = decisive(vector);
  return level == 0 ? "" : name_of(classify(vector.asked, level, entry).format);
}

}  // namespace harness
