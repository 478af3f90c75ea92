// From a case of the harness to one that a machine can make, and back from what the machine did. Owns the rule by which
// symbolic addresses become addresses of this machine, and what a machine cannot show; judges nothing.
//
// The rule: addresses from 4 to 64 KBytes are tables, addresses from 1 to 2 GBytes are pages. Both windows lie where
// the machine has memory, moved by a multiple of 64 KBytes and of 1 GByte; bits at and above MAXPHYADDR stay as they
// are. What is in neither window stays where it is, and has to be memory if the walk reads or reaches it.
// Tests: tests/harness/image/plan_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/adapter.h"
#include "harness/image/wire.h"

namespace harness {

// How accesses reach their addresses.
enum class Path {
  ordinary,
  device,          // the window of pages has no memory: a hypervisor answers
  second_operand,  // by instructions that read a device first: a hypervisor carries out the rest of them too
};

struct Machine {
  Path path = Path::ordinary;
  bool has_device = false;  // the page behind the window of pages has no memory, and answers as if it had

  std::uint64_t maxphyaddr = 36;
  std::uint64_t tables = 0x8000000;              // where the window of tables begins
  std::uint64_t pages = std::uint64_t{1} << 30;  // where the window of pages begins
  bool shadow_stacks = false;
  std::vector<image::MemoryRange> memory;
};

// Puts the windows into the machine's free memory: where they are by default if that is free, else where most of them
// is. A window for which there is nothing stays, and cases that need it cannot be made.
void choose_windows(Machine& machine);

// The address of a table or page on this machine, and back.
std::uint64_t relocated(const Machine& machine, std::uint64_t address);
std::uint64_t symbolic(const Machine& machine, std::uint64_t address);

struct Plan {
  std::string declined;   // why the machine cannot show the case; empty when it can
  eptspec_case walked{};  // the walk that is made: of an entry, one that ends at it or goes through it
  image::Case made{};
  std::vector<std::uint64_t> pages;  // that have to tell their addresses
};

Plan plan(const Machine& machine, const eptspec_case& asked);

// What the record says, in the words of the case.
Observation observed(const Machine& machine, const eptspec_case& asked, const Plan& plan, const image::Record& record);

}  // namespace harness
