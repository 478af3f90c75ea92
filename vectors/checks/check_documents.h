// The vectors of checks among those of a profile. Tests: tests/vectors/checks/check_documents_test.cpp.
#pragma once

#include <vector>

#include "spec/ir.h"
#include "vectors/format/document.h"

namespace vectors {

// A check of a processor's registers as a case. Its parameters are as the walks of the profile have them: no check
// depends on them, but all vectors of a file have the same.
Case case_of(ept_check_id check, const ept_registers& registers, const spec::Profile& profile);

// Adds vectors of all checks to the documents of profiles that the specification has: each goal to the first that shows
// it, those that share their walks with an earlier one last. Throws as check_vectors does.
void add_check_vectors(const spec::Spec& spec, std::vector<Document>& documents, unsigned seed = 0);

// All goals for one profile, whichever it is.
void add_check_vectors(const spec::Spec& spec, const spec::Profile& profile, Document& document, unsigned seed = 0);

}  // namespace vectors
