#include "harness/support/names.h"

#include <iterator>

#include <fmt/format.h>

namespace harness {

namespace {

constexpr std::array kOfEptp = {"accepted", "refused"};
constexpr std::array kOfCheck = {"check_accepted", "vm_fail", "exception", "vm_exit"};
static_assert(EPTSPEC_CHECK_ACCEPTED == EPTSPEC_SUB_PAGE_MISCONFIGURATION + 1 &&
              EPTSPEC_CHECK_VM_EXIT + 1 == EPTSPEC_CHECK_ACCEPTED + std::size(kOfCheck));
static_assert(EPTSPEC_EPTP_ACCEPTED == 1 && EPTSPEC_ENTRY_NOT_PRESENT == EPTSPEC_EPTP_ACCEPTED + std::size(kOfEptp) &&
              EPTSPEC_WALK_TRANSLATED == EPTSPEC_ENTRY_NOT_PRESENT + std::size(ept_kind_names) &&
              EPTSPEC_SUB_PAGE_MISCONFIGURATION + 1 == EPTSPEC_WALK_TRANSLATED + std::size(ept_result_names));
static_assert(abi_result(EPT_NOT_PRESENT) == EPTSPEC_ENTRY_NOT_PRESENT && abi_result(EPT_PAGE) == EPTSPEC_ENTRY_PAGE &&
              abi_result(EPT_TRANSLATED) == EPTSPEC_WALK_TRANSLATED &&
              abi_result(EPT_MISCONFIGURATION) == EPTSPEC_WALK_MISCONFIGURATION &&
              abi_result(EPT_SUB_PAGE_WRITE_ALLOWED) == EPTSPEC_SUB_PAGE_WRITE_ALLOWED &&
              abi_result(EPT_SUB_PAGE_MISCONFIGURATION) == EPTSPEC_SUB_PAGE_MISCONFIGURATION);

}  // namespace

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

std::span<const Name> names_of_bits(ept_member member) {
  if (member == EPT_OUTCOME_SUB_PAGE_QUALIFICATION) return ept_sub_page_qualification_names;
  return ept_qualification_names;
}

const char* name_of(ept_format format) { return ept_format_names[format].name; }

const char* result_name(std::uint32_t result) {
  if (result == 0 || result > EPTSPEC_CHECK_VM_EXIT) return nullptr;
  if (result >= EPTSPEC_CHECK_ACCEPTED) return kOfCheck.at(result - EPTSPEC_CHECK_ACCEPTED);
  if (result < EPTSPEC_ENTRY_NOT_PRESENT) return kOfEptp.at(result - EPTSPEC_EPTP_ACCEPTED);
  if (result < EPTSPEC_WALK_TRANSLATED) return ept_kind_names[result - EPTSPEC_ENTRY_NOT_PRESENT].name;
  return ept_result_names[result - EPTSPEC_WALK_TRANSLATED].name;
}

std::uint32_t result_of(std::string_view name) {
  for (std::uint32_t result = EPTSPEC_EPTP_ACCEPTED; result <= EPTSPEC_CHECK_VM_EXIT; ++result) {
    if (name == result_name(result)) return result;
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
