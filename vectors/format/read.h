// Reading any file of vectors that eptspec writes, whatever its format. Tests: tests/harness/suite/files_test.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/document.h"

namespace vectors {

// Of JSON lines, self-contained JSON or the compact binary (which has no profile and no goals). What is wrong goes to
// `errors`, which blame the file; ids and expectations are computed anew in each format.
Document read_vectors(std::string_view bytes, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
