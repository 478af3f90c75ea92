#include "harness/image/run_case.h"

#include "harness/image/cpu.h"
#include "harness/image/guest.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"
#include "harness/image/vmcs_fields.h"
#include "harness/image/vmx.h"

namespace image {

namespace {

constexpr uint32_t kInterruptWindowExiting = 1u << 2;
constexpr uint64_t kInterruptsOn = 0x202;
constexpr uint64_t kInterruptsOff = 0x2;
constexpr uint64_t kInterruptLimit = 0xffff;
constexpr uint32_t kBreakpoint = 3;
constexpr uint32_t kPageFault = 14;
constexpr uint64_t kBlockedByNmi = 1u << 3;
constexpr uint32_t kEntryFailed = 0x80000000;
constexpr unsigned kVeWords = 512;
constexpr uint64_t kResumeFlag = 1u << 16;
constexpr uint32_t kVirtualization = 20;

Page sub_page_root;   // all zero: every lookup ends at it
Page ve_information;  // virtualization-exception information
Page log;             // page-modification log

struct Run {
  const Probe* probe;
  const Case* asked;
  Record* record;
};

// Words of cases in memory, and what was there before. They stay until a case comes that does not want them, since a
// hypervisor that shadows the tables gets to know of every write.
struct Kept {
  uint64_t address;
  uint64_t before;
  bool wanted;
};
constexpr unsigned kMostKept = 2 * (kMaxWords + 1);  // of two cases
Kept kept[kMostKept];
unsigned kept_count = 0;

void put(uint64_t address, uint64_t value) {
  unsigned n = 0;
  while (n < kept_count && kept[n].address != address) ++n;
  if (n == kept_count) kept[kept_count++] = {address, word_at(address), true};
  kept[n].wanted = true;
  if (word_at(address) != value) word_at(address) = value;
}

void put_back_unwanted() {
  unsigned left = 0;
  for (unsigned n = 0; n < kept_count; ++n) {
    if (kept[n].wanted) {
      kept[left] = kept[n];
      kept[left++].wanted = false;
    } else {
      word_at(kept[n].address) = kept[n].before;
    }
  }
  kept_count = left;
}

void put_words(const Case& asked) {
  for (uint32_t n = 0; n < asked.word_count; ++n) put(asked.words[n].address, asked.words[n].value);
  if (asked.act != Act::entry_only) {
    put(asked.own_slot, own_entry(asked.own_level));
  }
  put_back_unwanted();
}

uint64_t sub_page_table(const Case& asked) {
  return asked.sub_page_table_pointer != 0 ? asked.sub_page_table_pointer : address_of(&sub_page_root);
}

// What the guest starts with, beside the registers that the VMCS does not hold.
void set_start(const Probe& probe, const Case& asked, const GuestStart& start) {
  vmwrite(kGuestCr3, start.cr3);
  vmwrite(kGuestRip, start.rip);
  vmwrite(kGuestRsp, start.rsp);
  vmwrite(kGuestIdtrBase, start.idt);
  vmwrite(kGuestIdtrLimit, kInterruptLimit);
  // An interrupt of the watchdog exits whatever the flag is, but not in Bochs 2.7.
  const bool on = asked.act == Act::entry_only || watchdog_of(probe, asked) == Watchdog::local_apic;
  vmwrite(kGuestRflags, on ? kInterruptsOn : kInterruptsOff);
  vmwrite(kGuestInterruptibility, start.nmi_blocked ? kBlockedByNmi : 0);
  vmwrite(kGuestPendingDebug, 0);
  vmwrite(kGuestActivity, 0);
  vmwrite(kEntryInterruption, 0);
  if (start.pae) {
    vmwrite(kGuestPdpte0, start.pdpte);
    for (uint64_t n = 1; n < 4; ++n) vmwrite(kGuestPdpte0 + 2 * n, 0);
  }
  if (start.shadow_stack) vmwrite(kGuestSsp, start.linear_address);
}

// The area for virtualization exceptions as the host knows it.
void set_ve_information(bool busy) {
  ve_information.words[0] = busy ? kVeBusy : 0;
  for (unsigned n = 1; n < 4; ++n) ve_information.words[n] = 0;
  for (unsigned n = 4; n < kVeWords; ++n) ve_information.words[n] = kVeFill;
}

void set_case(const Probe& probe, const Case& asked, const GuestStart& start) {
  vmwrite(kEptp, asked.eptp);
  set_start(probe, asked, start);
  if ((asked.secondary_controls & kEnablePml) != 0) {
    vmwrite(kPmlAddress, address_of(&log));
    vmwrite(kGuestPmlIndex, asked.flags >> kLogIndexShift);
  }
  if ((capability(probe, 0x48b) >> 55 & 1) != 0) vmwrite(kSpptp, sub_page_table(asked));
  if ((capability(probe, 0x48b) >> 50 & 1) != 0) {
    vmwrite(kVeInformation, address_of(&ve_information));
    vmwrite(kEptpIndexField, kEptpIndex);
  }
  if ((asked.secondary_controls & kEnableVe) != 0) set_ve_information((asked.flags & kArmedVe) == 0);
}

// What an exit does not write is left from one before, and no business of this case.
void note_exit(Record& record) {
  record.reason = static_cast<uint32_t>(vmread(kExitReason));
  record.end = (record.reason & kEntryFailed) != 0 ? End::entry_failure : End::exit;
  const bool violation = record.reason == kReasonViolation;
  const bool exception = record.reason == kReasonException;
  record.qualification = vmread(kQualification);
  record.guest_physical_address =
      violation || record.reason == kReasonMisconfiguration ? vmread(kGuestPhysicalAddress) : 0;
  record.guest_linear_address = violation ? vmread(kGuestLinearAddress) : 0;
  record.interruption = exception ? static_cast<uint32_t>(vmread(kExitInterruption)) : 0;
  record.error_code = exception ? static_cast<uint32_t>(vmread(kExitErrorCode)) : 0;
  record.rip = vmread(kGuestRip);
}

// The vector of an exception in the guest; otherwise none.
constexpr uint32_t kNoException = ~0u;
uint32_t exception_of(const Record& record) {
  const bool is = record.end == End::exit && record.reason == kReasonException && (record.interruption >> 31) != 0;
  return is ? record.interruption & 0xff : kNoException;
}

// Whether the exception is the one with which the act ends when it got what it accessed: a self-identifying word is a
// guest entry that is not present, no stack frame, and no gate.
bool completes(const Case& asked, const GuestStart& start, const Record& record) {
  const uint32_t vector = exception_of(record);
  if (vector == kNoException || record.rip != start.completed_at) return false;
  return asked.act == Act::guest_walk ? vector == kPageFault : vector < kPageFault && vector > 9;
}

// The code was executed: a self-identifying word from its beginning, or an instruction of one byte. The guest stands on
// its VMCALL, or on that byte.
void note_fetch(const GuestRegisters& registers, Record& record) {
  const bool word = record.reason == kReasonVmcall && record.rip == record.linear_address + 5;
  const bool byte = record.reason == kReasonHlt || exception_of(record) == kBreakpoint;
  if (word) record.landed = registers.rax << 3;
  record.done = word || (byte && record.rip == record.linear_address) ? 1 : 0;
}

// The registers hold what was read. The next fetch ends with a page fault, since no self-identifying word is present;
// or the processor refuses it right away.
void note_pdptes(const GuestStart& start, Record& record) {
  const uint32_t vector = exception_of(record);
  const uint64_t pdpte = vmread(kGuestPdpte0);
  const bool loaded = vector == kPageFault && record.rip == start.completed_at && is_identity(pdpte);
  record.done = loaded || (vector == 13 && record.rip == start.rip) ? 1 : 0;
  if (loaded) record.landed = identified(pdpte);
}

bool stores(Act act) { return act == Act::write || act == Act::read_modify_write || act == Act::shadow_stack_write; }

// Where a data access went, told by the memory itself.
void note_landing(const Case& asked, const GuestRegisters& registers, Record& record) {
  const uint64_t gpa = asked.guest_physical_address;
  record.done = static_cast<uint32_t>(registers.rbx & 1);
  if (record.done == 0 || record.reason != kReasonVmcall || !is_identity(registers.rdx)) return;
  const uint64_t landed = identified(registers.rdx) ^ 8;
  record.landed = landed | (gpa & 7);
  if (!stores(asked.act)) return;
  const uint64_t word = word_at(landed);
  if ((word >> (gpa & 7) * 8 & 0xff) != kMarker) record.stray = 1;
  word_at(landed) = identity_word(landed);
}

GuestRegisters registers_for(const Case& asked, const GuestStart& start) {
  GuestRegisters registers{};
  registers.rax = asked.act == Act::shadow_stack_read ? 1 : 0;
  registers.rcx = kMarker;
  registers.rdi = start.linear_address;
  const bool second = (asked.flags & kSecondOperand) != 0;
  registers.rsi = second ? start.device : start.identity;
  registers.rdx = second ? start.identity : 0;
  return registers;
}

// Which of kRegisters are not as at VM entry. In 32-bit mode the upper halves have no meaning.
uint32_t changed_registers(const Case& asked, const GuestStart& start, const GuestRegisters& now, uint64_t rflags) {
  const GuestRegisters then = registers_for(asked, start);
  const uint64_t was[] = {then.rax, then.rbx,  then.rcx, then.rdx,  then.rsi,
                          then.rdi, start.rsp, rflags,   start.cr3, start.linear_address};
  const uint64_t is[] = {now.rax,           now.rbx,
                         now.rcx,           now.rdx,
                         now.rsi,           now.rdi,
                         vmread(kGuestRsp), vmread(kGuestRflags) & ~kResumeFlag,
                         vmread(kGuestCr3), start.shadow_stack ? vmread(kGuestSsp) : start.linear_address};
  const uint64_t mask = start.pae ? 0xffffffff : ~0ull;
  uint32_t changed = 0;
  for (unsigned n = 0; n < sizeof(kRegisters) / sizeof(kRegisters[0]); ++n) {
    if (((was[n] ^ is[n]) & mask) != 0) changed |= 1u << n;
  }
  return changed;
}

// What only the first exit tells.
void note_first_exit(const Case& asked, const GuestStart& start, const GuestRegisters& registers, uint64_t rflags,
                     Record& record) {
  record.vectoring = static_cast<uint32_t>(vmread(kVectoringInformation));
  record.instruction_length = static_cast<uint32_t>(vmread(kInstructionLength));
  record.changed_registers = changed_registers(asked, start, registers, rflags);
}

// What was logged since the index had its first value, or since room was made.
void note_log(const Case& asked, Record& record) {
  if ((asked.secondary_controls & kEnablePml) == 0 || record.end != End::exit) return;
  const uint64_t first = record.log_full != 0 ? kLastLogged : asked.flags >> kLogIndexShift;
  const uint32_t logged = static_cast<uint16_t>(first - vmread(kGuestPmlIndex));
  record.logged += logged;
  if (logged != 0 && first <= kLastLogged) record.logged_address = log.words[first];
}

// After exit 62: notes what had been done by then, and makes room in the log, so that the guest can go on.
void make_room(const Case& asked, const GuestRegisters& registers, Record& record) {
  note_log(asked, record);
  record.log_full = kLogFull;
  for (uint32_t n = 0; n < asked.word_count; ++n) {
    if (word_at(asked.words[n].address) != asked.words[n].value) record.log_full |= kLogFullFlagSet;
  }
  if ((registers.rbx & 1) != 0) record.log_full |= kLogFullAccessMade;
  vmwrite(kGuestPmlIndex, kLastLogged);
}

// Runs the guest up to an exit that tells of the access.
Entered run_to_exit(const Probe& probe, const Case& asked, GuestRegisters& registers, Record& record) {
  const Entered entered = run_guest(probe, asked, registers);
  if (entered != Entered::exit) return entered;
  note_exit(record);
  if ((asked.secondary_controls & kEnablePml) == 0 || record.reason != kReasonLogFull) return entered;
  make_room(asked, registers, record);
  const Entered again = run_guest(probe, asked, registers);
  if (again == Entered::exit) note_exit(record);
  return again;
}

void run_walk(const Probe& probe, const Case& asked, const GuestStart& start, Record& record) {
  GuestRegisters registers = registers_for(asked, start);
  const uint64_t rflags = vmread(kGuestRflags);
  record.started_at = start.rip;
  record.linear_address = start.linear_address;
  const Entered entered = run_to_exit(probe, asked, registers, record);
  if (entered != Entered::exit) {
    record.end = End::vm_fail;
    record.reason = entered == Entered::vm_fail_valid ? static_cast<uint32_t>(vmread(kInstructionError)) : 0;
    return;
  }
  if (asked.act == Act::entry_only) return;
  note_first_exit(asked, start, registers, rflags, record);
  if (asked.act == Act::fetch) return note_fetch(registers, record);
  if (asked.act == Act::load_pdptes) return note_pdptes(start, record);
  if (completes(asked, start, record)) {
    vmwrite(kGuestRip, rip_after_access(asked));
    run_to_exit(probe, asked, registers, record);
  }
  note_landing(asked, registers, record);
}

// Words afterwards, and the area for virtualization exceptions.
void note_memory(const Case& asked, Record& record) {
  for (uint32_t n = 0; n < asked.word_count && kept_count != 0; ++n) record.words[n] = word_at(asked.words[n].address);
  if ((asked.secondary_controls & kEnableVe) == 0) return;
  for (unsigned n = 0; n < 5; ++n) record.ve[n] = ve_information.words[n];
  record.ve_beyond = 0;
  for (unsigned n = 5; n < kVeWords; ++n) record.ve_beyond += ve_information.words[n] != kVeFill ? 1 : 0;
}

// The same access again, without INVEPT. False when the guest could not be entered.
bool run_again(const Probe& probe, const Case& asked, const GuestStart& start, Record& again) {
  memset(&again, 0, sizeof(again));
  again.linear_address = start.linear_address;
  again.landed = kNowhere;
  GuestRegisters registers = registers_for(asked, start);
  set_start(probe, asked, start);
  if ((asked.secondary_controls & kEnablePml) != 0) vmwrite(kGuestPmlIndex, kLastLogged);
  if (run_guest(probe, asked, registers) != Entered::exit) return false;
  note_exit(again);
  if (asked.act == Act::fetch) {
    note_fetch(registers, again);
  } else {
    note_landing(asked, registers, again);
  }
  return true;
}

// After a virtualization exception: again while the area is busy. After a violation: again, the entry being changed.
void run_repeats(const Probe& probe, const Case& asked, const GuestStart& start, Record& record) {
  Record again{};
  const bool converted = exception_of(record) == kVirtualization;
  if (record.end != End::exit || record.done != 0) return;
  if (converted) {
    // As software that has not looked at the area leaves it, or with one bit only: any value but 0 means busy.
    if ((record.id & 1) != 0) ve_information.words[0] = 0x100ull << 32;
    record.while_busy = run_again(probe, asked, start, again) ? again.reason : 0xffff;
  }
  if ((asked.flags & kUpgrade) == 0 || (record.reason != kReasonViolation && !converted)) return;
  word_at(asked.upgraded.address) = asked.upgraded.value;
  record.upgraded = run_again(probe, asked, start, again) && again.done != 0 ? 1 : 2;
}

void attempt(void* argument) {
  const Run& run = *static_cast<const Run*>(argument);
  const Case& asked = *run.asked;
  Case with_window = asked;
  if (asked.act == Act::entry_only) with_window.primary_controls |= kInterruptWindowExiting;
  if (!set_controls(*run.probe, with_window)) {
    run.record->end = End::unsupported;
    return;
  }
  GuestStart start = prepare_guest(asked);
  const bool reads = asked.act == Act::shadow_stack_read;
  const bool shadow = reads || asked.act == Act::shadow_stack_write;
  start.shadow_stack = shadow;
  const bool user = reads && (asked.flags & kUserPage) != 0;
  if (!set_guest_mode(*run.probe, {start.pae, shadow, user})) {
    run.record->end = End::unsupported;
    return;
  }
  put_words(asked);
  set_case(*run.probe, asked, start);
  const uint64_t ept = capability(*run.probe, 0x48c);
  if ((ept >> 26 & 1) != 0) invept(2, 0);
  if ((ept >> 26 & 1) == 0 && (ept >> 25 & 1) != 0) invept(1, asked.eptp);
  run_walk(*run.probe, asked, start, *run.record);
  note_log(asked, *run.record);
  note_memory(asked, *run.record);
  run_repeats(*run.probe, asked, start, *run.record);
}

}  // namespace

void fill_pages(const uint64_t* pages, uint32_t count) {
  for (uint32_t n = 0; n < count; ++n) {
    for (uint64_t at = pages[n]; at < pages[n] + 4096; at += 8) word_at(at) = identity_word(at);
  }
}

uint64_t changed_words(const uint64_t* pages, uint32_t count, uint64_t* first) {
  uint64_t changed = 0;
  for (uint32_t n = 0; n < count; ++n) {
    for (uint64_t at = pages[n]; at < pages[n] + 4096; at += 8) {
      if (word_at(at) == identity_word(at)) continue;
      if (changed++ == 0) *first = at;
    }
  }
  return changed;
}

void run_case(const Probe& probe, const Case& asked, Record& record) {
  memset(&record, 0, sizeof(record));
  record.id = asked.id;
  record.landed = kNowhere;
  Run run{&probe, &asked, &record};
  if (guarded(attempt, &run) != 0) {
    record.end = End::trap;
    record.interruption = static_cast<uint32_t>(last_trap.vector);
    record.error_code = static_cast<uint32_t>(last_trap.error_code);
    record.rip = last_trap.rip;
    record.qualification = last_trap.cr2;
    note_memory(asked, record);
  }
}

void finish_cases() { put_back_unwanted(); }

}  // namespace image
