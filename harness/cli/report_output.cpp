#include "harness/cli/report_output.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "vectors/format/file.h"

namespace cli {

namespace {

std::string today_of(const OutputArguments& arguments) {
  return arguments.today.empty() ? fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr))) : arguments.today;
}

// Whether the baseline covers all vectors that were read. It never covers builtin. The repository's baselines are about
// the vectors of the target's own configuration and the committed ones.
bool is_whole_set(const OutputArguments& arguments) {
  if (arguments.vectors == "builtin") return false;
  std::error_code none;
  return !arguments.foreign_vectors || std::filesystem::equivalent(arguments.vectors, EPTSPEC_VECTORS_DIRECTORY, none);
}

}  // namespace

void add_output_options(Command& command, OutputArguments& arguments) {
  command.add_option("--vectors", arguments.vectors, "File or directory of vectors, or builtin for a few").shown();
  command.add_option("--baseline", arguments.baseline, "File of known deviations: {\"deviations\": [...]}");
  command.add_option("--today", arguments.today,
                     "Fail for known deviations that have expired on this day, YYYY-MM-DD; without it they only warn",
                     day());
  command.add_option("--json", arguments.json, "Write the whole result to this file");
  command.add_option("--junit", arguments.junit, "Write a JUnit report to this file");
  command.add_flag("--tap", arguments.tap, "Print TAP instead of the text report");
}

void check_outputs(const OutputArguments& arguments) {
  if (!arguments.json.empty() && arguments.json == arguments.junit) {
    throw std::runtime_error(arguments.json + ": is given for --json and --junit; expected two files");
  }
}

std::optional<Draft> read_inputs(const OutputArguments& arguments) {
  check_outputs(arguments);
  Draft draft;
  std::vector<std::string> errors;
  draft.all = harness::load_vectors(arguments.vectors, errors);
  if (!arguments.baseline.empty()) draft.report.baseline = harness::read_baseline(arguments.baseline, errors);
  return are_none(errors) ? std::optional(std::move(draft)) : std::nullopt;
}

void assess(const OutputArguments& arguments, Draft& draft) {
  harness::Report& report = draft.report;
  harness::Scope scope;
  scope.target_names = report.target_names;
  for (const vectors::Vector& vector : draft.all.vectors) scope.all_ids.push_back(vector.id);
  std::sort(scope.all_ids.begin(), scope.all_ids.end());
  scope.expiry_fails = !arguments.today.empty();
  scope.whole = report.vectors.size() == draft.all.vectors.size() && is_whole_set(arguments);
  report.assessment = harness::assess(report.baseline, report.vectors, report.judgements, scope, today_of(arguments));
}

void write_reports(const OutputArguments& arguments, harness::Report& report) {
  report.date = today_of(arguments);
  if (!arguments.json.empty()) vectors::write_file(arguments.json, harness::json_report(report));
  if (!arguments.junit.empty()) vectors::write_file(arguments.junit, harness::junit_report(report));
}

int finish(const OutputArguments& arguments, Draft& draft) {
  assess(arguments, draft);
  return print(arguments, draft.report);
}

int print(const OutputArguments& arguments, harness::Report& report) {
  write_reports(arguments, report);
  fmt::print("{}", arguments.tap ? harness::tap_report(report) : harness::terminal_report(report));
  return harness::exit_code(report);
}

}  // namespace cli
