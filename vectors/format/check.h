// What is computed of a vector that somebody else wrote, instead of being believed: its id and what it expects. Tests:
// tests/vectors/format/lines_test.cpp, tests/harness/suite/files_test.cpp.
#pragma once

#include "vectors/format/object.h"
#include "vectors/format/vector.h"

namespace vectors {

// The number of levels of a walk, which its EPTP says.
int levels_of(const ept_configuration& configuration, ept_word eptp);

// Reads "id" and "expected" of a vector whose case has been read without a mistake, and says what is wrong with them:
// "ept-…: the id is not that of the case", "ept-…: expects violation where the manual says translated".
void read_checked(Object& from, Vector& vector);

}  // namespace vectors
