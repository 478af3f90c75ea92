// eptspec media KIND: a medium that boots the image on a machine. eptspec judge RESULTS: judges and reports the results
// that a machine brought back.
#include <fmt/format.h>

#include "harness/boot/media.h"
#include "harness/cli/capabilities.h"
#include "harness/cli/machine_results.h"
#include "harness/judge/judging.h"
#include "harness/metal/job.h"
#include "harness/metal/open_machine.h"

namespace cli {

namespace {

harness::Results results_in(const std::string& path) { return harness::read_results(harness::read_results_in(path)); }

struct MediaArguments {
  std::string out;
  std::string machine;  // file of the results of an earlier boot
  bool serial = false;
  ChoiceArguments choice;
};

// With the vectors in their order. Without a value when there are mistakes in files, which are on standard error.
std::optional<Draft> chosen_for(const Invocation& invocation, ChoiceArguments& arguments,
                                const harness::Description& description) {
  if (arguments.own) arguments.output.vectors = own_vectors(invocation.spec_directory, description);
  if (arguments.output.vectors.empty()) return std::nullopt;
  auto draft = read_inputs(arguments.output);
  if (draft) draft->report.vectors = harness::choose(draft->all, arguments.filter);
  return draft;
}

struct JudgeArguments {
  std::string path;
  ChoiceArguments choice;
};

// What the machine is asked: what it is and, when that is known, all vectors of its configuration. Without a value when
// there are mistakes in files.
std::optional<harness::Job> job_of(const Invocation& invocation, MediaArguments& arguments) {
  if (arguments.machine.empty()) return harness::plan_job({}, {}).job;
  const harness::KnownMachine known = harness::known_machine(arguments.machine, results_in(arguments.machine));
  return job_for(invocation, arguments.choice, known);
}

// Writes the medium; `results` are the bytes of the results that it is to keep.
using Write = void (*)(const std::filesystem::path& out, const std::string& blob, std::size_t results);

int make(const Invocation& invocation, MediaArguments arguments, std::uint64_t results, Write write) {
  const auto job = job_of(invocation, arguments);
  if (!job) return kCouldNotRun;
  std::uint32_t flags = arguments.serial ? image::kOverSerial : 0;
  // A medium that only asks what the machine is then waits for cases from the serial line.
  if (arguments.serial && arguments.machine.empty()) flags |= image::kAskForCases;
  write(arguments.out, harness::to_blob(*job, results, flags), harness::results_size(*job));
  fmt::print("{}: {} case{}{}\n", arguments.out, job->cases.size(), job->cases.size() == 1 ? "" : "s",
             arguments.machine.empty() ? ", which asks the machine what it is" : "");
  return 0;
}

// results: where they stay in memory, or 0 when the medium keeps them.
MediaArguments& add_medium(Command& command, Invocation& invocation, std::uint64_t results, Write write) {
  auto& arguments = runs<MediaArguments>(command, invocation,
                                         [command, results, write](const Invocation& with, MediaArguments given) {
                                           given.choice.own = command.count("--vectors") == 0;
                                           return make(with, std::move(given), results, write);
                                         });
  command.add_option("--out", arguments.out, "The file to write").required();
  const Option machine =
      command.add_option("--for", arguments.machine,
                         "Results of an earlier boot of the machine: the medium gets the vectors "
                         "of its configuration. Without it, the medium only asks what the machine is");
  command.add_option("--filter", arguments.choice.filter, "As for eptspec run; give media and judge the same filter")
      .needs(machine);
  command
      .add_option("--vectors", arguments.choice.output.vectors,
                  "File or directory of vectors instead of those of the machine's own configuration")
      .needs(machine);
  return arguments;
}

}  // namespace

std::optional<harness::Job> job_for(const Invocation& invocation, ChoiceArguments& arguments,
                                    const harness::KnownMachine& known) {
  const auto draft = chosen_for(invocation, arguments, known.description);
  if (!draft) return std::nullopt;
  harness::Job job = harness::plan_job(known.machine, harness::cases_of(draft->report.vectors, known.description)).job;
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
  auto draft = chosen_for(invocation, arguments, adapter->description());
  if (!draft) return kCouldNotRun;
  harness::Report& report = draft->report;
  report.target = arguments.target.empty() ? target : arguments.target;
  report.target_names = {report.target};
  report.name = adapter->description().name;
  report.version = adapter->description().version;
  if (!add_capabilities(invocation, processor_of(adapter->description()), report)) return kCouldNotRun;
  report.judgements = harness::Judging(*adapter).judge_once(harness::puts_of(report.vectors));
  return finish(arguments.output, *draft);
}

void add_media_command(Command& app, Invocation& invocation) {
  Command media = app.add_subcommand("media", "Write a medium that boots the image on a machine");
  media.require_subcommand();
  Command disk = media.add_subcommand("disk", "A raw disk for a BIOS; it keeps the results");
  auto& of_disk = add_medium(disk, invocation, 0, harness::write_disk);
  disk.add_flag("--serial", of_disk.serial, "Also send the results over the serial line");
  Command iso = media.add_subcommand("iso", "A CD for a BIOS, with GRUB; it sends the results over the serial line");
  add_medium(iso, invocation, kResultsInMemory, [](const auto& out, const std::string& blob, std::size_t /*unused*/) {
    harness::write_iso(out, blob, {});
  }).serial = true;
  Command efi = media.add_subcommand("efi", "A FAT disk for UEFI, or files in a directory; it keeps the results");
  add_medium(efi, invocation, 0, harness::write_efi);
}

void add_judge_command(Command& app, Invocation& invocation) {
  Command command = app.add_subcommand("judge", "Judge the results that a machine brought back");
  auto& arguments = runs<JudgeArguments>(command, invocation, [command](const Invocation& with, JudgeArguments given) {
    given.choice.own = command.count("--vectors") == 0;
    return judge_results(with, given.choice, given.path, results_in(given.path));
  });
  command.add_option("RESULTS", arguments.path, "A disk or its image, a file of results, or a log of the serial line")
      .required();
  add_output_options(command, arguments.choice.output);
  command.add_option("--filter", arguments.choice.filter, "The filter that the medium was made with");
  command.add_option("--target", arguments.choice.target,
                     "Name of the machine in the report and in a baseline's targets");
}

}  // namespace cli
