// Shared by the commands that handle results of a machine which was booted elsewhere. Tests: tests/harness/boot.
#pragma once

#include <optional>
#include <string>

#include "harness/cli/commands.h"
#include "harness/cli/report_output.h"
#include "harness/metal/known_machine.h"

namespace cli {

// Which vectors a machine is given, or was: those of its own configuration unless there are others.
struct ChoiceArguments {
  bool own = true;
  std::string filter;
  OutputArguments output;
  std::string target = {};  // the machine by the name that baselines have for it; empty: where the results are from
};

// The file with the vectors of a target's own configuration. They are generated when they are first wanted and kept in
// the user's cache by content: program, specification and configuration; a file there that is damaged is made anew.
// Empty when the specification has mistakes, which are on standard error. Throws std::runtime_error.
// checks: also those of VM entry, VMFUNC and INVEPT.
std::string own_vectors(const std::string& spec_directory, const harness::Description& description);

// The job of a machine that is known. Without a value when there are mistakes in files, which are on standard error.
std::optional<harness::Job> job_for(const Invocation& invocation, ChoiceArguments& arguments,
                                    const harness::KnownMachine& known);
constexpr std::uint64_t kResultsInMemory = 0x10000000;  // where its results stay when no medium keeps them

// Results of a medium that was made for no machine.
bool says_only_what_it_is(const harness::Results& results);

// Judges and reports; gives the exit code. target: how the report names where the results are from.
int judge_results(const Invocation& invocation, ChoiceArguments arguments, const std::string& target,
                  harness::Results results);

}  // namespace cli
