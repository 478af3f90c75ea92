// The specification of the source tree, read once. Fails the program when it cannot be read: nothing can be tested
// then.
#pragma once

#include "spec/ir.h"

namespace support {

const spec::Spec& spec_under_test();

}  // namespace support
