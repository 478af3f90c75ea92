#include "harness/metal/settle.h"

#include "ept_model.h"
#include "harness/metal/windows.h"

namespace harness {

namespace {

constexpr std::uint64_t kShadowStack = EPT_ACCESS_USER_SHADOW_STACK | EPT_ACCESS_SUPERVISOR_SHADOW_STACK;
constexpr std::uint64_t kEventual = EPT_ACCESS_UNBLOCKED_NMI | EPT_ACCESS_EVENT_DELIVERY;
constexpr std::uint64_t kNever =
    EPT_ACCESS_NO_LINEAR_ADDRESS | EPT_ACCESS_ASYNCHRONOUS | EPT_ACCESS_NO_SUB_PAGE_PERMISSION;

// As harness/metal/act.cpp has it.
ept_word possible(ept_word access) {
  const ept_word kind = access & (EPT_ACCESS_READ_MODIFY_WRITE | EPT_ACCESS_INSTRUCTION_FETCH | kShadowStack |
                                  EPT_ACCESS_GUEST_PAGING_STRUCTURE | EPT_ACCESS_PDPTE_LOAD);
  ept_word never = kNever;
  if (kind != EPT_ACCESS_READ) never |= kEventual;
  if ((access & EPT_ACCESS_UNBLOCKED_NMI) != 0) never |= EPT_ACCESS_EVENT_DELIVERY;
  if ((kind & EPT_ACCESS_INSTRUCTION_FETCH) != 0) never |= EPT_ACCESS_GUEST_EXECUTE_DISABLE;
  if ((kind & kShadowStack) != 0) never |= EPT_ACCESS_GUEST_WRITABLE;
  return access & ~never;
}

ept_word possible_address(const vectors::Case& asked) {
  ept_word address = asked.guest_physical_address & ((ept_word{1} << asked.configuration.maxphyaddr) - 1);
  if ((asked.access & EPT_ACCESS_PDPTE_LOAD) != 0) return address & 0xffffffe0U;
  if ((asked.access & kEventual) != 0) return address & ~ept_word{0x3f};
  if ((asked.access & (kShadowStack | EPT_ACCESS_GUEST_PAGING_STRUCTURE)) != 0) return address & ~ept_word{7};
  return address;
}

// Bits at and above the width stay; of a page's address also those that are reserved in a large page.
ept_word with_place(ept_word entry, int level, ept_word table, ept_word below_width) {
  const bool page = level == 1 || (level <= 3 && (entry & EPT_ENTRY_PAGE_SIZE) != 0);
  const ept_word address = entry & EPT_ENTRY_ADDRESS & below_width;
  return (entry - address) | (page ? kPagesBegin | (address & (kPagesEnd - kPagesBegin - 1)) : table);
}

}  // namespace

void settle(vectors::Vector& vector) {
  vectors::Case& asked = vector.asked;
  // VM entry refuses virtual NMIs without NMI exiting.
  ept_word& pin_based = asked.configuration.pin_based_controls;
  if ((pin_based & EPT_CONTROL_NMI_EXITING) == 0) pin_based &= ~ept_word{EPT_CONTROL_VIRTUAL_NMIS};
  vector.expected = vectors::expected_of(asked);
  if (asked.question == vectors::Question::eptp) return;
  const ept_word below_width = (ept_word{1} << asked.configuration.maxphyaddr) - 1;
  ept_word table = kTablesBegin;
  asked.eptp = (asked.eptp & ~(EPT_ENTRY_ADDRESS & below_width)) | table;
  int level = asked.level;
  for (ept_word& entry : asked.entries) entry = with_place(entry, level--, table += kTablesBegin, below_width);
  if (asked.question == vectors::Question::walk) {
    asked.access = possible(asked.access);
    asked.guest_physical_address = possible_address(asked);
  }
  vector.expected = vectors::expected_of(asked);
}

}  // namespace harness
