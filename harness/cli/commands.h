// The subcommands of eptspec: each function adds one to the command line and runs it when it is chosen. Tests:
// tests/end_to_end.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/command_line.h"

namespace spec {
struct Spec;
}

namespace cli {

// Exit codes beside 0, all as expected.
constexpr int kDeviations = 1;
constexpr int kCouldNotRun = 2;

struct Invocation {
  std::string spec_directory;
  int status = 0;  // the exit code
};

void add_spec_command(Command& app, Invocation& invocation);
void add_model_command(Command& app, Invocation& invocation);
void add_prove_command(Command& app, Invocation& invocation);
void add_vectors_command(Command& app, Invocation& invocation);
void add_mutants_command(Command& vectors, Invocation& invocation);
void add_controls_command(Command& app, Invocation& invocation);
void add_run_command(Command& app, Invocation& invocation);
void add_merge_command(Command& app, Invocation& invocation);
void add_media_command(Command& app, Invocation& invocation);
void add_judge_command(Command& app, Invocation& invocation);
void add_matrix_command(Command& app, Invocation& invocation);
void add_coverage_command(Command& app, Invocation& invocation);
void add_smoke_command(Command& app, Invocation& invocation);

// When the command is chosen, run(invocation, arguments) gives the exit code. The arguments live as long as it does.
template <class Arguments, class Run>
Arguments& runs(Command& command, Invocation& invocation, Run run) {
  auto arguments = std::make_shared<Arguments>();
  command.callback([&invocation, arguments, run] { invocation.status = run(invocation, *arguments); });
  return *arguments;
}

// Loads the specification; its mistakes are on standard error.
std::optional<spec::Spec> load_or_report(const std::string& directory,
                                         const std::optional<std::filesystem::path>& overlay = std::nullopt);

// Mistakes go to standard error, a line each; false when there are some.
bool are_none(const std::vector<std::string>& mistakes);

// To the file, or to standard output for an empty path. Throws std::runtime_error.
void put_out(const std::string& path, const std::string& text);

}  // namespace cli
