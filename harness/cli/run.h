// One run of a target, and several of Bochs's models at once. Tests: tests/harness/cli/reports_test.py,
// tests/harness/boot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/adapters/adapter.h"
#include "harness/adapters/target.h"
#include "harness/cli/commands.h"
#include "harness/cli/report_output.h"

namespace cli {

struct RunArguments {
  std::string target_text;
  harness::Target target;
  std::string profile;
  std::string filter;
  std::string random;
  std::string shard = "1/1";
  std::string journal;
  bool resume = false;
  bool checks = false;  // of own vectors
  bool quick = false;   // only cells, see vectors/goals/goals.h
  unsigned jobs = 1;
  bool own = false;    // the vectors of the target's own configuration
  bool quiet = false;  // no progress
  harness::AdapterOptions adapter;
  OutputArguments output;
};

// Runs the chosen vectors against the target and judges the answers. Without a value when there are mistakes in files,
// which are on standard error. Throws std::runtime_error.
std::optional<Draft> run_target(const Invocation& invocation, RunArguments& arguments);

// bochs:A,B and bochs:all: each model as a target; any other target alone.
std::vector<harness::Target> each_model(const harness::Target& target);
// `jobs` of them at once; the worst exit code. A model without EPT is not tested, which is no fault unless
// all are.
int run_models(const Invocation& invocation, const RunArguments& arguments,
               const std::vector<harness::Target>& targets);

}  // namespace cli
