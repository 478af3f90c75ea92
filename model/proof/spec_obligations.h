// What the specification owes itself, for every configuration at once: fields tile 63:0, every rule can fire and can be
// the only reason, the classes of an entry are disjoint and complete. Tests: tests/model/proof_test.cpp.
#pragma once

#include <vector>

#include "model/proof/obligations.h"

namespace model {

// `spec` must outlive the result.
std::vector<Obligation> specification_obligations(const spec::Spec& spec);

}  // namespace model
