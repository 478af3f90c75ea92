// Checks a directory of vectors: everything that can be computed is computed again and compared. Tests:
// tests/vectors/generate/generate_test.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "spec/ir.h"
#include "vectors/format/manifest.h"

namespace vectors {

// Every mistake, each with its file and line or the vector's id. Empty when there is none.
std::vector<std::string> lint(const spec::Spec& spec, const std::filesystem::path& directory);

// The mistakes in one document, whose ids and expectations have been checked by who read it.
std::vector<std::string> lint_document(const spec::Spec& spec, const Document& document, const std::string& file);

// Ids that stand for two cases in these documents.
std::vector<std::string> lint_ids(const std::vector<Document>& documents);

}  // namespace vectors
