#include "vectors/format/names.h"

#include <bit>
#include <charconv>

#include <fmt/format.h>

namespace vectors {

std::string hex(ept_word value) { return fmt::format("{:#x}", value); }

ept_word all_bits(Vocabulary vocabulary) {
  ept_word bits = 0;
  for (const ept_name& name : vocabulary) bits |= name.bits;
  return bits;
}

std::vector<std::string> names_in(Vocabulary vocabulary, ept_word bits) {
  std::vector<std::string> names;
  for (const ept_name& name : vocabulary) {
    if ((bits & name.bits) == 0) continue;
    names.emplace_back(name.name);
    bits &= ~name.bits;
  }
  for (const int number : numbers_in(bits)) names.push_back(fmt::format("bit_{}", number));
  return names;
}

std::optional<ept_word> bits_called(Vocabulary vocabulary, std::string_view name) {
  for (const ept_name& one : vocabulary) {
    if (name == one.name) return one.bits;
  }
  unsigned number = 64;
  if (name.starts_with("bit_")) std::from_chars(name.data() + 4, name.data() + name.size(), number);
  if (number >= 64 || name != fmt::format("bit_{}", number)) return std::nullopt;
  return ept_word{1} << number;
}

const ept_check_outcome_name* outcome_of(ept_check_id check, ept_word outcome) {
  for (const ept_check_outcome_name& one : ept_check_outcome_names) {
    if (one.check == check && one.outcome == outcome) return &one;
  }
  return nullptr;
}

std::vector<std::pair<std::string, ept_word>> registers_in(ept_registers registers, unsigned roles) {
  std::vector<std::pair<std::string, ept_word>> list;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    const ept_register_name& name = ept_register_names[n];
    const ept_word value = *ept_register_word(&registers, n);
    if (value != 0 && (roles >> name.role & 1) != 0) list.emplace_back(name.name, value);
  }
  return list;
}

ept_registers with_ept(ept_registers registers) {
  for (const Controls& word : kControls) controls_in(registers, word) |= word.enabled;
  return registers;
}

std::vector<int> numbers_in(ept_word bits) {
  std::vector<int> numbers;
  for (; bits != 0; bits &= bits - 1) numbers.push_back(std::countr_zero(bits));
  return numbers;
}

Vocabulary rules_of(ept_result result) {
  switch (result) {
    case EPT_MISCONFIGURATION: return ept_entry_rule_names;
    case EPT_SUB_PAGE_WRITE_ALLOWED:
    case EPT_SUB_PAGE_WRITE_REFUSED:
    case EPT_SUB_PAGE_MISS:
    case EPT_SUB_PAGE_MISCONFIGURATION: return ept_sub_page_rule_names;
    case EPT_TRANSLATED:
    case EPT_SUB_PAGE_CHECK:
    case EPT_VIOLATION: break;
  }
  return ept_violation_names;
}

}  // namespace vectors
