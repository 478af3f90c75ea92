// The data between host and image: cases in, probe and records out. Plain 64-bit layouts, little endian, no
// expectations. Both sides own it; nothing else uses it. Freestanding. Tests: tests/harness/metal/blob_test.cpp.
#pragma once

#include <cstdint>

namespace image {

// NOLINTBEGIN(modernize-avoid-c-arrays): layouts of bytes, in a program without a library

constexpr uint32_t kWireVersion = 8;
constexpr uint64_t kCasesMagic = 0x5345534143545045;    // "EPTCASES"
constexpr uint64_t kProbeMagic = 0x45424f5250545045;    // "EPTPROBE"
constexpr uint64_t kTrailerMagic = 0x21444e4554504523;  // "#EPTEND!"
constexpr uint32_t kRecordMagic = 0x43455245;           // "EREC"

// One 8-byte word that is put into memory before a case. Of a check, the address is an offset into kScratchPages.
struct Word {
  uint64_t address;
  uint64_t value;
};

// What the image adds to the value of a field that is an address. All of it is memory of its own.
enum class Base : uint32_t {
  none,
  scratch,       // pages that are zero before a case
  msr_area,      // entries of MSRs that may be loaded and stored; kMsrAreaEntries of them
  identity_map,  // EPT tables that map what the image uses, of the walk length in bits 5:3 of the value
};
constexpr unsigned kScratchPages = 3;
constexpr unsigned kMsrAreaEntries = 512;

// One field of the VMCS: what a walk wants of it, or what a check writes.
struct Field {
  uint32_t encoding;
  Base base;
  uint64_t value;
};

// Of one case.
constexpr uint32_t kMostFields = 255;
constexpr uint32_t kMostWords = 255;

// Where the guest's own pages are in its guest-physical addresses: in a part that is not under test.
enum class Own : uint32_t { at_512_gbyte, at_zero, at_256_tbyte, at_1_gbyte };
constexpr unsigned kOwns = 4;
constexpr uint64_t own_base(Own own) {
  switch (own) {
    case Own::at_512_gbyte: return uint64_t{1} << 39;
    case Own::at_zero: return 0;
    case Own::at_256_tbyte: return uint64_t{1} << 48;
    case Own::at_1_gbyte: return uint64_t{1} << 30;
  }
  return 0;
}
constexpr uint64_t kOwnCode = uint64_t{kOwns} * 0x4000;  // page tables for each place, then the code

// How the guest makes the access.
enum class Act : uint32_t {
  entry_only,  // none: VM entry, and an exit before the first instruction
  read,
  write,
  read_modify_write,
  fetch,
  guest_walk,  // the address is that of the guest's page-table entry for a read
  shadow_stack_read,
  shadow_stack_write,
  load_pdptes,        // MOV to CR3 in PAE paging: the address is that of the page-directory-pointer table
  interrupt_return,   // IRET while NMIs are blocked: the address is that of its stack frame
  deliver_interrupt,  // INT: the address is that of the gate
  // Checks. The fields are written as they are given, and put back afterwards.
  check_entry,   // VM entry, to a guest that executes VMCALL
  check_vmfunc,  // VMFUNC, operands: EAX, ECX; and where it is completed, VMCALL
  check_invept,  // INVEPT, operands: its type, the descriptor; and where it is completed in a guest, VMCALL
};
constexpr bool is_check(Act act) { return act >= Act::check_entry; }

// Where a check executes its instruction; VM entry needs `guest`.
enum class Operation : uint32_t { outside_vmx, root, guest };

// Case::flags. Of the guest's page-table entry for the address under test:
constexpr uint32_t kUserPage = 1;         // U/S=1
constexpr uint32_t kWritablePage = 2;     // R/W=1
constexpr uint32_t kExecuteDisable = 4;   // XD=1
constexpr uint32_t kArmedVe = 8;          // the virtualization-exception information area is free: #VE is delivered
constexpr uint32_t kUnverifiedWalk = 16;  // bit 58 is 0 in the EPT entries that map the guest's page tables
constexpr uint32_t kOtherWatchdog = 32;   // the local APIC's timer, as where there is no VMX-preemption timer
constexpr uint32_t kSecondOperand = 64;   // the instruction reads a byte of the device first
constexpr uint32_t kUpgrade = 128;        // after a violation: change a word, make the access again, without INVEPT

// What the image writes before a case, so that the host knows it again: the EPTP index, and each word of the
// virtualization-exception information area behind the fourth.
constexpr uint64_t kEptpIndex = 0x1234;
constexpr uint64_t kVeFill = 0xa5a5a5a5a5a5a5a5;
constexpr uint64_t kVeBusy = 0xffffffffULL << 32;  // the first word where no #VE may be delivered

// Case::flags, bits 31:16: the index of the page-modification log, where the case switches it on.
constexpr unsigned kLogIndexShift = 16;
constexpr uint32_t kLastLogged = 511;  // the log grows down from its last entry

// Secondary controls: for virtualization exceptions; and one set by the host where the case is to log what it writes.
constexpr uint32_t kEnableVe = 1U << 18;
constexpr uint32_t kEnablePml = 1U << 17;

// Behind it are its fields, then its words.
struct Case {
  uint64_t id;
  uint32_t size;  // in bytes, with fields and words
  Act act;
  uint32_t flags;
  Own own;             // unused by entry_only, likewise the next; of checks neither these nor what follows but operands
  uint32_t own_level;  // of the EPT entry that leads to the guest's own pages: 5, 4 or 3
  Operation operation;  // of a check
  uint32_t field_count;
  uint32_t word_count;
  uint64_t guest_physical_address;
  uint64_t own_slot;  // physical address of the entry of own_level
  Word upgraded;      // of kUpgrade
  uint64_t operands[3];
};
static_assert(sizeof(Case) == 96 && sizeof(Field) == 16 && sizeof(Word) == 16);

constexpr uint64_t size_of_case(uint64_t fields, uint64_t words) {
  return sizeof(Case) + fields * sizeof(Field) + words * sizeof(Word);
}
inline const Field* fields_of(const Case& one) { return reinterpret_cast<const Field*>(&one + 1); }
inline const Word* words_of(const Case& one) { return reinterpret_cast<const Word*>(fields_of(one) + one.field_count); }
// What the case wants of a field; 0 where it says nothing.
inline uint64_t value_of(const Case& one, uint64_t encoding) {
  for (uint32_t n = 0; n < one.field_count; ++n) {
    if (fields_of(one)[n].encoding == encoding) return fields_of(one)[n].value;
  }
  return 0;
}
inline const Case* case_behind(const Case* one) {
  return reinterpret_cast<const Case*>(reinterpret_cast<const uint8_t*>(one) + one->size);
}
// The case that begins there, if it is whole within `size` bytes; else null.
inline const Case* case_at(const void* from, uint64_t size) {
  const auto* const one = static_cast<const Case*>(from);
  if (size < sizeof(Case) || one->size > size || one->field_count > kMostFields || one->word_count > kMostWords)
    return nullptr;
  return one->size == size_of_case(one->field_count, one->word_count) ? one : nullptr;
}

// CasesHeader::flags.
constexpr uint32_t kOverSerial = 1;   // results are sent over the serial line too, as frames
constexpr uint32_t kAskForCases = 2;  // afterwards cases are taken from the serial line, and run likewise

// Head of the blob: behind it `page_count` addresses of pages to be filled with self-identifying words, then the cases.
struct CasesHeader {
  uint64_t magic;
  uint32_t version;
  uint32_t crc;  // CRC-32C of everything behind the header
  uint32_t page_count;
  uint32_t case_count;
  uint64_t results;  // where probe, records and trailer go; 0: where whoever booted the image has room
  uint64_t tables;   // where the host put the windows of tables and of pages (harness/metal/windows.h)
  uint64_t pages;
  uint64_t asked;  // digest of what the host was asked, before it made these cases of it
  uint32_t flags;
  uint32_t cases_size;    // in bytes, of all cases
  uint32_t record_words;  // the most words that a case has: so many has each record
  uint32_t padding;
};
static_assert(sizeof(CasesHeader) == 72);
// In bytes, of what follows the header.
constexpr uint64_t body_size(const CasesHeader& header) {
  return uint64_t{header.page_count} * sizeof(uint64_t) + header.cases_size;
}

constexpr unsigned kMaxRanges = 32;

struct MemoryRange {  // RAM that is free to use
  uint64_t base;
  uint64_t size;
};

// Why there is nothing to run.
enum class Obstacle : uint32_t {
  none,
  no_vmx,
  vmx_locked_off,
  no_secondary_controls,
  no_ept,
  bad_cases,
  vmxon_failed,
  no_cases,   // there are none: the image only describes the machine
  no_memory,  // Probe::missing is an address that the cases need and that is no free memory below 4 GBytes
};

constexpr unsigned kVmxMsrs = 20;  // 480H to 493H

struct Probe {
  uint64_t magic;
  uint32_t version;
  Obstacle obstacle;
  char brand[48];
  uint32_t signature;  // CPUID.1:EAX
  uint32_t hypervisor;
  uint32_t maxphyaddr;
  uint32_t range_count;
  uint64_t feature_control;
  uint64_t msr_present;  // bit n: MSR 480H+n could be read
  uint64_t msr[kVmxMsrs];
  char hypervisor_name[16];
  MemoryRange ranges[kMaxRanges];  // without what image and cases take
  uint64_t missing;
  uint64_t results;  // of the cases that are run, as in their header
  uint64_t tables;
  uint64_t pages;
  uint64_t asked;
  uint32_t case_count;
  uint32_t cases_crc;
  uint32_t record_words;
  uint32_t reserved;
  uint32_t padding;
  uint32_t crc;  // of everything before it
};
constexpr unsigned kProbeSize = 4096;
static_assert(sizeof(Probe) <= kProbeSize);

// How a case ended.
enum class End : uint32_t {
  exit = 1,       // VM exit
  entry_failure,  // VM exit 33 or 34 and bit 31 of the reason
  vm_fail,        // VMfail; `reason` is the VM-instruction error, or 0 for VMfailInvalid
  trap,           // exception in the image: `interruption` is the vector, `qualification` CR2, `rip` where
  unsupported,    // a control, or a field of a check (`qualification`: its encoding), that the case wants is not there
  begun,          // none: the machine was at this case, or about to come to it, when the results were saved
  reset,          // none: the machine never came back from this case
  completed,      // the instruction of a check, which was not executed in a guest
};

// Basic exit reasons (SDM Vol. 3D, appendix C).
constexpr uint32_t kReasonException = 0;
constexpr uint32_t kReasonInterrupt = 1;
constexpr uint32_t kReasonTripleFault = 2;
constexpr uint32_t kReasonInterruptWindow = 7;
constexpr uint32_t kReasonHlt = 12;
constexpr uint32_t kReasonVmcall = 18;
constexpr uint32_t kReasonViolation = 48;
constexpr uint32_t kReasonMisconfiguration = 49;
constexpr uint32_t kReasonTimer = 52;
constexpr uint32_t kReasonLogFull = 62;
constexpr uint32_t kReasonSubPage = 66;

// Where an instruction with two operands has its first one: the page behind the window of pages. Without memory, so
// that a hypervisor has to carry out the whole instruction itself, or a page like any other.
constexpr uint64_t device_behind(uint64_t pages) { return pages + (uint64_t{1} << 30); }

// Record::log_full.
constexpr uint32_t kLogFull = 1;            // VM exit 62
constexpr uint32_t kLogFullFlagSet = 2;     // and a flag had been set
constexpr uint32_t kLogFullAccessMade = 4;  // and the access made

constexpr uint64_t kNowhere = ~0ULL;

// Behind it are CasesHeader::record_words words, those of the case afterwards, and a Seal.
struct Record {
  uint32_t magic;
  uint32_t sequence;
  uint64_t id;
  End end;
  uint32_t reason;
  uint64_t qualification;
  uint64_t guest_physical_address;
  uint64_t guest_linear_address;
  uint32_t interruption;
  uint32_t error_code;
  uint64_t rip;
  uint64_t linear_address;  // that the guest used
  uint64_t landed;          // physical address that the completed access reached, or kNowhere
  uint32_t done;            // 1: the access, or the instruction of a check, was completed
  uint32_t stray;           // 1: a store did not arrive where reads say
  uint64_t ve[5];           // virtualization-exception information
  uint32_t vectoring;       // original-event information of the first exit; likewise the next four
  uint32_t instruction_length;
  uint64_t started_at;         // RIP at VM entry
  uint32_t changed_registers;  // bit n: kRegisters has it at place n, and it is not as at VM entry
  uint32_t ve_beyond;          // words behind those of `ve` that were changed
  uint32_t while_busy;         // after a #VE: reason of the exit of the same access, the information area being busy
  uint32_t upgraded;           // of kUpgrade after a violation: 1 access completed, 2 it was not; otherwise 0
  uint32_t logged;             // entries in the page-modification log, where the case switches it on
  uint32_t log_full;           // kLogFull..., where exit 62 came first; the index was then set to kLastLogged
  uint64_t logged_address;     // the first of them
};
struct Seal {
  uint32_t padding;
  uint32_t crc;  // of everything before it, from the begin of the record
};
static_assert(sizeof(Record) == 176 && sizeof(Seal) == 8);
constexpr uint64_t size_of_record(uint64_t words) { return sizeof(Record) + words * sizeof(uint64_t) + sizeof(Seal); }
inline uint64_t* words_of(Record& record) { return reinterpret_cast<uint64_t*>(&record + 1); }

// CR3 is not the guest's own: it tells whether a load of PDPTEs was completed.
constexpr const char* kRegisters[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rflags", "cr3", "ssp"};

struct Trailer {
  uint64_t magic;
  uint64_t records;
  uint64_t changed;        // words of the self-identifying pages or tables that are not as they were put
  uint64_t first_changed;  // address of one of them
  uint64_t cycles;
  uint32_t padding;
  uint32_t crc;
};
static_assert(sizeof(Trailer) == 48);
// In bytes, of all results of so many cases with so many words in a record.
constexpr uint64_t results_size(uint64_t cases, uint64_t words) {
  return kProbeSize + cases * size_of_record(words) + sizeof(Trailer);
}

// A piece of the results on the serial line, in the midst of words for people: the frame, then `size` bytes that go to
// `offset` of the results. A later piece is the later word.
struct Frame {
  uint64_t magic;
  uint32_t offset;
  uint32_t size;  // a multiple of 8
  uint32_t data_crc;
  uint32_t reserved;
  uint32_t padding;
  uint32_t crc;  // of everything before it
};
static_assert(sizeof(Frame) == 32);
// In the other direction such pieces are the cases, from their header on. Each is answered by one of two bytes; the
// last has no data.
constexpr uint8_t kTaken = 0x06;
constexpr uint8_t kDamaged = 0x15;
constexpr uint64_t kFrameMagic = 0x1d454d4152465445;  // "ETFRAME" and a byte that no text has
constexpr uint32_t kFrameData = 2048;                 // most bytes of one

// A word that identifies its own address, when it is read as data and when it is executed: mov $address/8, %eax;
// vmcall.
constexpr uint64_t identity_word(uint64_t address) { return 0xc1010f00000000b8U | (address >> 3 & 0xffffffffU) << 8; }
constexpr bool is_identity(uint64_t word) { return (word & 0xffffff00000000ffU) == 0xc1010f00000000b8U; }
constexpr uint64_t identified(uint64_t word) { return (word >> 8 & 0xffffffffU) << 3; }

constexpr uint32_t crc32c_byte(uint32_t crc, uint8_t byte) {
  crc ^= byte;
  for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0x82f63b78U & (0U - (crc & 1U)));
  return crc;
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace image
