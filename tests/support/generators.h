// Random inputs for RapidCheck, weighted towards what matters: configurations of which each capability and control is
// on or off, entries near a good one (few bits away), entries of one bit, entries at random.
#pragma once

#include <rapidcheck.h>

#include "tests/support/header.h"
#include "tests/support/registers.h"

namespace support {

rc::Gen<Circumstances> any_machine();
rc::Gen<std::uint64_t> any_entry();
rc::Gen<std::uint64_t> any_access(const spec::Spec& spec);
rc::Gen<std::uint64_t> any_gpa();
// Four of a sub-page permission table, from the root down; each good or some bits away from it.
rc::Gen<std::vector<std::uint64_t>> any_sub_page_entries();
// Registers of a case that every check of controls accepts, with up to five changes: mostly a bit, a small number or a
// number near a bound in one of the words.
rc::Gen<ept_registers> any_registers();

}  // namespace support
