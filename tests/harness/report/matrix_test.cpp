// The table of targets and rules, and that reports and matrices can be read back.
#include "harness/report/matrix.h"

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include "harness/suite/builtin.h"
#include "tests/harness/cases.h"
#include "tests/support/case.h"

namespace {

using harness::Cell;
using harness::Matrix;
using harness::Verdict;

// An entry with two rules broken that passes, a reserved bit that deviates and is known, a page that is not applicable.
harness::Report small_report(const std::string& target) {
  harness::Report report;
  report.target = target;
  report.version = "1";
  report.date = "2026-11-25";
  for (const ept_word entry : {0x6020b6U, 0x6020b7U, 0x6000b7U}) {
    vectors::Vector vector;
    vector.id = "v" + std::to_string(report.vectors.size());
    vector.asked = support::case_of(vectors::Question::entry, harness::usual_configuration(), 0x101e, 2, {entry}, 0, 0);
    vector.expected = vectors::expected_of(vector.asked);
    report.vectors.push_back(vector);
  }
  report.judgements = {{Verdict::pass, {}, {}},
                       {Verdict::fail, {}, {{harness::Field::result, EPTSPEC_ENTRY_MISCONFIGURED, EPTSPEC_ENTRY_PAGE}}},
                       {Verdict::not_applicable, "no such memory", {}}};
  report.baseline = {{"why", "31.3", "where", "2027-01-01", {"v1"}}};
  report.assessment.known = {{}, {report.baseline.data()}, {}};
  return report;
}

// A file with this text, gone afterwards.
class File {
 public:
  explicit File(const std::string& text) { std::ofstream(path) << text; }
  ~File() { std::remove(path.c_str()); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string path = testing::TempDir() + "eptspec_matrix_" + std::to_string(++count) + ".json";

 private:
  static inline int count = 0;
};

TEST(Matrix, vectors_are_counted_by_the_rule_that_decides) {
  const auto column = column_of(small_report("lib:x"));
  EXPECT_EQ(column.cells.size(), 3U);
  EXPECT_EQ(column.cells.at({"misconfiguration", "several rules"}), (Cell{1, 0, 0, 0, 0}));
  EXPECT_EQ(column.cells.at({"misconfiguration", "reserved_bit"}), (Cell{0, 1, 1, 0, 0, {"where"}}));
  EXPECT_EQ(column.cells.at({"translation", "page"}), (Cell{0, 0, 0, 1, 0}));
}

TEST(Matrix, reports_and_matrices_are_read_back_and_a_later_one_counts) {
  harness::Report changed = small_report("lib:x");
  changed.judgements[1] = {Verdict::pass, {}, {}};
  changed.assessment.known[1].clear();
  const File first(json_report(small_report("lib:x")));
  const File second(json_report(small_report("lib:y")));
  const File third(json_report(changed));
  Matrix matrix;
  add_columns(first.path, matrix);
  add_columns(second.path, matrix);
  const File both(matrix_json(matrix));
  Matrix again;
  add_columns(both.path, again);
  EXPECT_EQ(matrix_json(again), matrix_json(matrix));
  add_columns(third.path, again);
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].cells.at({"misconfiguration", "reserved_bit"}), (Cell{1, 0, 0, 0, 0}));
  EXPECT_EQ(again[1].target, "lib:y");
}

TEST(Matrix, tables_show_passes_deviations_and_what_is_not_applicable) {
  const Matrix matrix = {column_of(small_report("lib:x"))};
  const std::string markdown = matrix_markdown(matrix);
  for (const char* line :
       {"| A | lib:x | 1 | 2026-11-25 | 1 | 1 | 1 | 1 | 0 |", "| misconfiguration | several rules | 1 |",
        "| misconfiguration | reserved_bit | 1 of 1 deviate |", "| translation | page | n.a. |"}) {
    EXPECT_NE(markdown.find(line), std::string::npos) << line << "\nin\n" << markdown;
  }
  EXPECT_NE(matrix_text(matrix).find("misconfiguration  reserved_bit   1 of 1 deviate\n"), std::string::npos)
      << matrix_text(matrix);
}

TEST(Matrix, a_file_that_is_no_report_is_named_with_what_it_lacks) {
  Matrix matrix;
  const auto message = [&](const std::string& text) -> std::string {
    const File file(text);
    try {
      add_columns(file.path, matrix);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_NE(message("[1]").find("not an object"), std::string::npos);
  EXPECT_NE(message("{\"target\":\"x\"}").find("'name' is missing"), std::string::npos);
  EXPECT_NE(message(R"({"target":"x","name":"","version":"","date":"","rules":[{"decides":"a","rule":"b"}]})")
                .find("'pass' is missing"),
            std::string::npos);
  EXPECT_TRUE(matrix.empty());
  EXPECT_THROW(add_columns("/nowhere.json", matrix), std::runtime_error);
}

}  // namespace
