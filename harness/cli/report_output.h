// Shared by run and merge: the baseline, and the report in every requested form.
#pragma once

#include <optional>
#include <string>

#include "harness/cli/command_line.h"
#include "harness/report/forms.h"
#include "harness/suite/selection.h"

namespace cli {

struct OutputArguments {
  std::string vectors = EPTSPEC_VECTORS_DIRECTORY;
  bool foreign_vectors = false;  // than those that the baseline is about
  std::string baseline;
  std::string today;  // YYYY-MM-DD; empty for the system's
  std::string json;
  std::string junit;
  bool tap = false;
};

void add_output_options(Command& command, OutputArguments& arguments);

// Throws std::runtime_error when one file is to hold two reports; read_inputs() sees to it.
void check_outputs(const OutputArguments& arguments);

// A report in the making, and every vector there is.
struct Draft {
  harness::Report report;
  harness::VectorSet all;
};
// With the baseline and the vectors. Without a value when there are mistakes in them, which are on standard error.
std::optional<Draft> read_inputs(const OutputArguments& arguments);

// What the baseline says, into the report.
void assess(const OutputArguments& arguments, Draft& draft);
// The files that are asked for.
void write_reports(const OutputArguments& arguments, harness::Report& report);

// Assesses, prints and writes. Returns the exit code.
int finish(const OutputArguments& arguments, Draft& draft);
// The same without a baseline.
int print(const OutputArguments& arguments, harness::Report& report);

}  // namespace cli
