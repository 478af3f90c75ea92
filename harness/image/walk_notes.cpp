#include "harness/image/walk_notes.h"

#include "harness/image/cpu.h"
#include "harness/image/vmcs_fields.h"

namespace image {

namespace {

constexpr uint32_t kBreakpoint = 3;
constexpr uint32_t kPageFault = 14;
constexpr uint32_t kEntryFailed = 0x80000000;
constexpr uint64_t kResumeFlag = 1u << 16;

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

}  // namespace

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

void note_vm_fail(Entered entered, Record& record) {
  record.end = End::vm_fail;
  record.reason = entered == Entered::vm_fail_valid ? static_cast<uint32_t>(vmread(kInstructionError)) : 0;
}

uint32_t exception_of(const Record& record) {
  const bool is = record.end == End::exit && record.reason == kReasonException && (record.interruption >> 31) != 0;
  return is ? record.interruption & 0xff : kNoException;
}

bool completes(const Case& asked, const GuestStart& start, const Record& record) {
  const uint32_t vector = exception_of(record);
  if (vector == kNoException || record.rip != start.completed_at) return false;
  return asked.act == Act::guest_walk ? vector == kPageFault : vector < kPageFault && vector > 9;
}

void note_access(const Case& asked, const GuestStart& start, const GuestRegisters& registers, Record& record) {
  switch (asked.act) {
    case Act::fetch: return note_fetch(registers, record);
    case Act::load_pdptes: return note_pdptes(start, record);
    default: return note_landing(asked, registers, record);
  }
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

void note_first_exit(const Case& asked, const GuestStart& start, const GuestRegisters& registers, uint64_t rflags,
                     Record& record) {
  record.vectoring = static_cast<uint32_t>(vmread(kVectoringInformation));
  record.instruction_length = static_cast<uint32_t>(vmread(kInstructionLength));
  record.changed_registers = changed_registers(asked, start, registers, rflags);
}

}  // namespace image
