#include "harness/support/names.h"

#include <array>
#include <iterator>

#include <fmt/format.h>

namespace harness {

namespace {

constexpr std::array kResults = {"",     "accepted",   "refused",        "not_present", "misconfigured",   "table",
                                 "page", "translated", "sub_page_check", "violation",   "misconfiguration"};
static_assert(std::size(kResults) == EPTSPEC_WALK_MISCONFIGURATION + 1);

}  // namespace

std::span<const Name> capability_names() { return ept_capability_names; }
std::span<const Name> pin_based_names() { return ept_pin_based_control_names; }
std::span<const Name> primary_names() { return ept_primary_control_names; }
std::span<const Name> secondary_names() { return ept_secondary_control_names; }
std::span<const Name> tertiary_names() { return ept_tertiary_control_names; }
std::span<const Name> parameter_names() { return ept_parameter_names; }
std::span<const Name> eptp_rule_names() { return ept_eptp_rule_names; }
std::span<const Name> entry_rule_names() { return ept_entry_rule_names; }
std::span<const Name> violation_names() { return ept_violation_names; }
std::span<const Name> access_names() { return ept_access_names; }
std::span<const Name> qualification_names() { return ept_qualification_names; }
std::span<const Name> flag_names() { return ept_flag_names; }
std::span<const ept_field_name> field_names() { return ept_field_names; }
std::span<const ept_field_name> reserved_names() { return ept_reserved_names; }

ept_word all_bits(std::span<const Name> names) {
  ept_word bits = 0;
  for (const Name& name : names) bits |= name.bits;
  return bits;
}

std::string names_of(std::span<const Name> names, ept_word bits) {
  std::string text;
  for (const Name& name : names) {
    if ((bits & name.bits) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(name.name);
    bits &= ~name.bits;
  }
  if (bits != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : ", ", bits);
  return text;
}

const char* name_of(ept_format format) {
  switch (format) {
    case EPT_FORMAT_PML5E: return "pml5e";
    case EPT_FORMAT_PML4E: return "pml4e";
    case EPT_FORMAT_PDPTE_PD: return "pdpte_pd";
    case EPT_FORMAT_PDPTE_1G: return "pdpte_1g";
    case EPT_FORMAT_PDE_PT: return "pde_pt";
    case EPT_FORMAT_PDE_2M: return "pde_2m";
    case EPT_FORMAT_PTE: return "pte";
  }
  return "";
}

const char* result_name(std::uint32_t result) {
  return result == 0 || result >= std::size(kResults) ? nullptr : kResults[result];
}

std::uint32_t result_of(std::string_view name) {
  for (std::uint32_t result = 1; result < std::size(kResults); ++result) {
    if (name == kResults[result]) return result;
  }
  return 0;
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  }
  return text;
}

std::string plain(std::string_view text) {
  std::string plain;
  for (const char c : text) plain += c >= ' ' && c <= '~' ? c : '?';
  return plain;
}

}  // namespace harness
