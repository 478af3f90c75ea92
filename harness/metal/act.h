// Which instruction makes an access, and how guest paging must map the page. Tests: tests/harness/metal/plan_test.cpp.
#pragma once

#include "harness/metal/plan.h"

namespace harness {

// Fills in act, flags and extent, or says why there is none.
void choose_act(const Machine& machine, const eptspec_case& asked, Plan& plan);

}  // namespace harness
