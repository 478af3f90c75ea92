// Dense vectors: cases of a situation in which every bit that does not matter is drawn, so that few of them show all
// literals and nearly all pairs of literals in both polarities. Made for fictional processors, since capabilities and
// widths are literals too. Their words are mostly random, and they have no purposes. Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include "spec/ir.h"
#include "vectors/format/document.h"

namespace vectors {

// Of no processor in particular: each vector has a configuration of its own.
inline constexpr const char* kDenseProfile = "any";

// Drawn from canonical vectors, those of the fictional processors among these. Always the same for a specification.
// Works in two threads.
Document dense_document(const spec::Spec& spec, const std::vector<Document>& canonical);

}  // namespace vectors
