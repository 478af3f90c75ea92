// Citations of the manual, each with a short id that does not change with the edition: "3C/31.3.3.1/reserved_bit_set".
// Tests: tests/vectors/format/lines_test.cpp.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/document.h"

namespace vectors {

inline constexpr const char* kCitationsFile = "citations.jsonl";

using Citations = std::map<std::string, std::string>;  // by id

// Of "SDM Vol. VOLUME, SECTION TITLE, PLACE (EDITION)": VOLUME/SECTION/PLACE, where everything but letters, digits and
// ".:-" is an underscore.
std::string citation_id(std::string_view text);

// Adds those of the document. Throws std::logic_error when two texts have one id.
void add_citations(const Document& document, Citations& to);

// A line for each.
void write_citations(const Citations& citations, std::ostream& out);

}  // namespace vectors
