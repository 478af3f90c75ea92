// Tables of targets and rules, and of targets and what they can do, made of saved reports. Owns the grouping of vectors
// by the rule that decides and the tables' three forms; judges nothing. Tests: tests/harness/report/matrix_test.cpp.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/report/forms.h"
#include "harness/suite/capabilities.h"

namespace harness {

// "misconfiguration", "reserved_bit": what is decided, and the rule; "several rules" where more than one is broken at
// once, and the result where none is.
using Row = std::pair<std::string, std::string>;
Row row_of(const vectors::Vector& vector);

struct Cell {
  std::size_t pass = 0;
  std::size_t deviation = 0;  // fails, errors and flakes
  std::size_t known = 0;      // of these the ones that the baseline explains
  std::size_t not_applicable = 0;
  std::size_t skipped = 0;
  std::set<std::string> findings =
      {};  // links of the known deviations, "docs/findings.md#bochs-1"; none of old reports
  bool operator==(const Cell&) const = default;
};

struct Column {
  std::string target;
  std::string name;
  std::string version;
  std::string date;  // YYYY-MM-DD of the run
  std::map<Row, Cell> cells;
  std::optional<Capabilities> capabilities = {};  // unless the target takes any configuration, or its report is old
};

Column column_of(const Report& report);

using Matrix = std::vector<Column>;

// How the tables call the n-th column: A, B, … Z, AA, …
std::string letter_of(std::size_t n);

// Adds the columns of a file: a report of `eptspec run --json`, or a matrix of earlier ones as matrix_json writes it. A
// column with the target and version of an earlier one takes its place. Throws std::runtime_error that names the file.
void add_columns(const std::string& path, Matrix& matrix);

std::string matrix_json(const Matrix& matrix);
std::string matrix_text(const Matrix& matrix);
std::string matrix_markdown(const Matrix& matrix);

// The members "date" and "rules" of a column, as reports and matrices hold them; each line begun by `indent`.
std::string rules_json(const Column& column, const std::string& indent);

}  // namespace harness
