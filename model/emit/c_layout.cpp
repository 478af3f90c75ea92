#include "model/emit/c_layout.h"

#include <algorithm>

#include <fmt/format.h>

namespace model {

namespace {

constexpr std::size_t kCommentFrame = 6;  // "/*  */"

// clang-format keeps room for " \\" at the end of a directive.
bool fits(const CodeLine& line, std::size_t column) {
  const std::size_t columns = line.code.starts_with('#') ? kColumns - 2 : kColumns;
  return line.comment.empty() || column + 1 + kCommentFrame + line.comment.size() <= columns;
}

std::size_t column_of(const std::vector<CodeLine>& group, std::size_t column) {
  for (const CodeLine& line : group) {
    if (!line.comment.empty()) column = std::max(column, line.code.size());
  }
  return column;
}

std::string print_group(const std::vector<CodeLine>& group, std::size_t least) {
  const std::size_t column = column_of(group, least);
  std::string text;
  for (const CodeLine& line : group) {
    text += line.comment.empty() ? line.code + "\n" : fmt::format("{:<{}} /* {} */\n", line.code, column, line.comment);
  }
  return text;
}

// The operands of the outermost && or ||, each with its operator.
std::vector<std::string> operands_of(const std::string& expression) {
  std::vector<std::string> operands(1);
  int depth = 0;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    depth += expression[i] == '(' ? 1 : expression[i] == ')' ? -1 : 0;
    operands.back() += expression[i];
    const std::string last = operands.back().size() < 2 ? "" : operands.back().substr(operands.back().size() - 2);
    if (depth != 0 || (last != "&&" && last != "||")) continue;
    ++i;  // the blank after the operator
    operands.emplace_back();
  }
  return operands;
}

// Operands filled into lines; the first line begins in `column`, the others too.
std::vector<std::string> filled(const std::vector<std::string>& operands, std::size_t column, std::size_t tail) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::size_t needed = operands[i].size() + (i + 1 == operands.size() ? tail : 0);
    if (!lines.back().empty() && column + lines.back().size() + 1 + needed > kColumns) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + operands[i];
  }
  return lines;
}

bool too_wide(const std::vector<std::string>& lines, std::size_t column) {
  return std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return column + line.size() > kColumns; });
}

}  // namespace

std::string aligned(const std::vector<CodeLine>& lines, std::size_t column) {
  std::string text;
  std::vector<CodeLine> group;
  for (const CodeLine& line : lines) {
    std::vector<CodeLine> longer = group;
    longer.push_back(line);
    const std::size_t wider = column_of(longer, column);
    if (std::all_of(longer.begin(), longer.end(), [&](const CodeLine& each) { return fits(each, wider); })) {
      group = std::move(longer);
      continue;
    }
    text += print_group(group, column) + fmt::format("/* {} */\n{}\n", line.comment, line.code);
    group.clear();
  }
  return text + print_group(group, column);
}

std::string flag_definition(const std::string& flag, const std::string& expression, std::size_t margin) {
  const std::string head = fmt::format("const ept_flag {} =", flag);
  if (margin + head.size() + 1 + expression.size() + 1 <= kColumns) return head + " " + expression + ";\n";
  const std::vector<std::string> operands = operands_of(expression);
  const std::vector<std::string> below = filled(operands, margin + 4, 1);
  const std::vector<std::string> beside = filled(operands, margin + head.size() + 1, 1);
  const bool one_line_below = below.size() == 1;
  const bool use_below =
      one_line_below || beside.size() > below.size() + 1 || too_wide(beside, margin + head.size() + 1);
  const std::string indent(use_below ? 4 : head.size() + 1, ' ');
  return fmt::format("{}{}{};\n", head, use_below ? "\n" + indent : " ",
                     fmt::join(use_below ? below : beside, "\n" + indent));
}

std::string set_when(const std::string& target, const std::string& condition, const std::string& value,
                     const std::string& flag) {
  const std::string line = fmt::format("{} |= ept_when({}, {});", target, condition, value);
  if (line.size() + 2 <= kColumns) return line + "\n";
  return fmt::format("{}{} |= ept_when({}, {});\n", flag_definition(flag, condition, 2), target, flag, value);
}

}  // namespace model
