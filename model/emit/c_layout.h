// The layout of emitted C: line breaks and aligned comments as clang-format with the project's style sets them, so that
// the emitted header is clean without being formatted. Tests: tests/golden (clang-format on the golden copy).
#pragma once

#include <string>
#include <vector>

namespace model {

constexpr std::size_t kColumns = 120;

struct CodeLine {
  std::string code;
  std::string comment;  // empty for none
};

// Lines with their comments behind them, aligned at `column` or further right; a comment that is too long stands above
// its line.
std::string aligned(const std::vector<CodeLine>& lines, std::size_t column = 0);

// "const ept_flag NAME = EXPRESSION;" inside a function, indented by `margin` later.
std::string flag_definition(const std::string& flag, const std::string& expression, std::size_t margin);

// "target |= ept_when(condition, value);", with a flag of its own where that does not fit into a line.
std::string set_when(const std::string& target, const std::string& condition, const std::string& value,
                     const std::string& flag);

}  // namespace model
