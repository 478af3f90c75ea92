// The subcommands of eptspec: each function adds one to the command line and runs it when it is chosen. The exit code
// goes into `status`: 0 all as expected, 1 deviations, 2 could not run. Tests: tests/end_to_end.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace cli {

struct Session {
  std::string spec_directory;
  int status = 0;
};

void add_spec_command(CLI::App& app, Session& session);
void add_model_command(CLI::App& app, Session& session);
void add_prove_command(CLI::App& app, Session& session);
void add_vectors_command(CLI::App& app, Session& session);
void add_mutants_command(CLI::App& vectors, Session& session);
void add_run_command(CLI::App& app, Session& session);
void add_merge_command(CLI::App& app, Session& session);
void add_media_command(CLI::App& app, Session& session);
void add_judge_command(CLI::App& app, Session& session);
void add_matrix_command(CLI::App& app, Session& session);
void add_smoke_command(CLI::App& app, Session& session);

}  // namespace cli
