// eptspec judge RESULTS: judges and reports the results that a machine brought back.
#include <memory>

#include "harness/boot/media.h"
#include "harness/cli/machine_results.h"
#include "harness/cli/own_vectors.h"
#include "harness/judge/judging.h"
#include "harness/metal/job.h"
#include "harness/metal/open_machine.h"

namespace cli {

void add_choice_options(Command& command, ChoiceArguments& arguments) {
  command.add_option("--filter", arguments.filter, "As for eptspec run; give media and judge the same filter");
  command.add_option("--vectors", arguments.output.vectors,
                     "File or directory of vectors instead of those of the machine's own configuration");
}

std::optional<std::vector<vectors::Vector>> choose_vectors(const Invocation& invocation, ChoiceArguments& arguments,
                                                           const harness::Description& description,
                                                           harness::VectorSet& all, harness::Report& report) {
  if (arguments.own) arguments.output.vectors = own_vectors(invocation.spec_directory, description);
  if (arguments.output.vectors.empty() || !read_inputs(arguments.output, all, report)) return std::nullopt;
  return harness::choose(all, arguments.filter);
}

std::optional<harness::Job> job_for(const Invocation& invocation, ChoiceArguments& arguments,
                                    const harness::KnownMachine& known) {
  harness::Report report;
  harness::VectorSet all;
  const auto chosen = choose_vectors(invocation, arguments, known.description, all, report);
  if (!chosen) return std::nullopt;
  harness::Job job = harness::plan_job(known.machine, harness::cases_of(*chosen, known.description)).job;
  if (job.cases.size() > harness::kMostCases) throw std::runtime_error("too many cases for one boot");
  return job;
}

bool says_only_what_it_is(const harness::Results& results) {
  return results.probe && results.probe->case_count == 1 && results.probe->obstacle == image::Obstacle::none;
}

int judge_results(const Invocation& invocation, ChoiceArguments arguments, const std::string& target,
                  harness::Results results) {
  if (says_only_what_it_is(results)) {
    throw std::runtime_error(
        target + " only describes the machine: write a medium with its vectors, eptspec media KIND --for " + target);
  }
  const auto adapter = harness::open_results(target, std::move(results));
  harness::Report report;
  harness::VectorSet all;
  auto chosen = choose_vectors(invocation, arguments, adapter->description(), all, report);
  if (!chosen) return 2;
  report.target = arguments.target.empty() ? target : arguments.target;
  report.target_names = {report.target};
  report.name = adapter->description().name;
  report.version = adapter->description().version;
  report.vectors = *std::move(chosen);
  report.judgements = harness::Judging(*adapter).judge_once(harness::puts_of(report.vectors));
  return finish(arguments.output, all, report);
}

void add_judge_command(Command& app, Invocation& invocation) {
  Command* command = app.add_subcommand("judge", "Judge the results that a machine brought back");
  auto path = std::make_shared<std::string>();
  auto arguments = std::make_shared<ChoiceArguments>();
  command->add_option("RESULTS", *path, "A disk or its image, a file of results, or a log of the serial line")
      ->required();
  add_output_options(*command, arguments->output);
  command->add_option("--filter", arguments->filter, "The filter that the medium was made with");
  command->add_option("--target", arguments->target, "Name of the machine in the report and in a baseline's targets");
  command->callback([&invocation, command, path, arguments] {
    arguments->own = command->count("--vectors") == 0;
    invocation.status =
        judge_results(invocation, *arguments, *path, harness::read_results(harness::read_results_in(*path)));
  });
}

}  // namespace cli
