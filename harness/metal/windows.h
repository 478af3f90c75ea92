// A machine that runs the image, as far as cases depend on it: width, memory, abilities. Owns the rule by which
// symbolic addresses become addresses of this machine.
//
// The rule: addresses from 4 to 64 KBytes are tables, addresses from 1 to 2 GBytes are pages. Both windows lie where
// the machine has memory, moved by a multiple of 64 KBytes and of 1 GByte; bits at and above MAXPHYADDR stay as they
// are. What is in neither window stays where it is, and has to be memory if the walk reads or reaches it.
// Tests: tests/harness/metal/plan_test.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "ept_controls.h"
#include "harness/adapters/target.h"
#include "harness/image/wire.h"

namespace harness {

struct Machine {
  Path path = Path::ordinary;
  bool has_device = false;  // the page behind the window of pages has no memory, and answers as if it had

  std::uint64_t maxphyaddr = 36;
  std::uint64_t tables = 0x8000000;              // where the window of tables begins
  std::uint64_t pages = std::uint64_t{1} << 30;  // where the window of pages begins
  bool shadow_stacks = false;
  bool modification_log = false;  // page-modification logging
  bool loads_cr3 = true;          // a guest's MOV to CR3 need not exit
  std::vector<image::MemoryRange> memory;
  ept_registers capabilities{};  // the MSRs of VMX capabilities and the width; all else 0
};

// Puts the pages where the path of the machine has them.
void take_path(Path path, bool has_device, Machine& machine);

constexpr std::uint64_t kTablesBegin = 0x1000;
constexpr std::uint64_t kTablesEnd = 0x10000;
constexpr std::uint64_t kPagesBegin = std::uint64_t{1} << 30;
constexpr std::uint64_t kPagesEnd = std::uint64_t{2} << 30;

// Puts the windows into the machine's free memory: where they are by default if that is free, else where most of them
// is. A window for which there is nothing stays, and cases that need it cannot be made.
void choose_windows(Machine& machine);

// The address of a table or page on this machine, and back.
std::uint64_t relocated(const Machine& machine, std::uint64_t address);
std::uint64_t symbolic(const Machine& machine, std::uint64_t address);
// An entry with its address on this machine.
std::uint64_t relocated_entry(const Machine& machine, std::uint64_t entry);

// Whether the image may use memory there.
bool is_memory(const Machine& machine, std::uint64_t address);
// Bits below MAXPHYADDR.
std::uint64_t width_mask(const Machine& machine);

}  // namespace harness
