#include "harness/image/walk.h"

#include "harness/image/case_words.h"
#include "harness/image/cpu.h"
#include "harness/image/guest.h"
#include "harness/image/support.h"
#include "harness/image/vmcs_fields.h"
#include "harness/image/vmx.h"
#include "harness/image/walk_notes.h"

namespace image {

namespace {

constexpr uint64_t kInterruptsOn = 0x202;
constexpr uint64_t kInterruptsOff = 0x2;
constexpr uint64_t kInterruptLimit = 0xffff;
constexpr uint64_t kBlockedByNmi = 1u << 3;
constexpr unsigned kVeWords = 512;
constexpr uint32_t kVirtualization = 20;

Page sub_page_root;   // all zero: every lookup ends at it
Page ve_information;  // virtualization-exception information
Page log;             // page-modification log

bool logs(const Case& asked) { return (value_of(asked, kSecondaryControls) & kEnablePml) != 0; }
bool has_ve(const Case& asked) { return (value_of(asked, kSecondaryControls) & kEnableVe) != 0; }

uint64_t sub_page_table(const Case& asked) {
  const uint64_t wanted = value_of(asked, kSpptp);
  return wanted != 0 ? wanted : address_of(&sub_page_root);
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
  vmwrite(kEptp, value_of(asked, kEptp));
  set_start(probe, asked, start);
  if (logs(asked)) {
    vmwrite(kPmlAddress, address_of(&log));
    vmwrite(kGuestPmlIndex, asked.flags >> kLogIndexShift);
  }
  if ((capability(probe, 0x48b) >> 55 & 1) != 0) vmwrite(kSpptp, sub_page_table(asked));
  if ((capability(probe, 0x48b) >> 50 & 1) != 0) {
    vmwrite(kVeInformation, address_of(&ve_information));
    vmwrite(kEptpIndexField, kEptpIndex);
  }
  if (has_ve(asked)) set_ve_information((asked.flags & kArmedVe) == 0);
}

// What was logged since the index had its first value, or since room was made.
void note_log(const Case& asked, Record& record) {
  if (!logs(asked) || record.end != End::exit) return;
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
    if (word_at(words_of(asked)[n].address) != words_of(asked)[n].value) record.log_full |= kLogFullFlagSet;
  }
  if ((registers.rbx & 1) != 0) record.log_full |= kLogFullAccessMade;
  vmwrite(kGuestPmlIndex, kLastLogged);
}

// Runs the guest up to an exit that tells of the access.
Entered run_to_exit(const Probe& probe, const Case& asked, GuestRegisters& registers, Record& record) {
  const Entered entered = run_guest(probe, asked, registers);
  if (entered != Entered::exit) return entered;
  note_exit(record);
  if (!logs(asked) || record.reason != kReasonLogFull) return entered;
  make_room(asked, registers, record);
  const Entered again = run_guest(probe, asked, registers);
  if (again == Entered::exit) note_exit(record);
  return again;
}

void make_access(const Probe& probe, const Case& asked, const GuestStart& start, Record& record) {
  GuestRegisters registers = registers_for(asked, start);
  const uint64_t rflags = vmread(kGuestRflags);
  record.started_at = start.rip;
  record.linear_address = start.linear_address;
  const Entered entered = run_to_exit(probe, asked, registers, record);
  if (entered != Entered::exit) {
    note_vm_fail(entered, record);
    return;
  }
  if (asked.act == Act::entry_only) return;
  note_first_exit(asked, start, registers, rflags, record);
  const bool of_data = asked.act != Act::fetch && asked.act != Act::load_pdptes;
  if (of_data && completes(asked, start, record)) {
    vmwrite(kGuestRip, rip_after_access(asked));
    run_to_exit(probe, asked, registers, record);
  }
  note_access(asked, start, registers, record);
}

// The same access again, without INVEPT. False when the guest could not be entered.
bool run_again(const Probe& probe, const Case& asked, const GuestStart& start, Record& again) {
  memset(&again, 0, sizeof(again));
  again.linear_address = start.linear_address;
  again.landed = kNowhere;
  GuestRegisters registers = registers_for(asked, start);
  set_start(probe, asked, start);
  if (logs(asked)) vmwrite(kGuestPmlIndex, kLastLogged);
  if (run_guest(probe, asked, registers) != Entered::exit) return false;
  note_exit(again);
  note_access(asked, start, registers, again);
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

}  // namespace

void note_memory(const Case& asked, Record& record) {
  note_words(asked, record);
  if (!has_ve(asked)) return;
  for (unsigned n = 0; n < 5; ++n) record.ve[n] = ve_information.words[n];
  record.ve_beyond = 0;
  for (unsigned n = 5; n < kVeWords; ++n) record.ve_beyond += ve_information.words[n] != kVeFill ? 1 : 0;
}

void run_walk(const Probe& probe, const Case& asked, Record& record) {
  GuestStart start = prepare_guest(asked);
  const bool reads = asked.act == Act::shadow_stack_read;
  start.shadow_stack = reads || asked.act == Act::shadow_stack_write;
  const bool user = reads && (asked.flags & kUserPage) != 0;
  if (!set_controls(probe, asked) || !set_guest_mode(probe, {start.pae, start.shadow_stack, user})) {
    record.end = End::unsupported;
    return;
  }
  put_words(asked);
  set_case(probe, asked, start);
  invalidate_mappings(probe, value_of(asked, kEptp));
  make_access(probe, asked, start, record);
  note_log(asked, record);
  note_memory(asked, record);
  run_repeats(probe, asked, start, record);
}

}  // namespace image
