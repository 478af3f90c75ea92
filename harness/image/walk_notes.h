// What a record says of a VM exit, and of how the access of a walk ended. Judges nothing. Tests: tests/harness/boot.
#pragma once

#include "harness/image/guest.h"
#include "harness/image/vmx.h"
#include "harness/image/wire.h"

namespace image {

// Reason, end, and what an exit for that reason saves.
void note_exit(Record& record);
// Of a VM entry that did not come to an exit.
void note_vm_fail(Entered entered, Record& record);

// The vector of an exception in the guest; otherwise none.
constexpr uint32_t kNoException = ~0u;
uint32_t exception_of(const Record& record);

// Whether the exception is the one with which the act ends when it got what it accessed: a self-identifying word is a
// guest entry that is not present, no stack frame, and no gate.
bool completes(const Case& asked, const GuestStart& start, const Record& record);

// Whether the access was completed, and where.
void note_access(const Case& asked, const GuestStart& start, const GuestRegisters& registers, Record& record);

GuestRegisters registers_for(const Case& asked, const GuestStart& start);

// What only the first exit tells. rflags: those at VM entry.
void note_first_exit(const Case& asked, const GuestStart& start, const GuestRegisters& registers, uint64_t rflags,
                     Record& record);

}  // namespace image
