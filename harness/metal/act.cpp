#include "harness/metal/act.h"

#include <fmt/format.h>

#include "ept_model.h"
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

bool has(const eptspec_case& asked, std::uint64_t attributes) { return (asked.access & attributes) != 0; }

// What no guest does, whichever the machine.
const char* impossible(const eptspec_case& asked) {
  if (has(asked, EPT_ACCESS_NO_LINEAR_ADDRESS | EPT_ACCESS_ASYNCHRONOUS)) {
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
std::string obstacle(const Machine& machine, const eptspec_case& asked, const Plan& plan) {
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

}  // namespace

void choose_act(const Machine& machine, const eptspec_case& asked, Plan& plan) {
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

}  // namespace harness
