// Several models of Bochs at once, each with a separate report.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "harness/boot/emulators.h"
#include "harness/cli/run.h"
#include "harness/metal/known_machine.h"

namespace cli {

namespace {

constexpr const char* kAllModels = "all";

struct Outcome {
  int status = kCouldNotRun;
  bool tested = true;
  std::string text;                        // report or line for people
  std::vector<std::string> warnings = {};  // that the text does not have
};

// "bochs:tigerlake" in the directory, as a file.
std::string file_of(const std::string& directory, std::string name, const char* ending) {
  if (directory.empty()) return {};
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ':' || c == '/'; }, '_');
  return (std::filesystem::path(directory) / (name + ending)).string();
}

std::string last_line(const std::string& text) { return text.substr(text.rfind('\n', text.size() - 2) + 1); }

Outcome run_model(const Invocation& invocation, RunArguments arguments, const harness::Target& target, bool brief) {
  const std::string name = text_of(target);
  arguments.target = target;
  arguments.quiet = true;
  arguments.output.json = file_of(arguments.output.json, name, ".json");
  arguments.output.junit = file_of(arguments.output.junit, name, ".xml");
  try {
    auto draft = run_target(invocation, arguments);
    if (!draft) return {kCouldNotRun, true, fmt::format("{}: cannot be run\n", name)};
    assess(arguments.output, *draft);
    write_reports(arguments.output, draft->report);
    const std::string text = harness::terminal_report(draft->report);
    const int status = harness::exit_code(draft->report);
    if (!brief) return {status, true, text + "\n"};
    return {status, true, fmt::format("{}{:<32} {}", status == 0 ? "" : text + "\n", name, last_line(text)),
            draft->report.assessment.warnings};
  } catch (const harness::NotTested& why) {
    return {0, false, fmt::format("{}\n", why.what())};
  } catch (const std::runtime_error& error) {
    return {kCouldNotRun, true, fmt::format("{}: {}\n", name, error.what())};
  }
}

}  // namespace

std::vector<harness::Target> each_model(const harness::Target& target) {
  if (target.kind != harness::TargetKind::bochs) return {target};
  std::vector<harness::Target> targets;
  const auto add = [&](const std::string& model) { targets.push_back({target.kind, model, target.path}); };
  if (target.what == kAllModels) {
    for (const char* const model : harness::bochs_models()) add(model);
    return targets;
  }
  std::istringstream models(target.what);
  for (std::string model; std::getline(models, model, ',');) add(model);
  return targets;
}

int run_models(const Invocation& invocation, const RunArguments& arguments,
               const std::vector<harness::Target>& targets) {
  std::set<std::string> names;
  for (const harness::Target& target : targets) {
    if (names.insert(text_of(target)).second) continue;
    throw std::runtime_error(text_of(arguments.target) + ": a model is named twice; expected different ones");
  }
  if (!arguments.journal.empty()) throw std::runtime_error("--journal: holds the run of one model; expected one model");
  for (const std::string& directory : {arguments.output.json, arguments.output.junit}) {
    if (!directory.empty()) std::filesystem::create_directories(directory);
  }
  const bool brief = arguments.target.what == kAllModels;
  std::vector<std::promise<Outcome>> outcomes(targets.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t n = next++; n < targets.size(); n = next++) {
      outcomes[n].set_value(run_model(invocation, arguments, targets[n], brief));
    }
  };
  std::vector<std::thread> workers;
  for (unsigned n = 0; n < arguments.jobs; ++n) workers.emplace_back(work);
  int status = 0;
  bool tested = false;
  std::set<std::string> warnings;  // models share a baseline
  for (auto& one : outcomes) {
    const Outcome outcome = one.get_future().get();
    fmt::print("{}", outcome.text);
    std::fflush(stdout);
    status = std::max(status, outcome.status);
    tested = tested || outcome.tested;
    warnings.insert(outcome.warnings.begin(), outcome.warnings.end());
  }
  for (const std::string& warning : warnings) fmt::print("baseline warning: {}\n", warning);
  for (std::thread& worker : workers) worker.join();
  return tested ? status : kCouldNotRun;
}

}  // namespace cli
