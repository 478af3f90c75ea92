// Which accesses a guest can make, and how.
#include <fmt/format.h>

#include "harness/metal/job.h"
#include "harness/metal/plan.h"
#include "harness/support/names.h"

namespace harness {

namespace {

using image::Act;

// Of an access, what it is; the other attributes are its circumstances.
constexpr std::uint64_t kKind = EPT_ACCESS_DATA_READ | EPT_ACCESS_DATA_WRITE | EPT_ACCESS_INSTRUCTION_FETCH |
                                EPT_ACCESS_GUEST_PAGING_STRUCTURE | EPT_ACCESS_PDPTE_LOAD |
                                EPT_ACCESS_USER_SHADOW_STACK | EPT_ACCESS_SUPERVISOR_SHADOW_STACK;
constexpr std::uint64_t kShadowStack = EPT_ACCESS_USER_SHADOW_STACK | EPT_ACCESS_SUPERVISOR_SHADOW_STACK;
constexpr std::uint64_t kEventual = EPT_ACCESS_UNBLOCKED_NMI | EPT_ACCESS_EVENT_DELIVERY;
constexpr std::uint64_t kUnlinear = EPT_ACCESS_NO_LINEAR_ADDRESS | EPT_ACCESS_ASYNCHRONOUS;

bool has(const PutCase& asked, std::uint64_t attributes) { return (asked.access & attributes) != 0; }

// What no guest does, whichever the machine.
const char* impossible(const PutCase& asked) {
  if (has(asked, kUnlinear)) {
    return "only Intel PT, PEBS and user-interrupt delivery make accesses asynchronously or without a linear address";
  }
  if (has(asked, EPT_ACCESS_NO_SUB_PAGE_PERMISSION)) {
    return "only transactions, enclaves and architectural PEBS make accesses without sub-page permissions";
  }
  if (has(asked, EPT_ACCESS_INSTRUCTION_FETCH) && has(asked, EPT_ACCESS_GUEST_EXECUTE_DISABLE)) {
    return "guest paging forbids a fetch from an execute-disable page before EPT is asked";
  }
  if (has(asked, kShadowStack) && has(asked, EPT_ACCESS_GUEST_WRITABLE)) {
    return "guest paging maps a shadow stack read-only, or it is none";
  }
  if ((asked.access & kEventual) == kEventual) return "an access belongs to an IRET or to the delivery of an event";
  return "";
}

// The instruction that makes an access of this kind; false when there is none.
bool choose(std::uint64_t kind, Plan& plan) {
  image::Case& made = plan.made;
  const auto is = [&](Act act, std::uint64_t extent = 1) {
    made.act = act;
    plan.extent = extent;
    return true;
  };
  switch (kind) {
    case EPT_ACCESS_READ: return is(Act::read);
    case EPT_ACCESS_READ | EPT_ACCESS_UNBLOCKED_NMI: return is(Act::interrupt_return, 40);
    case EPT_ACCESS_READ | EPT_ACCESS_EVENT_DELIVERY: return is(Act::deliver_interrupt, 16);
    case EPT_ACCESS_WRITE: return is(Act::write);
    case EPT_ACCESS_READ_MODIFY_WRITE: return is(Act::read_modify_write);
    case EPT_ACCESS_SUPERVISOR_FETCH: return is(Act::fetch);
    case EPT_ACCESS_GUEST_PDPTE_LOAD: return is(Act::load_pdptes, 32);
    case EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ:
    case EPT_ACCESS_GUEST_PAGING_STRUCTURE_UPDATE: return is(Act::guest_walk, 8);
    case EPT_ACCESS_DATA_READ | EPT_ACCESS_USER_SHADOW_STACK:
    case EPT_ACCESS_SUPERVISOR_SHADOW_STACK_READ: return is(Act::shadow_stack_read, 8);
    case EPT_ACCESS_DATA_WRITE | EPT_ACCESS_USER_SHADOW_STACK:
    case EPT_ACCESS_SUPERVISOR_SHADOW_STACK_WRITE: return is(Act::shadow_stack_write, 8);
    default: return false;
  }
}

// What this machine, or the address, does not let the act do.
std::string obstacle(const Machine& machine, const PutCase& asked, const Plan& plan) {
  const std::uint64_t gpa = asked.guest_physical_address;
  const Act act = plan.made.act;
  if (gpa >> machine.maxphyaddr != 0) {
    return fmt::format("the guest-physical addresses of this processor have {} bits", machine.maxphyaddr);
  }
  if (has(asked, kShadowStack) && !machine.shadow_stacks) return "this processor has no shadow stacks";
  if (act == Act::load_pdptes && !machine.loads_cr3) return "MOV to CR3 always exits on this processor";
  if (act == Act::load_pdptes && gpa >> 32 != 0) return "PAE paging has its PDPTEs below 4 GBytes";
  if (act == Act::load_pdptes && gpa % 32 != 0) return "PAE paging has its PDPTEs at a multiple of 32";
  const bool aligned = act == Act::guest_walk || has(asked, kShadowStack);
  if (aligned && gpa % 8 != 0) return "guest entries and words of a shadow stack lie at multiples of 8";
  if ((gpa & 0xfff) + plan.extent > 0x1000) return "the access would go into the next page";
  return {};
}

// The access without what is impossible in it.
ept_word possible(ept_word access) {
  const ept_word kind = access & kKind;
  ept_word never = kUnlinear | EPT_ACCESS_NO_SUB_PAGE_PERMISSION;
  if (kind != EPT_ACCESS_READ) never |= kEventual;
  if ((access & EPT_ACCESS_UNBLOCKED_NMI) != 0) never |= EPT_ACCESS_EVENT_DELIVERY;
  if ((kind & EPT_ACCESS_INSTRUCTION_FETCH) != 0) never |= EPT_ACCESS_GUEST_EXECUTE_DISABLE;
  if ((kind & kShadowStack) != 0) never |= EPT_ACCESS_GUEST_WRITABLE;
  return access & ~never;
}

ept_word possible_address(const vectors::Case& asked) {
  ept_word address = asked.guest_physical_address & ((ept_word{1} << asked.registers.maxphyaddr) - 1);
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

// Its table, apart from the window's first pages, where the walk to it has its own; the vector has no address.
void settle_sub_page_check(vectors::Case& asked, ept_word below_width) {
  ept_word table = kTablesBegin + 0x7000;
  asked.registers.sub_page_table_pointer = table;
  for (std::size_t n = 0; n + 1 < asked.entries.size(); ++n) {
    table += kTablesBegin;
    asked.entries[n] = (asked.entries[n] & ~(EPT_ENTRY_ADDRESS & below_width)) | table;
  }
  asked.access = possible(asked.access);
  asked.guest_physical_address = possible_address(asked);
}

}  // namespace

void choose_act(const Machine& machine, const PutCase& asked, Plan& plan) {
  plan.not_applicable = impossible(asked);
  if (!plan.not_applicable.empty()) return;
  if (!choose(asked.access & (kKind | kEventual), plan)) {
    plan.declined = "the image makes no such access: " + names_of(ept_access_names, asked.access);
    return;
  }
  plan.not_applicable = obstacle(machine, asked, plan);
  std::uint32_t& flags = plan.made.flags;
  if (has(asked, EPT_ACCESS_USER_MODE_LINEAR_ADDRESS)) flags |= image::kUserPage;
  if (has(asked, EPT_ACCESS_GUEST_WRITABLE)) flags |= image::kWritablePage;
  if (has(asked, EPT_ACCESS_GUEST_EXECUTE_DISABLE)) flags |= image::kExecuteDisable;
  if (has(asked, EPT_ACCESS_UNVERIFIED_GUEST_PAGING)) flags |= image::kUnverifiedWalk;
}

void settle(vectors::Vector& vector) {
  vectors::Case& asked = vector.asked;
  // VM entry refuses virtual NMIs without NMI exiting.
  ept_word& pin_based = asked.registers.pin_based_controls;
  if ((pin_based & EPT_CONTROL_NMI_EXITING) == 0) pin_based &= ~ept_word{EPT_CONTROL_VIRTUAL_NMIS};
  vector.expected = vectors::expected_of(asked);
  if (asked.question == vectors::Question::eptp) return;
  const ept_word below_width = (ept_word{1} << asked.registers.maxphyaddr) - 1;
  ept_word table = kTablesBegin;
  if (asked.question == vectors::Question::sub_page) {
    settle_sub_page_check(asked, below_width);
    vector.expected = vectors::expected_of(asked);
    return;
  }
  asked.registers.eptp = (asked.registers.eptp & ~(EPT_ENTRY_ADDRESS & below_width)) | table;
  int level = asked.level;
  for (ept_word& entry : asked.entries) entry = with_place(entry, level--, table += kTablesBegin, below_width);
  if (asked.question == vectors::Question::walk) {
    asked.access = possible(asked.access);
    asked.guest_physical_address = possible_address(asked);
  }
  vector.expected = vectors::expected_of(asked);
}

}  // namespace harness
