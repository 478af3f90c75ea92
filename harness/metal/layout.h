// Where entries, pages and the guest itself lie for a walk. Tests: tests/harness/metal/plan_test.cpp.
#pragma once

#include "ept_model.h"
#include "harness/metal/plan.h"

namespace harness {

// The page behind the tables of a walk through an entry; the entry itself cannot map it by mistake.
constexpr std::uint64_t kBehindTable = kPagesBegin + 0x3ff000;

// Where the walk goes by the manual: what is laid out follows from it; what is observed does not.
ept_outcome expected_walk(const eptspec_case& asked);

// Places the guest's own pages, the tables and the page of plan.walked; says in plan.not_applicable what has no place.
void lay_out_walk(const Machine& machine, Plan& plan);

}  // namespace harness
