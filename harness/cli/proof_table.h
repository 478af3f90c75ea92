// Prints a table of proofs, one line when each is found. Returns the number that are not proved.
#pragma once

#include <vector>

#include "model/proof/prove.h"

namespace cli {

std::size_t print_proofs(const spec::Spec& spec, const std::vector<model::Obligation>& obligations,
                         const model::ProveOptions& options);

}  // namespace cli
