#include "model/emit/text.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

namespace model {

namespace {

constexpr std::size_t kColumns = 120;
constexpr std::size_t kMargin = 2;        // of the statements of a function
constexpr std::size_t kCommentFrame = 6;  // "/*  */"

// clang-format keeps room for " \\" at the end of a directive.
bool fits(const CodeLine& line, std::size_t column) {
  const std::size_t columns = line.code.starts_with('#') ? kColumns - 2 : kColumns;
  return line.comment.empty() || column + 1 + kCommentFrame + line.comment.size() <= columns;
}

std::size_t column_of(const std::vector<CodeLine>& group) {
  std::size_t column = 0;
  for (const CodeLine& line : group) {
    if (!line.comment.empty()) column = std::max(column, line.code.size());
  }
  return column;
}

std::string print_group(const std::vector<CodeLine>& group) {
  const std::size_t column = column_of(group);
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

// Operands filled into lines that begin in `column`; a semicolon follows the last.
std::vector<std::string> filled(const std::vector<std::string>& operands, std::size_t column) {
  std::vector<std::string> lines(1);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::size_t needed = operands[i].size() + (i + 1 == operands.size() ? 1 : 0);
    if (!lines.back().empty() && column + lines.back().size() + 1 + needed > kColumns) lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + operands[i];
  }
  return lines;
}

bool too_wide(const std::vector<std::string>& lines, std::size_t column) {
  return std::ranges::any_of(lines, [&](const auto& line) { return column + line.size() > kColumns; });
}

// "target |= ept_when(flag, value);" in as many lines as it takes.
std::string when_set(const std::string& target, const std::string& flag, const std::string& value) {
  const std::string head = target + " |=";
  const std::string call = fmt::format("ept_when({}, {});", flag, value);
  if (kMargin + head.size() + 1 + call.size() <= kColumns) return fmt::format("{} {}\n", head, call);
  const std::string beside(head.size() + 1 + std::string_view("ept_when(").size(), ' ');
  const bool fits = kMargin + beside.size() + std::max(flag.size() + 1, value.size() + 2) <= kColumns;
  if (kMargin + 4 + call.size() <= kColumns) return fmt::format("{}\n    {}\n", head, call);
  if (fits) return fmt::format("{} ept_when({},\n{}{});\n", head, flag, beside, value);
  return fmt::format("{}\n    ept_when({},\n             {});\n", head, flag, value);
}

}  // namespace

std::string indent(const std::string& text, const std::string& margin) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    result += line.empty() ? "\n" : margin + line + "\n";
  }
  return result;
}

std::string fill(const std::string& text, const std::map<std::string, std::string>& holes) {
  std::set<std::string> unused;
  for (const auto& [name, value] : holes) unused.insert(name);
  const auto value_of = [&](const std::string& name) -> const std::string& {
    const auto found = holes.find(name);
    if (found == holes.end()) throw std::logic_error("template hole without a text: " + name);
    unused.erase(name);
    return found->second;
  };
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t margin = line.find_first_not_of(' ');
    if (margin != std::string::npos && line.compare(margin, 2, "@{") == 0 && line.back() == '}') {
      result += indent(value_of(line.substr(margin + 2, line.size() - margin - 3)), line.substr(0, margin));
      continue;
    }
    for (std::size_t at = line.find("@{"); at != std::string::npos; at = line.find("@{", at)) {
      const std::size_t end = line.find('}', at);
      const std::string& value = value_of(line.substr(at + 2, end - at - 2));
      line.replace(at, end - at + 1, value);
      at += value.size();
    }
    result += line + "\n";
  }
  if (!unused.empty()) throw std::logic_error("text without a template hole: " + *unused.begin());
  return result;
}

std::string comment_of(const std::string& text) { return text.substr(0, text.find_last_not_of('.') + 1); }

std::string aligned(const std::vector<CodeLine>& lines) {
  std::string text;
  std::vector<CodeLine> group;
  for (const CodeLine& line : lines) {
    std::vector<CodeLine> longer = group;
    longer.push_back(line);
    const std::size_t wider = column_of(longer);
    if (std::ranges::all_of(longer, [&](const CodeLine& each) { return fits(each, wider); })) {
      group = std::move(longer);
      continue;
    }
    const std::string margin(line.code.find_first_not_of(' '), ' ');
    text += print_group(group) + fmt::format("{}/* {} */\n{}\n", margin, line.comment, line.code);
    group.clear();
  }
  return text + print_group(group);
}

std::string flag_definition(const std::string& flag, const std::string& expression) {
  const std::string head = fmt::format("const ept_flag {} =", flag);
  const std::size_t column = kMargin + head.size() + 1;
  if (column + expression.size() + 1 <= kColumns) return head + " " + expression + ";\n";
  const std::vector<std::string> operands = operands_of(expression);
  const std::vector<std::string> below = filled(operands, kMargin + 4);
  const std::vector<std::string> beside = filled(operands, column);
  const bool use_below = below.size() == 1 || beside.size() > below.size() + 1 || too_wide(beside, column);
  const std::string indent(use_below ? 4 : head.size() + 1, ' ');
  return fmt::format("{}{}{};\n", head, use_below ? "\n" + indent : " ",
                     fmt::join(use_below ? below : beside, "\n" + indent));
}

std::string set_when(const std::string& target, const std::string& condition, const std::string& value,
                     const std::string& flag) {
  const std::string line = fmt::format("{} |= ept_when({}, {});", target, condition, value);
  if (kMargin + line.size() <= kColumns) return line + "\n";
  return flag_definition(flag, condition) + when_set(target, flag, value);
}

std::string add_to_mask(const std::string& target, const std::string& condition, const std::string& value) {
  if (condition.empty()) return fmt::format("{} |= {};\n", target, value);
  const std::string call = fmt::format("ept_when({}, {});", condition, value);
  if (target.size() + call.size() + 8 <= kColumns) return fmt::format("{} |= {}\n", target, call);
  if (call.size() + 8 <= kColumns) return fmt::format("{} |=\n    {}\n", target, call);
  return fmt::format("{} |=\n    ept_when({},\n             {});\n", target, condition, value);
}

}  // namespace model
