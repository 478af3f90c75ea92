#include "harness/metal/plan.h"

#include <array>

#include "harness/adapters/abi_model.h"
#include "harness/judge/case.h"
#include "harness/metal/check.h"
#include "harness/support/text.h"
#include "vectors/format/names.h"

namespace harness {

namespace {

constexpr std::uint64_t kAllPermissions = EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE | EPT_ENTRY_USER_EXECUTE;
constexpr std::uint64_t kWriteBack = 0x30;

// Most cases have room in the page-modification log. The others begin with the index at which it wraps, or with one
// that is out of range; the case itself tells, so that it is the same in every run.
std::uint32_t log_index(PutCase asked, image::Act act) {
  constexpr std::array<std::uint32_t, 4> kOthers = {0, 512, 0x8000, 0xffff};
  asked.id = 0;
  const std::uint64_t drawn = hash_of(bytes_of(asked)) >> 32;
  // Exit 62 in the middle of its delivery would lose an event.
  if (act == image::Act::deliver_interrupt || drawn % 2 != 0) return image::kLastLogged;
  return kOthers[drawn / 2 % kOthers.size()];
}

// The log must agree with the dirty flags (harness/metal/saved.cpp), so it is on wherever there are both.
void set_controls(const Machine& machine, const PutCase& asked, Plan& plan) {
  MadeCase& made = plan.made;
  ept_registers controls = asked.registers;
  if ((controls.secondary_controls & EPT_CONTROL_EPT_VIOLATION_VE) != 0) made.flags |= image::kArmedVe;
  const bool flags = (asked.registers.eptp & EPT_EPTP_ENABLE_ACCESSED_DIRTY) != 0;
  if (flags && machine.modification_log) {
    controls.secondary_controls |= image::kEnablePml;
    made.flags |= log_index(asked, made.act) << image::kLogIndexShift;
  }
  for (const vectors::Controls& word : vectors::kControls) {
    const ept_word value = vectors::controls_in(controls, word);
    if (value != 0) add_field(made, word.number, value);
  }
  const std::uint64_t nmi = EPT_CONTROL_NMI_EXITING | EPT_CONTROL_VIRTUAL_NMIS;
  if ((controls.pin_based_controls & nmi) == EPT_CONTROL_VIRTUAL_NMIS) {
    plan.not_applicable = "VM entry refuses virtual NMIs without NMI exiting";
  }
}

// An update of a guest entry's flags follows a read of that entry, which must not end the walk first.
bool read_comes_first(const PutCase& asked) {
  constexpr std::uint64_t kUpdate = EPT_ACCESS_GUEST_PAGING_STRUCTURE_UPDATE;
  if ((asked.access & kUpdate) != kUpdate) return false;
  PutCase read = asked;
  read.access = (asked.access & ~kUpdate) | EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ;
  return expected_walk(read).result == EPT_VIOLATION &&
         expected_walk(asked).qualification != expected_walk(read).qualification;
}

Plan plan_walk(const Machine& machine, const PutCase& asked) {
  Plan plan;
  plan.walked = asked;
  plan.made.id = asked.id;
  add_field(plan.made, EPT_REGISTER_EPTP, relocated_entry(machine, asked.registers.eptp));
  plan.made.guest_physical_address = asked.guest_physical_address;
  choose_act(machine, asked, plan);
  set_controls(machine, asked, plan);
  if (read_comes_first(asked)) {
    plan.not_applicable = "a processor reads a guest entry before it updates it, and here the read ends the walk";
  }
  if (plan.not_applicable.empty() && plan.declined.empty()) lay_out_walk(machine, plan);
  return plan;
}

Plan plan_eptp(const Machine& machine, const PutCase& asked) {
  Plan plan;
  plan.made.id = asked.id;
  plan.made.act = image::Act::entry_only;
  add_field(plan.made, EPT_REGISTER_EPTP, asked.registers.eptp);
  set_controls(machine, asked, plan);
  return plan;
}

// The access that the entry allows, if it allows any.
std::uint64_t allowed_access(const PutCase& asked) {
  const std::uint64_t entry = asked.words[0].value;
  if ((entry & EPT_ENTRY_READ) != 0) return EPT_ACCESS_READ;
  if ((entry & EPT_ENTRY_EXECUTE) != 0) return EPT_ACCESS_SUPERVISOR_FETCH;
  const bool by_mode = (asked.registers.secondary_controls & EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL) != 0;
  return by_mode && (entry & EPT_ENTRY_USER_EXECUTE) != 0 ? EPT_ACCESS_USER_FETCH : EPT_ACCESS_READ;
}

// A walk at address 0 through the entry: tables with all permissions above it, and below it down to a page.
PutCase walk_through(const PutCase& asked) {
  PutCase through = asked;
  through.question = EPTSPEC_QUESTION_WALK;
  through.level = static_cast<std::uint32_t>((asked.registers.eptp >> 3 & 7) + 1);
  through.words.clear();
  through.access = allowed_access(asked);
  const std::uint64_t entry = asked.words[0].value;
  std::uint64_t free = 0x8000;
  through.registers.eptp = (asked.registers.eptp & ~std::uint64_t{EPT_ENTRY_ADDRESS}) | free;
  std::uint64_t table = free;
  for (std::uint32_t level = through.level; level >= 1; --level) {
    free += 0x1000;
    std::uint64_t value = level == 1 ? kBehindTable | kAllPermissions | kWriteBack : free | kAllPermissions;
    if (level == asked.level) value = entry;
    through.words.push_back({table, value});
    table = value & EPT_ENTRY_ADDRESS;
  }
  return through;
}

// The walk that comes to the check.
PutCase walk_to_check(const PutCase& asked) {
  vectors::Case check{.question = vectors::Question::sub_page, .registers = asked.registers};
  for (const eptspec_word& word : asked.words) check.entries.push_back(word.value);
  check.level = static_cast<int>(asked.level);
  check.guest_physical_address = asked.guest_physical_address;
  check.access = asked.access;
  const vectors::Case walk = vectors::walk_to_sub_page_check(check);
  PutCase put = asked;
  put.question = EPTSPEC_QUESTION_WALK;
  put.level = static_cast<std::uint32_t>(walk.level);
  put.registers.eptp = walk.registers.eptp;
  lay_out(walk, put);
  return put;
}

Plan plan_sub_page_check(const Machine& machine, const PutCase& asked) {
  Plan plan = plan_walk(machine, walk_to_check(asked));
  if (plan.not_applicable.empty() && plan.declined.empty()) lay_out_sub_page_table(machine, asked, plan);
  return plan;
}

Plan plan_check_case(const Machine& machine, const PutCase& asked) {
  Plan plan = plan_check(machine, static_cast<ept_check_id>(asked.check), asked.registers);
  plan.made.id = asked.id;
  return plan;
}

bool has_second_operand(image::Act act) {
  return act == image::Act::read || act == image::Act::write || act == image::Act::guest_walk;
}

bool is_ordinary(image::Act act) {
  return act == image::Act::read || act == image::Act::write || act == image::Act::read_modify_write ||
         act == image::Act::fetch;
}

}  // namespace

Plan plan(const Machine& machine, const PutCase& asked) {
  switch (asked.question) {
    case EPTSPEC_QUESTION_EPTP: return plan_eptp(machine, asked);
    case EPTSPEC_QUESTION_ENTRY: return plan_walk(machine, walk_through(asked));
    case EPTSPEC_QUESTION_SUB_PAGE: return plan_sub_page_check(machine, asked);
    case EPTSPEC_QUESTION_CHECK: return plan_check_case(machine, asked);
    default: return plan_walk(machine, asked);
  }
}

void take_path(const Machine& machine, Plan& plan) {
  if (machine.path == Path::ordinary || !plan.declined.empty() || !plan.not_applicable.empty()) return;
  const image::Act act = plan.made.act;
  if (image::is_check(act)) {
    plan.declined = "a check makes no access";
    return;
  }
  if (machine.path == Path::second_operand) {
    if (!has_second_operand(act)) plan.declined = "no instruction makes this access to a second operand";
    plan.made.flags |= image::kSecondOperand;
    if (!machine.has_device) plan.pages.push_back(image::device_behind(machine.pages));
    return;
  }
  plan.made.flags &= ~image::kUpgrade;  // there is no memory that tells of the access
  if (!is_ordinary(act)) plan.declined = "a device holds data and code only, no tables and no stacks";
  if (machine.has_device) {
    std::erase_if(plan.pages, [&](std::uint64_t page) { return page - machine.pages < kPagesEnd - kPagesBegin; });
  }
}

}  // namespace harness
