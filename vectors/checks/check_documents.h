// The vectors of checks among those of a profile. Tests: tests/vectors/checks/check_documents_test.cpp.
#pragma once

#include <vector>

#include "spec/ir.h"
#include "vectors/format/document.h"

namespace vectors {

// Adds to each document the vectors of all checks for its profile, which the specification has. Throws as check_vectors
// does.
void add_check_vectors(const spec::Spec& spec, std::vector<Document>& documents, unsigned seed = 0);

// The same for one profile, whichever it is.
void add_check_vectors(const spec::Spec& spec, const spec::Profile& profile, Document& document, unsigned seed = 0);

}  // namespace vectors
