#include "harness/image/check.h"

#include "harness/image/check_memory.h"
#include "harness/image/cpu.h"
#include "harness/image/support.h"
#include "harness/image/vmcs_fields.h"
#include "harness/image/vmx.h"
#include "harness/image/walk_notes.h"

extern "C" uint8_t check_entry_code[];
extern "C" uint8_t check_vmfunc_code[];
extern "C" uint8_t check_vmfunc_completed[];
extern "C" uint8_t check_invept_code[];

namespace image {

namespace {

constexpr uint32_t kEferMsr = 0xc0000080;
constexpr uint64_t kInterruptsOff = 0x2;
constexpr uint64_t kAlways = 0xffffffff;  // of the VMX-preemption timer: it does not expire

// Fields that a check has written, and what they held before.
struct Changed {
  uint64_t encoding;
  uint64_t before;
};
constexpr unsigned kOfGuest = 32;
Changed changed[kMostFields + kOfGuest];
unsigned changed_count = 0;
bool outside_vmx = false;

// False when there is no such field.
bool put_field(uint64_t encoding, uint64_t value) {
  uint64_t before = 0;
  if (!vmread_if(encoding, before)) return false;
  if (before == value) return true;
  changed[changed_count++] = {encoding, before};
  vmwrite(encoding, value);
  return true;
}

bool put_fields(const Case& asked, Record& record) {
  for (uint32_t n = 0; n < asked.field_count; ++n) {
    const Field& field = fields_of(asked)[n];
    if (put_field(field.encoding, field.value + base_of(field))) continue;
    // What a field that does not exist would hold is 0; of an address only the image's own part may be left.
    if (field.value == 0 || field.base != Base::none) continue;
    record.end = End::unsupported;
    record.qualification = field.encoding;
    return false;
  }
  return true;
}

// Beside 64-bit mode at privilege level 0: the address space of the image, and no IDT, so that an event that a case
// injects ends the guest.
void set_guest(uint64_t rip) {
  const Changed fields[] = {{kGuestRip, rip},
                            {kGuestRsp, 0},
                            {kGuestRflags, kInterruptsOff},
                            {kGuestCr0, read_cr<0>()},
                            {kGuestCr3, read_cr<3>()},
                            {kGuestCr4, read_cr<4>()},
                            {kGuestEfer, read_msr(kEferMsr)},
                            {kGuestIdtrBase, 0},
                            {kGuestIdtrLimit, 0},
                            {kGuestInterruptibility, 0},
                            {kGuestPendingDebug, 0},
                            {kGuestActivity, 0},
                            {kGuestPmlIndex, kLastLogged},
                            {kPreemptionTimerValue, kAlways}};
  static_assert(sizeof(fields) / sizeof(fields[0]) <= kOfGuest);
  for (const Changed& field : fields) put_field(field.encoding, field.before);
}

uint64_t code_of(Act act) {
  if (act == Act::check_vmfunc) return address_of(check_vmfunc_code);
  return address_of(act == Act::check_invept ? check_invept_code : check_entry_code);
}

void run_in_guest(const Probe& probe, const Case& asked, Record& record) {
  set_guest_mode(probe, {});
  set_check_memory(asked);
  record.started_at = code_of(asked.act);
  set_guest(record.started_at);
  if (!put_fields(asked, record)) return;
  invalidate_mappings(probe, 0);
  GuestRegisters registers{};
  registers.rax = registers.rdi = asked.operands[0];
  registers.rcx = asked.operands[1];
  registers.rsi = address_of(&asked.operands[1]);
  uint32_t reason = 0;
  const Entered entered = enter_once(registers, reason);
  if (entered != Entered::exit) return note_vm_fail(entered, record);
  note_exit(record);
  record.instruction_length = static_cast<uint32_t>(vmread(kInstructionLength));
  record.done =
      record.rip == address_of(asked.act == Act::check_vmfunc ? check_vmfunc_completed : check_entry_code) ? 1 : 0;
}

// In the image itself. An exception ends it (run_case).
void run_here(const Case& asked, Record& record) {
  if (asked.act == Act::check_vmfunc) {
    asm volatile("vmfunc" : : "a"(asked.operands[0]), "c"(asked.operands[1]) : "cc", "memory");
  } else {
    uint64_t flags = 0;
    asm volatile("invept %1, %2; pushfq; popq %0"
                 : "=r"(flags)
                 : "m"(asked.operands[1]), "r"(asked.operands[0])
                 : "cc", "memory");
    constexpr uint64_t kCarry = 1;
    constexpr uint64_t kZero = 1u << 6;
    if ((flags & kCarry) != 0) return note_vm_fail(Entered::vm_fail_invalid, record);
    if ((flags & kZero) != 0) return note_vm_fail(Entered::vm_fail_valid, record);
  }
  record.end = End::completed;
  record.done = 1;
}

}  // namespace

void run_check(const Probe& probe, const Case& asked, Record& record) {
  if (asked.act == Act::check_entry || asked.operation == Operation::guest) return run_in_guest(probe, asked, record);
  if (asked.operation == Operation::outside_vmx) {
    leave_vmx();
    outside_vmx = true;
  }
  run_here(asked, record);
}

void finish_check(const Probe& probe) {
  while (changed_count != 0) {
    const Changed& field = changed[--changed_count];
    vmwrite(field.encoding, field.before);
  }
  if (outside_vmx) enter_vmx(probe);
  outside_vmx = false;
}

}  // namespace image
