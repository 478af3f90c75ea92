// eptspec matrix REPORT...: one table of targets and rules from saved reports.
#include <map>
#include <memory>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/report_output.h"
#include "harness/report/matrix.h"

namespace cli {

namespace {

struct Arguments {
  std::vector<std::string> reports;
  std::string format = "text";
  std::string out;
};

using Form = std::string (*)(const harness::Matrix&);
const std::map<std::string, Form> kForms = {
    {"text", harness::matrix_text}, {"markdown", harness::matrix_markdown}, {"json", harness::matrix_json}};

void make_matrix(const Arguments& arguments) {
  harness::Matrix matrix;
  for (const std::string& path : arguments.reports) add_columns(path, matrix);
  const std::string text = kForms.at(arguments.format)(matrix);
  if (arguments.out.empty()) {
    fmt::print("{}", text);
  } else {
    write_file(arguments.out, text);
  }
}

}  // namespace

void add_matrix_command(Command& app, Invocation& invocation) {
  Command* command =
      app.add_subcommand("matrix", "Make one table of targets and rules from the reports of several runs");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("REPORT", arguments->reports,
                   "Reports that run --json wrote, or matrices in JSON; of one target and version the last one counts")
      ->required();
  std::vector<std::string> names;
  for (const auto& [name, form] : kForms) names.push_back(name);
  command->add_option("--format", arguments->format, "text, markdown or json")
      ->check(one_of(names))
      ->capture_default_str();
  command->add_option("--out", arguments->out, "File to write; standard output without it");
  command->callback([&invocation, arguments] {
    make_matrix(*arguments);
    invocation.status = 0;
  });
}

}  // namespace cli
