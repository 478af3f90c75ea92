#include "harness/metal/plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "ept_model.h"
#include "harness/names.h"

namespace harness {

namespace {

constexpr std::uint64_t kTablesBegin = 0x1000;
constexpr std::uint64_t kTablesEnd = 0x10000;
constexpr std::uint64_t kPagesBegin = std::uint64_t{1} << 30;
constexpr std::uint64_t kPagesEnd = std::uint64_t{2} << 30;
constexpr std::uint64_t kReach = std::uint64_t{4} << 30;  // the image maps so much of its own memory
constexpr std::uint64_t kAllPermissions = EPT_ENTRY_READ | EPT_ENTRY_WRITE | EPT_ENTRY_EXECUTE | EPT_ENTRY_USER_EXECUTE;
constexpr std::uint64_t kWriteBack = 0x30;
constexpr std::uint64_t kGuestEntry = 0x7;  // present, writable, user; accessed is 0

bool in_memory(const Machine& machine, std::uint64_t address) {
  return address < kReach && std::any_of(machine.memory.begin(), machine.memory.end(), [&](const auto& range) {
           return address >= range.base && address - range.base < range.size;
         });
}

// Of so many bytes from `base`, those that are free memory.
std::uint64_t free_bytes(const Machine& machine, std::uint64_t base, std::uint64_t size) {
  std::uint64_t bytes = 0;
  for (const image::MemoryRange& range : machine.memory) {
    const std::uint64_t from = std::max(base, range.base);
    const std::uint64_t to = std::min({base + size, range.base + range.size, kReach});
    if (to > from) bytes += to - from;
  }
  return bytes;
}

std::uint64_t width_mask(const Machine& machine) { return (std::uint64_t{1} << machine.maxphyaddr) - 1; }

// An entry with its address on this machine.
std::uint64_t relocated_entry(const Machine& machine, std::uint64_t entry) {
  const std::uint64_t address = entry & EPT_ENTRY_ADDRESS;
  return entry - address + relocated(machine, address);
}

ept_configuration from_abi(const eptspec_configuration& from) {
  return {from.maxphyaddr,         from.capability,        from.pin_based_controls, from.primary_controls,
          from.secondary_controls, from.tertiary_controls, from.parameters};
}

ept_word read_word(void* memory, ept_word address) {
  return eptspec_read(static_cast<const eptspec_case*>(memory), address);
}

// What is laid out for a walk follows from where it goes by the manual; what is observed does not.
ept_outcome walk(const eptspec_case& asked) {
  const ept_configuration configuration = from_abi(asked.configuration);
  ept_context context{};
  ept_prepare(&configuration, asked.eptp, &context);
  eptspec_case memory = asked;
  return ept_walk(&context, asked.guest_physical_address, asked.access, read_word, &memory);
}

void add_word(image::Case& made, std::uint64_t address, std::uint64_t value) {
  made.words[made.word_count++] = {address, value};
}

// The guest's way to make an access; false when there is none.
bool choose_act(const Machine& machine, const eptspec_case& asked, image::Case& made) {
  if ((asked.access & EPT_ACCESS_USER_MODE_LINEAR_ADDRESS) != 0) made.flags |= image::kUserPage;
  switch (asked.access & ~std::uint64_t{EPT_ACCESS_USER_MODE_LINEAR_ADDRESS}) {
    case EPT_ACCESS_READ: made.act = image::Act::read; return true;
    case EPT_ACCESS_WRITE: made.act = image::Act::write; return true;
    case EPT_ACCESS_READ_MODIFY_WRITE: made.act = image::Act::read_modify_write; return true;
    case EPT_ACCESS_SUPERVISOR_FETCH: made.act = image::Act::fetch; return true;
    case EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ:
    case EPT_ACCESS_GUEST_PAGING_STRUCTURE_UPDATE: made.act = image::Act::guest_walk; return true;
    case EPT_ACCESS_DATA_READ | EPT_ACCESS_USER_SHADOW_STACK:
    case EPT_ACCESS_SUPERVISOR_SHADOW_STACK_READ:
      made.act = image::Act::shadow_stack_read;
      return machine.shadow_stacks;
    case EPT_ACCESS_DATA_WRITE | EPT_ACCESS_USER_SHADOW_STACK:
    case EPT_ACCESS_SUPERVISOR_SHADOW_STACK_WRITE:
      made.act = image::Act::shadow_stack_write;
      return machine.shadow_stacks;
    default: return false;
  }
}

void set_controls(const eptspec_case& asked, image::Case& made) {
  made.pin_based_controls = static_cast<std::uint32_t>(asked.configuration.pin_based_controls);
  made.primary_controls = static_cast<std::uint32_t>(asked.configuration.primary_controls);
  made.secondary_controls = static_cast<std::uint32_t>(asked.configuration.secondary_controls);
  made.tertiary_controls = asked.configuration.tertiary_controls;
  if ((made.secondary_controls & EPT_CONTROL_EPT_VIOLATION_VE) != 0) made.flags |= image::kArmedVe;
}

// Tables into memory: those that the walk reads have to be there, the others are put where they can be.
std::string place_tables(const Machine& machine, const eptspec_case& asked, int last_level, image::Case& made) {
  const std::uint64_t own = (made.eptp & EPT_ENTRY_ADDRESS) + ((made.flags & image::kOwnAtZero) != 0 ? 0 : 8);
  for (std::uint32_t n = 0; n < asked.word_count; ++n) {
    const int level = static_cast<int>(asked.level - n);
    const std::uint64_t address = relocated(machine, asked.words[n].address);
    const bool read = last_level != 0 && level >= last_level;
    const bool there = asked.words[n].address >= kTablesBegin && asked.words[n].address < kTablesEnd;
    if (read && !there) return fmt::format("its table at {:#x} has no place in memory", asked.words[n].address);
    if (read && address == own) return "its table lies where the guest's own entry is";
    if (there && address != own) add_word(made, address, relocated_entry(machine, asked.words[n].value));
  }
  return {};
}

// The page that the walk reaches: it tells its address, or is a page table for an update of accessed flags.
std::string place_page(const Machine& machine, const eptspec_case& asked, const ept_outcome& outcome, Plan& plan) {
  if (outcome.result != EPT_TRANSLATED) return {};
  const std::uint64_t symbol = outcome.host_physical_address;
  const std::uint64_t address = relocated(machine, symbol);
  if (symbol < kPagesBegin || symbol >= kPagesEnd || !in_memory(machine, address)) {
    return fmt::format("the page at {:#x} has no place in memory", symbol);
  }
  if (plan.made.act == image::Act::fetch && (address & 7) != 0) return "a fetch is made at multiples of 8 only";
  plan.pages.push_back(address & ~std::uint64_t{0xfff});
  if ((asked.access & EPT_ACCESS_GUEST_PAGING_STRUCTURE) != 0 && (asked.access & EPT_ACCESS_DATA_WRITE) != 0) {
    const std::uint64_t own = (plan.made.flags & image::kOwnAtZero) != 0 ? 0 : image::kOwnHigh;
    add_word(plan.made, address & ~std::uint64_t{7}, (own + image::kOwnCode) | kGuestEntry);
  }
  return {};
}

// Pages that a walk would reach if it did not end where the manual says: an access that lands there is told apart.
void add_pages_of_entries(const Machine& machine, const eptspec_case& asked, Plan& plan) {
  for (std::uint32_t n = 0; n < asked.word_count; ++n) {
    const std::uint64_t symbol = asked.words[n].value & EPT_ENTRY_ADDRESS & width_mask(machine);
    if (symbol < kPagesBegin || symbol >= kPagesEnd) continue;
    const std::uint64_t address = relocated(machine, symbol);
    if (in_memory(machine, address)) plan.pages.push_back(address);
  }
  plan.pages.push_back(machine.pages);
}

// An update of a guest entry's flags follows a read of that entry, which must not end the walk first.
bool read_comes_first(const eptspec_case& asked) {
  if (asked.access != EPT_ACCESS_GUEST_PAGING_STRUCTURE_UPDATE) return false;
  eptspec_case read = asked;
  read.access = EPT_ACCESS_GUEST_PAGING_STRUCTURE_READ;
  return walk(read).result == EPT_VIOLATION && walk(asked).qualification != walk(read).qualification;
}

Plan plan_walk(const Machine& machine, const eptspec_case& asked) {
  Plan plan;
  plan.walked = asked;
  image::Case& made = plan.made;
  made.id = asked.id;
  const bool levels = asked.level == 4;
  if (!levels) plan.declined = "the image makes no 5-level walks yet";
  if (!choose_act(machine, asked, made)) {
    plan.declined = "cannot be made here: " + names_of(access_names(), asked.access);
  }
  if (asked.guest_physical_address >> machine.maxphyaddr != 0) plan.declined = "a guest has no address so wide here";
  if (read_comes_first(asked)) plan.declined = "the read before the update ends the walk";
  if (!plan.declined.empty()) return plan;
  const ept_outcome outcome = walk(asked);
  made.guest_physical_address = asked.guest_physical_address;
  if (asked.guest_physical_address >> 39 != 0) made.flags |= image::kOwnAtZero;
  set_controls(asked, made);
  made.eptp = relocated_entry(machine, asked.eptp);
  plan.declined = place_tables(machine, asked, outcome.level, made);
  if (plan.declined.empty()) plan.declined = place_page(machine, asked, outcome, plan);
  add_pages_of_entries(machine, asked, plan);
  return plan;
}

Plan plan_eptp(const eptspec_case& asked) {
  Plan plan;
  plan.made.id = asked.id;
  plan.made.act = image::Act::entry_only;
  plan.made.eptp = asked.eptp;
  set_controls(asked, plan.made);
  return plan;
}

// The access that the entry allows, if it allows any.
std::uint64_t allowed_access(const eptspec_case& asked) {
  const std::uint64_t entry = asked.words[0].value;
  if ((entry & EPT_ENTRY_READ) != 0) return EPT_ACCESS_READ;
  if ((entry & EPT_ENTRY_EXECUTE) != 0) return EPT_ACCESS_SUPERVISOR_FETCH;
  const bool by_mode = (asked.configuration.secondary_controls & EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL) != 0;
  return by_mode && (entry & EPT_ENTRY_USER_EXECUTE) != 0 ? EPT_ACCESS_USER_FETCH : EPT_ACCESS_READ;
}

// Of a page that the entry itself cannot map by mistake.
constexpr std::uint64_t kBehindTable = kPagesBegin + 0x3ff000;

// A walk at address 0 through the entry: tables with all permissions above it, and below it down to a page.
eptspec_case walk_through(const eptspec_case& asked) {
  eptspec_case through = asked;
  through.question = EPTSPEC_QUESTION_WALK;
  through.level = 4;
  through.word_count = 0;
  through.access = allowed_access(asked);
  const std::uint64_t entry = asked.words[0].value;
  std::uint64_t free = 0x8000;
  through.eptp = (asked.eptp & ~std::uint64_t{EPT_ENTRY_ADDRESS}) | free;
  std::uint64_t table = free;
  for (std::uint32_t level = 4; level >= 1; --level) {
    free += 0x1000;
    std::uint64_t value = level == 1 ? kBehindTable | kAllPermissions | kWriteBack : free | kAllPermissions;
    if (level == asked.level) value = entry;
    through.words[through.word_count++] = {table, value};
    table = value & EPT_ENTRY_ADDRESS;
  }
  return through;
}

Plan plan_entry(const Machine& machine, const eptspec_case& asked) {
  if (asked.level > 4) {
    Plan plan;
    plan.declined = "the image makes no 5-level walks yet";
    return plan;
  }
  return plan_walk(machine, walk_through(asked));
}

Observation failed(Fate fate, std::string detail) { return {fate, {}, std::move(detail)}; }

constexpr std::uint32_t kReasonException = 0;
constexpr std::uint32_t kReasonTripleFault = 2;
constexpr std::uint32_t kReasonInterruptWindow = 7;
constexpr std::uint32_t kReasonViolation = 48;
constexpr std::uint32_t kReasonMisconfiguration = 49;
constexpr std::uint32_t kReasonTimer = 52;
constexpr std::uint32_t kReasonSubPage = 66;
constexpr std::uint32_t kVirtualization = 20;
constexpr std::uint32_t kVmControlsInvalid = 7;

// What no case should end with.
Observation strange(const image::Record& record) {
  switch (record.end) {
    case image::End::exit: break;
    case image::End::entry_failure:
      return failed(Fate::crash, fmt::format("VM entry failed, exit reason {}", record.reason & 0xffff));
    case image::End::vm_fail: return failed(Fate::crash, fmt::format("VMfail, error {}", record.reason));
    case image::End::trap:
      return failed(Fate::crash, fmt::format("exception {} in the image at {:#x}", record.interruption, record.rip));
    case image::End::unsupported: return failed(Fate::crash, "a control of the case is not there");
    case image::End::begun: return failed(Fate::crash, "the run ended here or shortly behind");
    case image::End::reset: return failed(Fate::crash, "the machine did not come back");
  }
  if (record.reason == kReasonTimer) return failed(Fate::hang, "the guest did not end");
  if (record.reason == kReasonTripleFault) return failed(Fate::crash, "triple fault of the guest");
  if (record.reason == kReasonException) {
    return failed(Fate::crash, fmt::format("exception {} in the guest, CR2 or qualification {:#x}",
                                           record.interruption & 0xff, record.qualification));
  }
  return failed(Fate::garbage, fmt::format("VM exit {}, qualification {:#x}, access {}", record.reason,
                                           record.qualification, record.done != 0 ? "done" : "not done"));
}

Observation observed_eptp(const eptspec_case& asked, const image::Record& record) {
  Observation observation{Fate::answered, {}, {}};
  observation.answer.id = asked.id;
  observation.answer.status = EPTSPEC_ANSWERED;
  if (record.end == image::End::exit && record.reason == kReasonInterruptWindow) {
    observation.answer.result = EPTSPEC_EPTP_ACCEPTED;
  } else if (record.end == image::End::vm_fail && record.reason == kVmControlsInvalid) {
    observation.answer.result = EPTSPEC_EPTP_REFUSED;
  } else {
    return strange(record);
  }
  return observation;
}

// An exit for the address under test, with what belongs to it.
struct Report {
  std::uint64_t guest_physical_address;
  std::uint64_t guest_linear_address;
  std::uint64_t qualification;
};

std::string mistake(const Plan& plan, const Report& report) {
  if (report.guest_physical_address != plan.made.guest_physical_address) {
    return fmt::format("the exit is for guest-physical address {:#x}, not {:#x}", report.guest_physical_address,
                       plan.made.guest_physical_address);
  }
  return {};
}

bool is_virtualization_exception(const image::Record& record) {
  return record.reason == kReasonException && (record.interruption & 0x800000ffU) == (0x80000000U | kVirtualization);
}

// The words afterwards, in the case's own addresses: what changed is what is told.
void take_words(const eptspec_case& walked, const Machine& machine, const Plan& plan, const image::Record& record,
                eptspec_answer& answer) {
  for (std::uint32_t n = 0; n < walked.word_count; ++n) {
    answer.words[n] = walked.words[n].value;
    const std::uint64_t address = relocated(machine, walked.words[n].address);
    for (std::uint32_t k = 0; k < plan.made.word_count; ++k) {
      if (plan.made.words[k].address == address) answer.words[n] ^= plan.made.words[k].value ^ record.words[k];
    }
  }
}

Observation observed_walk(const Machine& machine, const Plan& plan, const image::Record& record) {
  if (record.end != image::End::exit) return strange(record);
  Observation observation{Fate::answered, {}, {}};
  eptspec_answer& answer = observation.answer;
  answer.id = plan.walked.id;
  answer.status = EPTSPEC_ANSWERED;
  answer.valid = EPTSPEC_VALID_WORDS;
  take_words(plan.walked, machine, plan, record, answer);
  Report report{record.guest_physical_address, record.guest_linear_address, record.qualification};
  const bool converted = is_virtualization_exception(record);
  if (converted) report = {record.ve[3], record.ve[2], record.ve[1]};
  if (record.done != 0) {
    if (record.stray != 0) return failed(Fate::garbage, "the store did not arrive where reads say");
    if (record.landed == image::kNowhere) return strange(record);
    answer.result = EPTSPEC_WALK_TRANSLATED;
    answer.valid |= EPTSPEC_VALID_HOST_PHYSICAL_ADDRESS;
    answer.host_physical_address = symbolic(machine, record.landed);
    return observation;
  }
  if (record.reason == kReasonViolation || converted) {
    answer.result = EPTSPEC_WALK_VIOLATION;
    answer.valid |= EPTSPEC_VALID_QUALIFICATION;
    answer.qualification = report.qualification;
    if ((plan.made.flags & image::kArmedVe) != 0) answer.valid |= EPTSPEC_VALID_CONVERTIBLE;
    answer.convertible = converted ? 1 : 0;
  } else if (record.reason == kReasonMisconfiguration) {
    answer.result = EPTSPEC_WALK_MISCONFIGURATION;
  } else if (record.reason == kReasonSubPage) {
    answer.result = EPTSPEC_WALK_SUB_PAGE_CHECK;
  } else {
    return strange(record);
  }
  if (answer.result == EPTSPEC_WALK_VIOLATION && (report.qualification & EPT_QUALIFICATION_LINEAR_ADDRESS_VALID) != 0 &&
      report.guest_linear_address != record.linear_address) {
    observation.wrong_linear_address = {record.linear_address, report.guest_linear_address};
  }
  const std::string wrong = mistake(plan, report);
  return wrong.empty() ? observation : failed(Fate::garbage, wrong);
}

// What the entry is, told by how the walk through it ended.
Observation observed_entry(const Machine& machine, const eptspec_case& asked, const Plan& plan,
                           const image::Record& record) {
  Observation walked = observed_walk(machine, plan, record);
  if (walked.fate != Fate::answered) return walked;
  const eptspec_answer& answer = walked.answer;
  Observation observation{Fate::answered, {}, {}, walked.wrong_linear_address};
  observation.answer.id = asked.id;
  observation.answer.status = EPTSPEC_ANSWERED;
  constexpr std::uint64_t kAllowed =
      EPT_QUALIFICATION_READABLE | EPT_QUALIFICATION_WRITABLE | EPT_QUALIFICATION_EXECUTABLE;
  if (answer.result == EPTSPEC_WALK_MISCONFIGURATION) {
    observation.answer.result = EPTSPEC_ENTRY_MISCONFIGURED;
  } else if (answer.result == EPTSPEC_WALK_VIOLATION && (answer.qualification & kAllowed) == 0) {
    observation.answer.result = EPTSPEC_ENTRY_NOT_PRESENT;
  } else if (answer.result == EPTSPEC_WALK_TRANSLATED) {
    const bool behind_table = asked.level != 1 && answer.host_physical_address == kBehindTable;
    observation.answer.result = behind_table ? EPTSPEC_ENTRY_TABLE : EPTSPEC_ENTRY_PAGE;
  } else {
    return failed(Fate::garbage, fmt::format("{} with qualification {:#x}, by which no entry is known",
                                             result_name(answer.result), answer.qualification));
  }
  return observation;
}

}  // namespace

void choose_windows(Machine& machine) {
  if (free_bytes(machine, machine.tables, kTablesEnd) < kTablesEnd) {
    for (const image::MemoryRange& range : machine.memory) {
      const std::uint64_t base = (range.base + kTablesEnd - 1) / kTablesEnd * kTablesEnd;
      if (free_bytes(machine, base, kTablesEnd) == kTablesEnd) machine.tables = base;
    }
  }
  for (std::uint64_t base = kPagesBegin; base < kReach; base += kPagesBegin) {
    if (free_bytes(machine, base, kPagesBegin) > free_bytes(machine, machine.pages, kPagesBegin)) machine.pages = base;
  }
}

std::uint64_t relocated(const Machine& machine, std::uint64_t address) {
  const std::uint64_t low = address & width_mask(machine);
  if (low >= kTablesBegin && low < kTablesEnd) return address + machine.tables;
  if (low >= kPagesBegin && low < kPagesEnd) return address - kPagesBegin + machine.pages;
  return address;
}

std::uint64_t symbolic(const Machine& machine, std::uint64_t address) {
  if (address - machine.tables < kTablesEnd) return address - machine.tables;
  if (address - machine.pages < kPagesEnd - kPagesBegin) return address - machine.pages + kPagesBegin;
  return address;
}

Plan plan(const Machine& machine, const eptspec_case& asked) {
  switch (asked.question) {
    case EPTSPEC_QUESTION_EPTP: return plan_eptp(asked);
    case EPTSPEC_QUESTION_ENTRY: return plan_entry(machine, asked);
    default: return plan_walk(machine, asked);
  }
}

Observation observed(const Machine& machine, const eptspec_case& asked, const Plan& plan, const image::Record& record) {
  switch (asked.question) {
    case EPTSPEC_QUESTION_EPTP: return observed_eptp(asked, record);
    case EPTSPEC_QUESTION_ENTRY: return observed_entry(machine, asked, plan, record);
    default: return observed_walk(machine, plan, record);
  }
}

}  // namespace harness
