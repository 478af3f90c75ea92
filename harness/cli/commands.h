// The subcommands of eptspec: each function adds one to the command line and runs it when it is chosen. The exit code
// goes into `status`: 0 all as expected, 1 deviations, 2 could not run. Tests: tests/end_to_end.
#pragma once

#include <string>

#include "harness/cli/command_line.h"

namespace cli {

struct Invocation {
  std::string spec_directory;
  int status = 0;
};

void add_spec_command(Command& app, Invocation& invocation);
void add_model_command(Command& app, Invocation& invocation);
void add_prove_command(Command& app, Invocation& invocation);
void add_vectors_command(Command& app, Invocation& invocation);
void add_mutants_command(Command& vectors, Invocation& invocation);
void add_run_command(Command& app, Invocation& invocation);
void add_merge_command(Command& app, Invocation& invocation);
void add_media_command(Command& app, Invocation& invocation);
void add_judge_command(Command& app, Invocation& invocation);
void add_matrix_command(Command& app, Invocation& invocation);
void add_smoke_command(Command& app, Invocation& invocation);

}  // namespace cli
