// Vectors as a C array of binary records, for programs without a file system. Tests:
// tests/vectors/format/binary_test.cpp.
#pragma once

#include <ostream>
#include <vector>

#include "vectors/format/vector.h"

namespace vectors {

// `const unsigned char NAME[COUNT][152]`, with the id and the goals of each vector beside it.
void write_c_array(const std::vector<Vector>& list, const std::string& name, std::ostream& out);

}  // namespace vectors
