// Checks of option values beyond those of CLI11. Tests: tests/harness/cli/cli_test.py.
#pragma once

#include <CLI/CLI.hpp>

namespace cli {

// How long a target may take for an answer.
CLI::Validator seconds();
// A number from 0 to 2^64-1, in digits alone.
CLI::Validator whole_number();
// A day that there is, YYYY-MM-DD.
CLI::Validator day();

// An empty value is a mistake of some script, not the same as no option: every option of the command line refuses it.
void refuse_empty_values(CLI::App& app);

}  // namespace cli
