// Text templates with named holes: "@{name}". A hole without a text and a text without a hole are both fatal, so that a
// template and its emitter cannot drift apart. Tests: tests/model/emit_test.cpp.
#pragma once

#include <map>
#include <string>

namespace model {

// `text` with every hole replaced. Throws std::logic_error, naming the hole. A hole that stands alone in its line takes
// the line with it when its text is empty; a text of several lines is indented as the hole is.
std::string fill(const std::string& text, const std::map<std::string, std::string>& holes);

// `text` with `margin` before every line that is not empty.
std::string indent(const std::string& text, const std::string& margin);

}  // namespace model
