// The guest: its own pages (code and page tables), once for each place where they can be, since they must lie in a part
// of the guest-physical addresses that is not under test; and the EPT tables that map them. What a case puts to the
// test is not here.
#pragma once

#include "harness/image/wire.h"

namespace image {

// Linear addresses of the guest.
constexpr uint64_t kLinearCode = 0x0;
constexpr uint64_t kLinearUnderTest = 0x1000;  // maps the page of the address under test
constexpr uint64_t kLinearDevice = 0x2000;
constexpr uint64_t kLinearWalk = 0x200000;  // its page table is at the address under test

constexpr uint8_t kMarker = 0x5a;  // what a store stores; no self-identifying word has it where a store goes

struct GuestStart {
  uint64_t cr3;
  uint64_t rip;
  uint64_t rsp;
  uint64_t linear_address;  // of the access
  uint64_t device;          // of a byte with the value that a store stores
  uint64_t identity;        // linear address of the self-identifying word beside it
  uint64_t idt;             // so that the gate of the guest's INT is where it makes its access
  uint64_t completed_at;    // RIP of the exception with which the act ends when its access was made
  bool nmi_blocked;
  bool shadow_stack;  // SSP is the linear address
  bool pae;           // 32-bit mode; CR3 is not used, `pdpte` is the first of the page-directory-pointer registers
  uint64_t pdpte;
};

// Once, before the first case. device: the physical address of the page in which first operands lie.
void build_guest(uint64_t device);

// Sets the guest's page tables for a case.
GuestStart prepare_guest(const Case& asked);

// The EPT entry that leads to the guest's own pages, in a table of this level.
uint64_t own_entry(uint32_t level);

// Where the guest goes on after an exception with which its act was completed.
uint64_t rip_after_access(const Case& asked);

}  // namespace image
