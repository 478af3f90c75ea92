// Dense vectors: cases of a situation in which every bit that does not matter is drawn, so that few of them show all
// literals and nearly all pairs of literals in both polarities. Made for fictional processors, since capabilities and
// widths are literals too. The canonical vectors are for reading; these are for finding. Tests:
// tests/vectors/generate/dense_test.cpp.
#pragma once

#include "vectors/format/document.h"
#include "vectors/goals/situations.h"

namespace vectors {

// Of no processor in particular: each vector has a configuration of its own.
inline constexpr const char* kDenseProfile = "any";

// What purposes call a situation.
inline std::string dense_goal(const Situation& situation) { return "dense/" + situation.id; }

// Drawn from canonical vectors, those of the fictional processors among these. Always the same for a specification. Two
// threads or as many as there are processors.
Document dense_document(const spec::Spec& spec, const std::vector<Document>& canonical);

}  // namespace vectors
