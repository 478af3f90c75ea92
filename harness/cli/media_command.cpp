// eptspec media KIND: a medium that boots the image on a machine.
#include <memory>

#include <fmt/format.h>

#include "harness/boot/media.h"
#include "harness/boot/media_efi.h"
#include "harness/cli/machine_results.h"
#include "harness/metal/job.h"

namespace cli {

namespace {

struct Arguments {
  std::string out;
  std::string machine;  // file of the results of an earlier boot
  bool serial = false;
  ChoiceArguments choice;
};

// What the machine is asked: what it is and, when that is known, all vectors of its configuration. Without a value when
// there are mistakes in files.
std::optional<harness::Job> job_of(const Invocation& invocation, Arguments& arguments) {
  if (arguments.machine.empty()) return harness::plan_job({}, {}).job;
  const harness::Results results = harness::read_results(harness::read_results_in(arguments.machine));
  return job_for(invocation, arguments.choice, harness::known_machine(arguments.machine, results));
}

// The flags of CasesHeader. A medium that only asks what the machine is then waits for cases from the serial line.
std::uint32_t flags_of(const Arguments& arguments) {
  if (!arguments.serial) return 0;
  return arguments.machine.empty() ? image::kOverSerial | image::kAskForCases : image::kOverSerial;
}

// Writes the medium; results: where they stay in memory, or 0 when the medium keeps them.
using Write = void (*)(const std::string& out, const std::string& blob, std::size_t results_size);

int make(const Invocation& invocation, Arguments arguments, std::uint64_t results, Write write) {
  const auto job = job_of(invocation, arguments);
  if (!job) return 2;
  const std::string blob = harness::to_blob(*job, results, flags_of(arguments));
  write(arguments.out, blob, harness::results_size(job->cases.size()));
  fmt::print("{}: {} case{}{}\n", arguments.out, job->cases.size(), job->cases.size() == 1 ? "" : "s",
             arguments.machine.empty() ? ", which asks the machine what it is" : "");
  return 0;
}

Command* add_medium(Command& media, const char* name, const char* what, const std::shared_ptr<Arguments>& arguments) {
  Command* command = media.add_subcommand(name, what);
  command->add_option("--out", arguments->out, "The file to write")->required();
  Option* machine = command->add_option("--for", arguments->machine,
                                        "Results of an earlier boot of the machine: the medium gets the vectors "
                                        "of its configuration. Without it, the medium only asks what the machine is");
  add_choice_options(*command, arguments->choice);
  for (const char* const other : {"--vectors", "--filter"}) command->get_option(other)->needs(machine);
  return command;
}

}  // namespace

void add_media_command(Command& app, Invocation& invocation) {
  Command* media = app.add_subcommand("media", "Write a medium that boots the image on a machine");
  media->require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  const auto makes = [&invocation, arguments](Command* command, std::uint64_t results, Write write) {
    command->callback([&invocation, arguments, command, results, write] {
      arguments->choice.own = command->count("--vectors") == 0;
      invocation.status = make(invocation, *arguments, results, write);
    });
  };
  Command* disk = add_medium(*media, "disk", "A raw disk for a BIOS; it keeps the results", arguments);
  disk->add_flag("--serial", arguments->serial, "Also send the results over the serial line");
  makes(disk, 0, [](const std::string& out, const std::string& blob, std::size_t results_size) {
    harness::write_disk(out, blob, results_size);
  });
  Command* iso =
      add_medium(*media, "iso", "A CD for a BIOS, with GRUB; it sends the results over the serial line", arguments);
  makes(iso, kResultsInMemory,
        [](const std::string& out, const std::string& blob, std::size_t) { harness::write_iso(out, blob, {}); });
  Command* efi =
      add_medium(*media, "efi", "A FAT disk for UEFI, or files in a directory; it keeps the results", arguments);
  makes(efi, 0, [](const std::string& out, const std::string& blob, std::size_t results_size) {
    harness::write_efi(out, blob, results_size);
  });
  iso->preparse_callback([arguments](std::size_t) { arguments->serial = true; });
}

}  // namespace cli
