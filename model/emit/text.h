// Text of emitted C: templates with named holes, and line breaks and aligned comments as clang-format with the
// project's style sets them, so that the emitted header is clean without being formatted. Tests:
// tests/model/emit_test.cpp, tests/golden (clang-format on the golden copy).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace model {

// `text` with every hole "@{name}" replaced. Throws std::logic_error, naming the hole, for a hole without a text and
// for a text without a hole, so that a template and its emitter cannot drift apart. A hole that stands alone in its
// line takes the line with it when its text is empty; a text of several lines is indented as the hole is.
std::string fill(const std::string& text, const std::map<std::string, std::string>& holes);

// `text` with `margin` before every line that is not empty.
std::string indent(const std::string& text, const std::string& margin);

struct CodeLine {
  std::string code;
  std::string comment;  // empty for none
};

// A text of the specification as a comment: without the full stop at its end.
std::string comment_of(const std::string& text);

// Lines with their comments behind them, aligned; a comment that is too long stands above its line.
std::string aligned(const std::vector<CodeLine>& lines);

// "const ept_flag NAME = EXPRESSION;" inside a function.
std::string flag_definition(const std::string& flag, const std::string& expression);

// "target |= ept_when(condition, value);", with a flag of its own where that does not fit into a line.
std::string set_when(const std::string& target, const std::string& condition, const std::string& value,
                     const std::string& flag);

// The same without a flag, and "target |= value;" where the condition is empty.
std::string add_to_mask(const std::string& target, const std::string& condition, const std::string& value);

}  // namespace model
