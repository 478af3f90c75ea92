// How the emitted header computes the exit qualification: what the configuration alone leaves undefined is prepared;
// bits that an access, an entry or a violation has at the same distance are moved together. Owns only that choice of
// operations; that they say what the specification says is proved. Tests: tests/golden, model/proof.
#pragma once

#include <string>

#include "spec/ir.h"

namespace model {

struct QualificationText {
  std::string prepared;  // adds to context->undefined, over `conditions`
  std::string lines;     // adds to `set` and `undefined`, over the words that ept_qualify has
};

QualificationText qualification_text(const spec::Spec& spec);

}  // namespace model
