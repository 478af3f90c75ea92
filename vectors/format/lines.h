// Vectors of one profile as JSON Lines (schema/lines.schema.json): a head, a line for each goal that a vector meets, a
// line for each vector. No line depends on another one's place, so a goal more is lines more. docs/vectors.md says what
// is left out. Tests: tests/vectors/format/lines_test.cpp.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "vectors/format/document.h"

namespace vectors {

inline constexpr const char* kCitationsFile = "citations.jsonl";

// A line for each.
void write_citations(const Citations& citations, std::ostream& out);

// All vectors have the same width, capability and parameters. Throws std::logic_error when they have not, or when there
// is no vector. The citations are lines of the file, or else of `citations`, a file beside it.
void write_lines(const Document& document, std::ostream& out);
void write_lines(const Document& document, const std::string& citations, std::ostream& out);

// The same without an end, a vector at a time with its goals and the id of the case. `processor` has the width,
// capability and parameters of all vectors.
void begin_lines(const std::string& profile, const std::string& manual, const ept_registers& processor,
                 std::ostream& out);
void write_lines(const Vector& vector, std::ostream& out);

// Whether the text is of lines: its first one is an object.
bool are_lines(std::string_view text);

// `file` is where the text comes from; the citations may lie beside it. What is wrong goes to `errors` as
// "FILE:LINE: …"; vectors in which something is wrong are left out. Ids and expectations are computed anew.
Document read_lines(std::string_view text, const std::string& file, std::vector<std::string>& errors);

}  // namespace vectors
