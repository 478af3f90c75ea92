// Conditions of the configuration that have no name where a rule of an entry, an access or a walk speaks of them:
// "capability.page_2m" beside "entry.write". Whoever prepares the configuration once gives them a place in the set of
// conditions beside the named ones. Owns which they are and which bits they get. Tests: tests/model/emit_test.cpp.
#pragma once

#include <vector>

#include "spec/ir.h"

namespace spec {

constexpr std::size_t kMostConditions = 64;  // of the configuration, named or not

// `spec` with a named condition in place of each: one that says the same, or else a new one behind the others, called
// after what it says. New ones take the free bits from 63 downwards in the order in which they occur; where there is no
// more room they have no bit.
Spec with_names_for_all(const Spec& spec);

}  // namespace spec
