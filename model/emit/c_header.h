// The emitted reference model: one C11 and C++20 header without library, allocation or globals. Owns its text; the
// meaning comes from the specification. That the text means what the constraints mean is proven in model/proof. Tests:
// tests/golden, tests/agreement, tests/sdm.
#pragma once

#include <ostream>
#include <stdexcept>

#include "spec/ir.h"

namespace model {

// The specification has a rule of a shape that the header's fast checks cannot express. what() names the rule and its
// place.
class UnsupportedShape : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void emit_c_header(const spec::Spec& spec, std::ostream& out);

}  // namespace model
