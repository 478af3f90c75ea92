// From a case of the harness to one that a machine can make, and back from what the machine did. Owns what a machine
// cannot show, and what the path on which a hypervisor below walks EPT changes in a case; judges nothing. Tests:
// tests/harness/metal/plan_test.cpp, tests/harness/metal/path_test.cpp,
// tests/harness/metal/saved_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ept_model.h"
#include "harness/adapters/adapter.h"
#include "harness/image/wire.h"
#include "harness/metal/blob.h"
#include "harness/metal/windows.h"

namespace harness {

struct Plan {
  std::string not_applicable;  // why no such machine can show the case; empty when this one can
  std::string declined;        // why the image cannot make it; empty when it can
  PutCase walked{};            // the walk that is made: of an entry, one that ends at it or goes through it; of a
                               // sub-page check, one that comes to it
  MadeCase made{};
  std::uint64_t extent = 1;     // of the bytes that the access takes from its address on; it may end at each of them
  std::uint64_t byte_code = 0;  // physical address of an instruction of one byte that only this page has
  std::vector<std::uint64_t> pages;  // that have to tell their addresses
};

Plan plan(const Machine& machine, const PutCase& asked);

// Declines what cannot be made on the machine's path.
void take_path(const Machine& machine, Plan& plan);

// What the record says, in the words of the case.
Observation observed(const Machine& machine, const PutCase& asked, const Plan& plan, const Recorded& record);

// What an exit for the access under test tells of it.
struct ExitReport {
  std::uint64_t guest_physical_address;
  std::uint64_t guest_linear_address;
  std::uint64_t qualification;
};

// Where in the access an address is that one of its parts begins at; none when it is another.
std::optional<std::uint64_t> offset_of(const Plan& plan, std::uint64_t guest_physical_address);

// What such an exit, being the expected one, saved and should not have.
std::vector<Mistake> mistakes_in(const Plan& plan, const Recorded& record, const ExitReport& report);

// The parts of a plan:

// Which instruction makes an access, and how guest paging must map the page: fills in act, flags and extent, or says
// why there is none.
void choose_act(const Machine& machine, const PutCase& asked, Plan& plan);

// The page behind the tables of a walk through an entry; the entry itself cannot map it by mistake.
constexpr std::uint64_t kBehindTable = kPagesBegin + 0x3ff000;

// Where the walk goes by the manual: what is laid out follows from it; what is observed does not.
ept_outcome expected_walk(const PutCase& asked);

// Where the page-modification log is not as the flags that were set demand. They are those of the same machine.
std::vector<Mistake> log_mistakes_in(const Plan& plan, const Recorded& record);

// Whether there is memory at a symbolic address that cases may use.
bool has_place(const Machine& machine, std::uint64_t symbol);

// After a violation: the entry that, being changed, allows the access. Nothing where no single one does, or where the
// image cannot tell that the access was completed.
void plan_upgrade(const Machine& machine, const ept_outcome& outcome, Plan& plan);

// Likewise what the sub-page permission table says.
ept_outcome expected_sub_page_check(const PutCase& asked);

// Places the table of a sub-page check behind what its walk needs.
void lay_out_sub_page_table(const Machine& machine, const PutCase& asked, Plan& plan);

// Places the guest's own pages, the tables and the page of plan.walked; says in plan.not_applicable what has no place.
void lay_out_walk(const Machine& machine, Plan& plan);

}  // namespace harness
