// From a case of the harness to one that a machine can make, and back from what the machine did. Owns what a machine
// cannot show; judges nothing. Tests: tests/harness/metal/plan_test.cpp.
#pragma once

#include <string>
#include <vector>

#include "harness/adapters/adapter.h"
#include "harness/image/wire.h"
#include "harness/metal/windows.h"

namespace harness {

struct Plan {
  std::string not_applicable;  // why no such machine can show the case; empty when this one can
  std::string declined;        // why the image cannot make it; empty when it can
  eptspec_case walked{};       // the walk that is made: of an entry, one that ends at it or goes through it
  image::Case made{};
  std::uint64_t extent = 1;     // of the bytes that the access takes from its address on; it may end at each of them
  std::uint64_t byte_code = 0;  // physical address of an instruction of one byte that only this page has
  std::vector<std::uint64_t> pages;  // that have to tell their addresses
};

Plan plan(const Machine& machine, const eptspec_case& asked);

// What the record says, in the words of the case.
Observation observed(const Machine& machine, const eptspec_case& asked, const Plan& plan, const image::Record& record);

}  // namespace harness
