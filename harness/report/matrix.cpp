#include "harness/report/matrix.h"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/judge/draw.h"
#include "harness/report/capabilities.h"
#include "vectors/format/file.h"
#include "vectors/format/object.h"

namespace harness {

namespace {

using vectors::json_text;
using vectors::Object;

constexpr const char* kFindingsOfBochs = "docs/findings.md#bochs";  // of what the processor beneath does alike
constexpr const char* kExpected = "a report that run --json wrote, or a matrix in JSON";

struct Count {
  const char* name;     // in JSON
  const char* heading;  // of the table of targets
  std::size_t Cell::*number;
};
constexpr auto kCounts = std::to_array<Count>({{"pass", "pass", &Cell::pass},
                                               {"deviation", "deviate", &Cell::deviation},
                                               {"known", "of these known", &Cell::known},
                                               {"not_applicable", "not applicable", &Cell::not_applicable},
                                               {"skipped", "skipped", &Cell::skipped}});

const char* decided_of(const vectors::Vector& vector) {
  if (vector.asked.question == vectors::Question::eptp) return "EPTP";
  if (vector.asked.question == vectors::Question::check) return ept_check_names[vector.asked.check].title;
  switch (expected_result(vector)) {
    case EPTSPEC_ENTRY_MISCONFIGURED:
    case EPTSPEC_WALK_MISCONFIGURATION: return "misconfiguration";
    case EPTSPEC_ENTRY_NOT_PRESENT:
    case EPTSPEC_WALK_VIOLATION: return "violation";
    case EPTSPEC_SUB_PAGE_WRITE_ALLOWED:
    case EPTSPEC_SUB_PAGE_WRITE_REFUSED:
    case EPTSPEC_SUB_PAGE_MISS:
    case EPTSPEC_SUB_PAGE_MISCONFIGURATION: return "sub-page permission";
    default: return "translation";
  }
}

Column column_from(Object& from) {
  Column column{from.any_text("target"), from.any_text("name"), from.any_text("version"), from.any_text("date"), {},
                capabilities_from(from)};
  for (Object& one : from.objects("rules")) {
    Cell& cell = column.cells[{one.text("decides", true), one.text("rule", true)}];
    for (const Count& count : kCounts) cell.*count.number = one.number(count.name);
    for (std::string& link : one.texts("findings", false)) cell.findings.insert(std::move(link));
  }
  return column;
}

void add(Matrix& matrix, Column column) {
  const auto same = std::find_if(matrix.begin(), matrix.end(), [&](const Column& other) {
    return other.target == column.target && other.version == column.version;
  });
  if (same == matrix.end()) {
    matrix.push_back(std::move(column));
  } else {
    *same = std::move(column);
  }
}

std::set<Row> rows_of(const Matrix& matrix) {
  std::set<Row> rows;
  for (const Column& column : matrix) {
    for (const auto& [row, cell] : column.cells) rows.insert(row);
  }
  return rows;
}

// "12" when all pass, "3 of 12 deviate", "n.a." when none could be shown, "" when the target was asked none.
std::string words_of(const Column& column, const Row& row) {
  const auto found = column.cells.find(row);
  if (found == column.cells.end()) return {};
  const Cell& cell = found->second;
  if (cell.deviation != 0) return fmt::format("{} of {} deviate", cell.deviation, cell.pass + cell.deviation);
  return cell.pass != 0 ? std::to_string(cell.pass) : "n.a.";
}

// Both tables as lines of cells, the first of each the headings.
using Lines = std::vector<std::vector<std::string>>;

Lines targets_of(const Matrix& matrix) {
  Lines lines = {{"", "target", "version", "tested"}};
  for (const Count& count : kCounts) lines[0].push_back(count.heading);
  for (const Column& column : matrix) {
    std::vector<std::string> line = {letter_of(lines.size() - 1), column.target, column.version, column.date};
    for (const Count& count : kCounts) {
      std::size_t total = 0;
      for (const auto& [row, cell] : column.cells) total += cell.*count.number;
      line.push_back(std::to_string(total));
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines rules_of(const Matrix& matrix) {
  Lines lines = {{"decides", "rule"}};
  for (std::size_t n = 0; n < matrix.size(); ++n) lines[0].push_back(letter_of(n));
  for (const Row& row : rows_of(matrix)) {
    std::vector<std::string> line = {row.first, row.second};
    for (const Column& column : matrix) line.push_back(words_of(column, row));
    lines.push_back(std::move(line));
  }
  return lines;
}

Lines capabilities_of(const Matrix& matrix) {
  Lines lines = {{"of", "what"}};
  std::vector<const Capabilities*> targets;
  for (const Column& column : matrix) {
    lines[0].push_back(letter_of(targets.size()));
    targets.push_back(column.capabilities ? &*column.capabilities : nullptr);
  }
  for (auto& row : capability_rows(targets)) lines.push_back(std::move(row));
  return lines;
}

std::string text_of(const Lines& lines) {
  std::vector<std::size_t> widths(lines[0].size());
  for (const auto& line : lines) {
    for (std::size_t n = 0; n < line.size(); ++n) widths[n] = std::max(widths[n], line[n].size());
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t n = 0; n < line.size(); ++n) row += fmt::format("{:<{}}  ", line[n], widths[n]);
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string markdown_of(const Lines& lines) {
  std::string text;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    text += fmt::format("| {} |\n", fmt::join(lines[n], " | "));
    if (n != 0) continue;
    for (std::size_t k = 0; k < lines[0].size(); ++k) text += "|---";
    text += "|\n";
  }
  return text;
}

}  // namespace

std::string letter_of(std::size_t n) {
  std::string letters(1, static_cast<char>('A' + n % 26));
  return n < 26 ? letters : letter_of(n / 26 - 1) + letters;
}

Row row_of(const vectors::Vector& vector) {
  return {decided_of(vector), breaks_several(vector) ? "several rules" : rule_of(vector)};
}

Column column_of(const Report& report) {
  Column column{report.target, report.name, report.version, report.date, {}, report.capabilities};
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    Cell& cell = column.cells[row_of(report.vectors[n])];
    switch (report.judgements[n].verdict) {
      case Verdict::pass: ++cell.pass; break;
      case Verdict::skipped: ++cell.skipped; break;
      case Verdict::not_applicable: ++cell.not_applicable; break;
      case Verdict::fail:
      case Verdict::error:
      case Verdict::flaky:
        ++cell.deviation;
        if (is_known(report, n)) ++cell.known;
        for (const KnownDeviation* one : report.assessment.known.at(n)) cell.findings.insert(one->link);
        if (!report.judgements[n].attributed_to.empty()) cell.findings.insert(kFindingsOfBochs);
    }
  }
  return column;
}

void add_columns(const std::string& path, Matrix& matrix) {
  const std::string text = vectors::read_file(path, kExpected);
  std::vector<std::string> errors;
  std::vector<Column> columns;
  vectors::read_object(text, path, 1, errors, [&](Object& from) {
    if (!from.has("targets")) return columns.push_back(column_from(from));
    for (Object& one : from.objects("targets")) columns.push_back(column_from(one));
  });
  if (!errors.empty()) throw std::runtime_error(fmt::format("{}; expected {}", errors.front(), kExpected));
  for (Column& column : columns) add(matrix, std::move(column));
}

std::string rules_json(const Column& column, const std::string& indent) {
  std::string lines;
  for (const auto& [row, cell] : column.cells) {
    lines += lines.empty() ? "\n" : ",\n";
    lines += fmt::format(R"({} {{"decides":{},"rule":{})", indent, json_text(row.first), json_text(row.second));
    for (const Count& count : kCounts) lines += fmt::format(R"(,"{}":{})", count.name, cell.*count.number);
    std::string links;
    for (const std::string& link : cell.findings) links += (links.empty() ? "" : ",") + json_text(link);
    if (!links.empty()) lines += ",\"findings\":[" + links + "]";
    lines += "}";
  }
  return fmt::format("{}\"date\":{},\n{}\"rules\":[{}]", indent, json_text(column.date), indent, lines);
}

std::string matrix_json(const Matrix& matrix) {
  std::string text;
  for (const Column& column : matrix) {
    text += fmt::format("{} {{\"target\":{},\n  \"name\":{},\n  \"version\":{},\n{}{}}}", text.empty() ? "\n" : ",\n",
                        json_text(column.target), json_text(column.name), json_text(column.version),
                        capabilities_json(column.capabilities, "  "), rules_json(column, "  "));
  }
  return R"({"eptspec_matrix":1,"targets":[)" + text + "]}\n";
}

std::string matrix_text(const Matrix& matrix) {
  return text_of(targets_of(matrix)) + "\n" + text_of(rules_of(matrix)) + "\n" + text_of(capabilities_of(matrix));
}

std::string matrix_markdown(const Matrix& matrix) {
  return "# Who does what\n\n"
         "The first table lists the targets. The second counts vectors by the rule that decides them: how\n"
         "many pass, or how many deviate of those that the target could show. \"n.a.\": the target can show\n"
         "none of them. Empty: no vector of its configuration tests the rule. The third says what the\n"
         "processor of each target can do: what EPT has there, which controls of EPT may be 1, whether the\n"
         "values of the capability MSRs are plausible, and the values. \"?\": its report does not tell. \"-\":\n"
         "0, or there is no such MSR.\n\n"
         "`eptspec matrix` makes this file; causes are in [findings](findings.md), words in the\n"
         "[glossary](glossary.md).\n\n" +
         markdown_of(targets_of(matrix)) + "\n" + markdown_of(rules_of(matrix)) + "\n" +
         markdown_of(capabilities_of(matrix));
}

}  // namespace harness
