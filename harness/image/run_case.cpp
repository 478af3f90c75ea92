#include "harness/image/run_case.h"

#include "harness/image/cpu.h"
#include "harness/image/guest.h"
#include "harness/image/support.h"
#include "harness/image/traps.h"
#include "harness/image/vmcs_fields.h"
#include "harness/image/vmx.h"

namespace image {

namespace {

constexpr uint64_t kTableAddress = 0xffffffffff000;
constexpr uint32_t kInterruptWindowExiting = 1u << 2;
constexpr uint64_t kInterruptsOn = 0x202;
constexpr uint32_t kPageFault = 0x8000030e & 0x800007ff;
constexpr uint32_t kReasonException = 0;
constexpr uint32_t kEntryFailed = 0x80000000;

struct alignas(4096) Page {
  uint64_t words[512];
};
Page sub_page_root;   // all zero: every lookup ends at it
Page ve_information;  // virtualization-exception information

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
    put((asked.eptp & kTableAddress) + 8 * own_root_index(asked), own_root_entry());
  }
  put_back_unwanted();
}

void set_case(const Probe& probe, const Case& asked, const GuestStart& start) {
  vmwrite(kEptp, asked.eptp);
  vmwrite(kGuestCr3, start.cr3);
  vmwrite(kGuestRip, start.rip);
  vmwrite(kGuestRflags, asked.act == Act::entry_only ? kInterruptsOn : 2);
  vmwrite(kGuestInterruptibility, 0);
  vmwrite(kGuestPendingDebug, 0);
  vmwrite(kGuestActivity, 0);
  vmwrite(kEntryInterruption, 0);
  if ((capability(probe, 0x48b) >> 55 & 1) != 0) vmwrite(kSpptp, address_of(&sub_page_root));
  if ((capability(probe, 0x48b) >> 50 & 1) != 0) vmwrite(kVeInformation, address_of(&ve_information));
  for (unsigned n = 0; n < 5; ++n) ve_information.words[n] = 0;
  if ((asked.flags & kArmedVe) == 0) ve_information.words[0] = 0xffffffffull << 32;
  arm_watchdog(probe);
}

void note_exit(Record& record) {
  record.reason = static_cast<uint32_t>(vmread(kExitReason));
  record.end = (record.reason & kEntryFailed) != 0 ? End::entry_failure : End::exit;
  record.qualification = vmread(kQualification);
  record.guest_physical_address = vmread(kGuestPhysicalAddress);
  record.guest_linear_address = vmread(kGuestLinearAddress);
  record.interruption = static_cast<uint32_t>(vmread(kExitInterruption));
  record.error_code = static_cast<uint32_t>(vmread(kExitErrorCode));
  record.rip = vmread(kGuestRip);
}

bool is_page_fault(const Record& record) {
  return record.end == End::exit && record.reason == kReasonException &&
         (record.interruption & 0x800007ff) == kPageFault;
}

// Where the access went, told by the memory itself.
void note_landing(const Case& asked, const GuestRegisters& registers, Record& record) {
  const uint64_t gpa = asked.guest_physical_address;
  if (asked.act == Act::fetch) {
    // The self-identifying word was executed; the guest stands on its VMCALL.
    if (record.reason != 18 || record.rip != record.linear_address + 5) return;
    record.done = 1;
    record.landed = registers.rax << 3 | (gpa & 7);
    return;
  }
  record.done = static_cast<uint32_t>(registers.rbx & 1);
  if (record.done == 0 || record.reason != 18 || !is_identity(registers.rdx)) return;
  const uint64_t landed = identified(registers.rdx) ^ 8;
  record.landed = landed | (gpa & 7);
  if (asked.act != Act::write && asked.act != Act::read_modify_write && asked.act != Act::shadow_stack_write) return;
  const uint64_t word = word_at(landed);
  if ((word >> (gpa & 7) * 8 & 0xff) != kMarker) record.stray = 1;
  word_at(landed) = identity_word(landed);
}

void run_walk(const Probe& probe, const Case& asked, const GuestStart& start, Record& record) {
  GuestRegisters registers{};
  registers.rcx = kMarker;
  registers.rdi = start.linear_address;
  const bool second = (asked.flags & kSecondOperand) != 0;
  registers.rsi = second ? start.device : start.identity;
  registers.rdx = second ? start.identity : 0;
  record.linear_address = start.linear_address;
  const Entered entered = run_guest(registers);
  if (entered != Entered::exit) {
    record.end = End::vm_fail;
    record.reason = entered == Entered::vm_fail_valid ? static_cast<uint32_t>(vmread(kInstructionError)) : 0;
    return;
  }
  note_exit(record);
  if (asked.act == Act::entry_only) return;
  if (asked.act == Act::guest_walk && is_page_fault(record)) {
    // The guest's entry was read: it is a self-identifying word, which is not present.
    vmwrite(kGuestRip, rip_after_access(asked));
    arm_watchdog(probe);
    run_guest(registers);
    note_exit(record);
  }
  note_landing(asked, registers, record);
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
  const GuestStart start = prepare_guest(asked);
  const bool reads = asked.act == Act::shadow_stack_read;
  const bool shadow = reads || asked.act == Act::shadow_stack_write;
  const bool user = reads && (asked.flags & kUserPage) != 0;
  if (!set_shadow_stack(*run.probe, {shadow, user, shadow ? start.linear_address & ~7ull : 0})) {
    run.record->end = End::unsupported;
    return;
  }
  put_words(asked);
  set_case(*run.probe, asked, start);
  const uint64_t ept = capability(*run.probe, 0x48c);
  if ((ept >> 26 & 1) != 0) invept(2, 0);
  if ((ept >> 26 & 1) == 0 && (ept >> 25 & 1) != 0) invept(1, asked.eptp);
  run_walk(*run.probe, asked, start, *run.record);
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

void prepare_cases(uint64_t device) { build_guest(device); }

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
  }
  for (uint32_t n = 0; n < asked.word_count && kept_count != 0; ++n) record.words[n] = word_at(asked.words[n].address);
  for (unsigned n = 0; n < 5; ++n) record.ve[n] = ve_information.words[n];
}

void finish_cases() { put_back_unwanted(); }

}  // namespace image
