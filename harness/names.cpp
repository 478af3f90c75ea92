#include "harness/names.h"

#include <array>
#include <iterator>

#include <fmt/format.h>

namespace harness {

namespace {

constexpr auto kCapabilities = std::to_array<Name>({
    {EPT_CAPABILITY_EXECUTE_ONLY, "execute_only"},
    {EPT_CAPABILITY_WALK_LENGTH_4, "walk_length_4"},
    {EPT_CAPABILITY_WALK_LENGTH_5, "walk_length_5"},
    {EPT_CAPABILITY_MEMORY_TYPE_UC, "memory_type_uc"},
    {EPT_CAPABILITY_MEMORY_TYPE_WB, "memory_type_wb"},
    {EPT_CAPABILITY_PAGE_2M, "page_2m"},
    {EPT_CAPABILITY_PAGE_1G, "page_1g"},
    {EPT_CAPABILITY_INVEPT, "invept"},
    {EPT_CAPABILITY_ACCESSED_DIRTY, "accessed_dirty"},
    {EPT_CAPABILITY_ADVANCED_EXIT_INFORMATION, "advanced_exit_information"},
    {EPT_CAPABILITY_SUPERVISOR_SHADOW_STACK_CONTROL, "supervisor_shadow_stack_control"},
    {EPT_CAPABILITY_INVEPT_SINGLE_CONTEXT, "invept_single_context"},
    {EPT_CAPABILITY_INVEPT_ALL_CONTEXT, "invept_all_context"},
    {EPT_CAPABILITY_INVVPID, "invvpid"},
    {EPT_CAPABILITY_INVVPID_INDIVIDUAL_ADDRESS, "invvpid_individual_address"},
    {EPT_CAPABILITY_INVVPID_SINGLE_CONTEXT, "invvpid_single_context"},
    {EPT_CAPABILITY_INVVPID_ALL_CONTEXT, "invvpid_all_context"},
    {EPT_CAPABILITY_INVVPID_RETAINING_GLOBALS, "invvpid_retaining_globals"},
    {EPT_CAPABILITY_HLAT_PREFIX_SIZE, "hlat_prefix_size"},
});

constexpr auto kPinBased = std::to_array<Name>({
    {EPT_CONTROL_NMI_EXITING, "nmi_exiting"},
    {EPT_CONTROL_VIRTUAL_NMIS, "virtual_nmis"},
});

constexpr auto kPrimary = std::to_array<Name>({
    {EPT_CONTROL_ACTIVATE_TERTIARY_CONTROLS, "activate_tertiary_controls"},
    {EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS, "activate_secondary_controls"},
});

constexpr auto kSecondary = std::to_array<Name>({
    {EPT_CONTROL_ENABLE_EPT, "enable_ept"},
    {EPT_CONTROL_EPT_VIOLATION_VE, "ept_violation_ve"},
    {EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL, "mode_based_execute_control"},
    {EPT_CONTROL_SUB_PAGE_WRITE_PERMISSIONS, "sub_page_write_permissions"},
});

constexpr auto kTertiary = std::to_array<Name>({
    {EPT_CONTROL_EPT_PAGING_WRITE_CONTROL, "ept_paging_write_control"},
    {EPT_CONTROL_GUEST_PAGING_VERIFICATION, "guest_paging_verification"},
});

constexpr auto kParameters = std::to_array<Name>({
    {EPT_PARAMETER_EPTP_SUPERVISOR_SHADOW_STACK_ACCEPTED, "eptp_supervisor_shadow_stack_accepted"},
});

constexpr auto kEptpRules = std::to_array<Name>({
    {EPT_RULE_EPTP_MEMORY_TYPE_RESERVED, "eptp_memory_type_reserved"},
    {EPT_RULE_EPTP_MEMORY_TYPE_UC_NOT_SUPPORTED, "eptp_memory_type_uc_not_supported"},
    {EPT_RULE_EPTP_MEMORY_TYPE_WB_NOT_SUPPORTED, "eptp_memory_type_wb_not_supported"},
    {EPT_RULE_EPTP_WALK_LENGTH_RESERVED, "eptp_walk_length_reserved"},
    {EPT_RULE_EPTP_WALK_LENGTH_4_NOT_SUPPORTED, "eptp_walk_length_4_not_supported"},
    {EPT_RULE_EPTP_WALK_LENGTH_5_NOT_SUPPORTED, "eptp_walk_length_5_not_supported"},
    {EPT_RULE_EPTP_ACCESSED_DIRTY_NOT_SUPPORTED, "eptp_accessed_dirty_not_supported"},
    {EPT_RULE_EPTP_SUPERVISOR_SHADOW_STACK_NOT_SUPPORTED, "eptp_supervisor_shadow_stack_not_supported"},
    {EPT_RULE_EPTP_SUPERVISOR_SHADOW_STACK_NOT_ACCEPTED, "eptp_supervisor_shadow_stack_not_accepted"},
    {EPT_RULE_EPTP_RESERVED_BIT, "eptp_reserved_bit"},
    {EPT_RULE_EPTP_ADDRESS_BEYOND_MAXPHYADDR, "eptp_address_beyond_maxphyaddr"},
});

constexpr auto kEntryRules = std::to_array<Name>({
    {EPT_RULE_WRITE_WITHOUT_READ, "write_without_read"},
    {EPT_RULE_EXECUTE_ONLY_NOT_SUPPORTED, "execute_only_not_supported"},
    {EPT_RULE_USER_EXECUTE_ONLY_NOT_SUPPORTED, "user_execute_only_not_supported"},
    {EPT_RULE_PAGING_WRITE_WITHOUT_READ, "paging_write_without_read"},
    {EPT_RULE_RESERVED_BIT, "reserved_bit"},
    {EPT_RULE_ADDRESS_BEYOND_MAXPHYADDR, "address_beyond_maxphyaddr"},
    {EPT_RULE_RESERVED_MEMORY_TYPE, "reserved_memory_type"},
    {EPT_RULE_PAGE_2M_NOT_SUPPORTED, "page_2m_not_supported"},
    {EPT_RULE_PAGE_1G_NOT_SUPPORTED, "page_1g_not_supported"},
});

constexpr auto kViolations = std::to_array<Name>({
    {EPT_VIOLATION_GUEST_PHYSICAL_ADDRESS_WIDTH, "guest_physical_address_width"},
    {EPT_VIOLATION_ENTRY_NOT_PRESENT, "entry_not_present"},
    {EPT_VIOLATION_READ_NOT_ALLOWED, "read_not_allowed"},
    {EPT_VIOLATION_WRITE_NOT_ALLOWED, "write_not_allowed"},
    {EPT_VIOLATION_EXECUTE_NOT_ALLOWED, "execute_not_allowed"},
    {EPT_VIOLATION_SUPERVISOR_EXECUTE_NOT_ALLOWED, "supervisor_execute_not_allowed"},
    {EPT_VIOLATION_USER_EXECUTE_NOT_ALLOWED, "user_execute_not_allowed"},
    {EPT_VIOLATION_SUPERVISOR_SHADOW_STACK_NOT_ALLOWED, "supervisor_shadow_stack_not_allowed"},
    {EPT_VIOLATION_GUEST_PAGING_NOT_VERIFIED, "guest_paging_not_verified"},
});

constexpr auto kAccesses = std::to_array<Name>({
    {EPT_ACCESS_DATA_READ, "data_read"},
    {EPT_ACCESS_DATA_WRITE, "data_write"},
    {EPT_ACCESS_INSTRUCTION_FETCH, "instruction_fetch"},
    {EPT_ACCESS_USER_MODE_LINEAR_ADDRESS, "user_mode_linear_address"},
    {EPT_ACCESS_GUEST_PAGING_STRUCTURE, "guest_paging_structure"},
    {EPT_ACCESS_PDPTE_LOAD, "pdpte_load"},
    {EPT_ACCESS_USER_SHADOW_STACK, "user_shadow_stack"},
    {EPT_ACCESS_SUPERVISOR_SHADOW_STACK, "supervisor_shadow_stack"},
    {EPT_ACCESS_GUEST_WRITABLE, "guest_writable"},
    {EPT_ACCESS_GUEST_EXECUTE_DISABLE, "guest_execute_disable"},
    {EPT_ACCESS_UNVERIFIED_GUEST_PAGING, "unverified_guest_paging"},
    {EPT_ACCESS_NO_LINEAR_ADDRESS, "no_linear_address"},
    {EPT_ACCESS_UNBLOCKED_NMI, "unblocked_nmi"},
    {EPT_ACCESS_EVENT_DELIVERY, "event_delivery"},
    {EPT_ACCESS_ASYNCHRONOUS, "asynchronous"},
    {EPT_ACCESS_NO_SUB_PAGE_PERMISSION, "no_sub_page_permission"},
});

constexpr auto kQualification = std::to_array<Name>({
    {EPT_QUALIFICATION_DATA_READ, "data_read"},
    {EPT_QUALIFICATION_DATA_WRITE, "data_write"},
    {EPT_QUALIFICATION_INSTRUCTION_FETCH, "instruction_fetch"},
    {EPT_QUALIFICATION_READABLE, "readable"},
    {EPT_QUALIFICATION_WRITABLE, "writable"},
    {EPT_QUALIFICATION_EXECUTABLE, "executable"},
    {EPT_QUALIFICATION_USER_EXECUTABLE, "user_executable"},
    {EPT_QUALIFICATION_LINEAR_ADDRESS_VALID, "linear_address_valid"},
    {EPT_QUALIFICATION_TRANSLATED_LINEAR_ADDRESS, "translated_linear_address"},
    {EPT_QUALIFICATION_USER_MODE_LINEAR_ADDRESS, "user_mode_linear_address"},
    {EPT_QUALIFICATION_GUEST_WRITABLE, "guest_writable"},
    {EPT_QUALIFICATION_GUEST_EXECUTE_DISABLE, "guest_execute_disable"},
    {EPT_QUALIFICATION_NMI_UNBLOCKING, "nmi_unblocking"},
    {EPT_QUALIFICATION_SHADOW_STACK, "shadow_stack"},
    {EPT_QUALIFICATION_SUPERVISOR_SHADOW_STACK_PAGE, "supervisor_shadow_stack_page"},
    {EPT_QUALIFICATION_GUEST_PAGING_VERIFICATION, "guest_paging_verification"},
    {EPT_QUALIFICATION_ASYNCHRONOUS, "asynchronous"},
});

constexpr std::array kResults = {"",     "accepted",   "refused",        "not_present", "misconfigured",   "table",
                                 "page", "translated", "sub_page_check", "violation",   "misconfiguration"};
static_assert(std::size(kResults) == EPTSPEC_WALK_MISCONFIGURATION + 1);

constexpr ept_word all_of(std::span<const Name> names) {
  ept_word all = 0;
  for (const Name& name : names) all |= name.bits;
  return all;
}
// A rule that is added to the specification needs its name here.
static_assert(all_of(kEptpRules) == 0x7ff && all_of(kEntryRules) == 0x1ff && all_of(kViolations) == 0x1ff);
static_assert(all_of(kAccesses) == 0xffff && all_of(kQualification) == 0x1ffff);

}  // namespace

std::span<const Name> capability_names() { return kCapabilities; }
std::span<const Name> pin_based_names() { return kPinBased; }
std::span<const Name> primary_names() { return kPrimary; }
std::span<const Name> secondary_names() { return kSecondary; }
std::span<const Name> tertiary_names() { return kTertiary; }
std::span<const Name> parameter_names() { return kParameters; }
std::span<const Name> eptp_rule_names() { return kEptpRules; }
std::span<const Name> entry_rule_names() { return kEntryRules; }
std::span<const Name> violation_names() { return kViolations; }
std::span<const Name> access_names() { return kAccesses; }
std::span<const Name> qualification_names() { return kQualification; }

std::string names_of(std::span<const Name> names, ept_word bits) {
  std::string text;
  for (const Name& name : names) {
    if ((bits & name.bits) == 0) continue;
    text += (text.empty() ? "" : ", ") + std::string(name.text);
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

}  // namespace harness
