// eptspec run TARGET: runs every vector against an implementation, judges the answers and reports.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/boot/emulators.h"
#include "harness/boot/serial_line.h"
#include "harness/cli/capabilities.h"
#include "harness/cli/machine_results.h"
#include "harness/cli/progress.h"
#include "harness/cli/run.h"
#include "harness/judge/case.h"
#include "harness/kvm/open_kvm.h"
#include "harness/suite/journal.h"
#include "harness/suite/run.h"
#include "harness/suite/selection.h"
#include "harness/suite/stream.h"
#include "harness/targets/open.h"

namespace cli {

namespace {

// All that chooses vectors is one condition.
std::string filter_of(const RunArguments& arguments) {
  std::string filter = arguments.filter;
  if (!arguments.profile.empty()) filter += " profile:" + arguments.profile;
  if (arguments.quick) filter += " goal:cell/";
  return filter;
}

std::vector<vectors::Vector> chosen(const harness::VectorSet& all, const RunArguments& arguments) {
  const harness::Shard shard = harness::parse_shard(arguments.shard);
  if (!arguments.profile.empty()) check_profile(all, arguments.profile);
  std::vector<vectors::Vector> result = choose(all, filter_of(arguments));
  std::erase_if(result, [&](const vectors::Vector& vector) { return !belongs(shard, vector.id); });
  return result;
}

using Judgements = std::vector<std::optional<harness::Judgement>>;

// Begins the journal, or continues one of the same run and takes over its judgements.
void open_journal(const RunArguments& arguments, const harness::JournalHeader& header,
                  const std::vector<vectors::Vector>& vectors, harness::Journal& journal, Judgements& judgements) {
  if (arguments.journal.empty()) return;
  std::error_code none;
  const bool there = arguments.resume && std::filesystem::exists(arguments.journal, none);
  const harness::JournalContent content = there ? harness::read_journal(arguments.journal) : harness::JournalContent{};
  if (content.whole_bytes == 0) {
    journal.create(arguments.journal, header);
    return;
  }
  if (content.header != header) {
    throw std::runtime_error(arguments.journal +
                             ": is the journal of another run (target, version, vectors, filter, shard)");
  }
  for (std::size_t n = 0; n < vectors.size(); ++n) {
    const auto found = content.judgements.find(vectors[n].id);
    if (found != content.judgements.end()) judgements[n] = found->second;
  }
  journal.append_to(arguments.journal, content);
}

// `machine` is null for a target that each worker opens for itself. The start of a machine costs seconds.
void judge_all(const RunArguments& arguments, std::unique_ptr<harness::Adapter> machine, harness::Report& report,
               const harness::JournalHeader& header) {
  Judgements judgements(report.vectors.size());
  harness::Journal journal;
  open_journal(arguments, header, report.vectors, journal, judgements);
  const auto done = static_cast<std::size_t>(
      std::count_if(judgements.begin(), judgements.end(), [](const auto& one) { return one.has_value(); }));
  std::optional<Progress> progress;
  if (!arguments.quiet) progress.emplace(done, judgements.size());
  const auto judged = [&](std::span<const std::size_t> indices) {
    for (const std::size_t n : indices) {
      if (was_asked(*judgements[n])) journal.note(report.vectors[n].id, *judgements[n]);  // else --resume asks it
    }
    journal.flush();
    if (progress) progress->add(indices.size());
  };
  const unsigned jobs = machine ? 1 : arguments.jobs;
  const auto open = [&] { return machine ? std::move(machine) : open_adapter(arguments.target, arguments.adapter); };
  harness::run_vectors(open, arguments.adapter.batch, jobs, report.vectors, judgements, judged);
  report.judgements.reserve(judgements.size());
  for (auto& one : judgements) report.judgements.push_back(std::move(one).value());
}

// Failures are shown with the processor that failed.
void show_configurations_put(const harness::Description& description, harness::Report& report) {
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    vectors::Case& shown = report.vectors[n].asked;
    if (deviates(report.judgements[n].verdict)) shown.registers = registers_put(shown, description);
  }
}

// The known deviations of a target that the repository knows: bochs.json for all models of Bochs.
std::string known_deviations(const harness::Target& target, const std::string& version) {
  const std::filesystem::path directory = EPTSPEC_TARGETS_DIRECTORY;
  const std::filesystem::path path = directory / (baseline_of(target, version) + ".json");
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? path.string() : std::string();
}

void describe(const harness::Target& target, const harness::Description& description, harness::Report& report) {
  report.target = text_of(target);
  report.target_names = names_of(target);
  report.name = description.name;
  report.version = description.version;
}

// The processor of random vectors: of the profile, else the target's own with its optional controls, else drawn.
std::optional<ept_registers> allowed(const RunArguments& arguments, const harness::VectorSet& all,
                                     const harness::Description& description) {
  if (!arguments.profile.empty()) return configuration_of(all, arguments.profile);
  if (description.any_configuration) return std::nullopt;
  return harness::widest(description);
}

// Each with its reason, because other runs accept these options.
void refuse_with_random(const RunArguments& arguments) {
  if (!arguments.journal.empty())
    throw std::runtime_error("--journal: random vectors are not journalled; the seed makes them again");
  if (!arguments.output.baseline.empty())
    throw std::runtime_error("--baseline: it lists vectors of files, and random ones are not among them");
}

int run_random(const Invocation& invocation, const RunArguments& arguments) {
  refuse_with_random(arguments);
  check_outputs(arguments.output);
  const harness::Description description = open_adapter(arguments.target, arguments.adapter)->description();
  std::optional<Draft> draft = arguments.profile.empty() ? Draft() : read_inputs(arguments.output);
  if (!draft) return kCouldNotRun;
  harness::Report& report = draft->report;
  describe(arguments.target, description, report);
  if (!add_capabilities(invocation, processor_of(description), report)) return kCouldNotRun;
  harness::Stream stream = harness::parse_stream(arguments.random);
  stream.allowed = allowed(arguments, draft->all, description);
  stream.profile = arguments.profile;
  stream.filter = arguments.filter;
  stream.shard = harness::parse_shard(arguments.shard);
  Progress progress(0, stream.count);
  run_stream([&] { return open_adapter(arguments.target, arguments.adapter); }, arguments.adapter.batch, arguments.jobs,
             stream, report, [&](std::size_t count) { progress.add(count); });
  return print(arguments.output, report);
}

// A machine that was booted by hand: reads what it sends over a serial line, and sends it the cases of its
// configuration when it waits for them.
int run_serial(const Invocation& invocation, const RunArguments& arguments) {
  ChoiceArguments choice{arguments.own, arguments.filter, arguments.output};
  const std::string& path = arguments.target.what;
  const std::string name = text_of(arguments.target);
  harness::SerialLine line(path);
  fmt::print(stderr, "{}: listening\n", path);
  harness::Results results = line.listen(arguments.adapter.timeout_seconds);
  if (says_only_what_it_is(results) && line.is_terminal()) {
    const auto job = job_for(invocation, choice, harness::known_machine(name, results));
    if (!job) return kCouldNotRun;
    fmt::print(stderr, "{}: sending {} cases\n", path, job->cases.size());
    line.send_cases(harness::to_blob(*job, kResultsInMemory, image::kOverSerial));
    results = line.listen(arguments.adapter.timeout_seconds);
  }
  return judge_results(invocation, choice, name, std::move(results));
}

// Options that have a meaning for one kind of target only.
void refuse_options_of_others(const Command& command, const harness::Target& target) {
  using harness::TargetKind;
  for (const auto& [option, of] : {std::pair("--boot", TargetKind::bochs),
                                   {"--kernel", TargetKind::kvm_bochs},
                                   {"--kernel-arguments", TargetKind::kvm_bochs}}) {
    if (command.count(option) == 0 || target.kind == of) continue;
    throw std::runtime_error(
        fmt::format("{}: has no meaning for {}; expected {} as target", option, text_of(target), name_of(of)));
  }
}

int run(const Invocation& invocation, RunArguments arguments) {
  const std::vector<harness::Target> targets = each_model(arguments.target);
  if (targets.size() > 1) return run_models(invocation, arguments, targets);
  if (arguments.target.kind == harness::TargetKind::serial) return run_serial(invocation, arguments);
  if (!arguments.random.empty()) return run_random(invocation, arguments);
  auto draft = run_target(invocation, arguments);
  return draft ? finish(arguments.output, *draft) : kCouldNotRun;
}

}  // namespace

std::optional<Draft> run_target(const Invocation& invocation, RunArguments& arguments) {
  std::unique_ptr<harness::Adapter> adapter = open_adapter(arguments.target, arguments.adapter);
  const harness::Description description = adapter->description();
  if (!description.machine) adapter.reset();  // each worker opens its own
  if (arguments.output.baseline.empty()) {
    arguments.output.baseline = known_deviations(arguments.target, description.version);
    arguments.output.foreign_vectors = !arguments.own;
  }
  if (arguments.own && description.machine) {
    arguments.output.vectors = own_vectors(invocation.spec_directory, description);
    if (arguments.output.vectors.empty()) return std::nullopt;
  }
  auto draft = read_inputs(arguments.output);
  if (!draft) return std::nullopt;
  harness::Report& report = draft->report;
  describe(arguments.target, description, report);
  if (!add_capabilities(invocation, processor_of(description), report)) return std::nullopt;
  report.vectors = chosen(draft->all, arguments);
  const harness::JournalHeader header{
      report.target,        report.name,     report.version,        harness::digest_of(draft->all.vectors),
      filter_of(arguments), arguments.shard, report.vectors.size(), processor_of(description)};
  judge_all(arguments, std::move(adapter), report, header);
  harness::attribute_to_bochs(arguments.target, description, report);
  show_configurations_put(description, report);
  return draft;
}

void add_run_command(Command& app, Invocation& invocation) {
  Command command = app.add_subcommand("run", "Run the vectors against an implementation and report every deviation");
  auto& arguments = runs<RunArguments>(command, invocation, [command](const Invocation& with, RunArguments given) {
    given.target = harness::parse_target(given.target_text);
    given.own = command.count("--vectors") == 0;
    refuse_options_of_others(command, given.target);
    return run(with, std::move(given));
  });
  command
      .add_option("TARGET", arguments.target_text,
                  "reference, lib:PATH.so, exec:COMMAND, bochs[:MODEL,...], bochs:all, kvm-bochs[:MODEL], kvm, qemu, "
                  "or serial:DEVICE")
      .required();
  command.add_option("--profile", arguments.profile, "Only vectors of this profile, or random ones for it");
  const Option random = command.add_option("--random", arguments.random,
                                           "SEED[:COUNT]: random vectors instead of those in files, 1000000 without "
                                           "COUNT; those that fail are shrunk. Without "
                                           "--profile, of drawn processors if the target takes any");
  command.add_option(
      "--filter", arguments.filter,
      "Words that must all hold: goal:TEXT, id:TEXT, profile:NAME, question:eptp|entry|walk|sub_page|check, rule:TEXT, "
      "access:TEXT, or TEXT of an id or goal; ! negates");
  command
      .add_flag("--quick", arguments.quick,
                "Only the vectors that isolate one rule of an entry or EPTP each, and their neighbours")
      .excludes(random);
  command.add_option("-j,--jobs", arguments.jobs, "Number of workers, or of models of Bochs, at once", range(1, 1024));
  command.add_option("--timeout", arguments.adapter.timeout_seconds, "Seconds that an answer may take", seconds());
  command.add_option("--kernel", arguments.adapter.kernel,
                     "For kvm-bochs: a Debian package, or VMLINUZ+MODULES, a file and a directory");
  command.add_option("--kernel-arguments", arguments.adapter.kernel_arguments,
                     "For kvm-bochs: more arguments for the kernel's command line");
  command.add_option("--boot", arguments.adapter.boot, "How Bochs boots the image: disk, multiboot1 or multiboot2")
      .shown();
  command.add_option("--shard", arguments.shard, "I/N: run only the I-th of N parts").shown();
  const Option journal = command.add_option("--journal", arguments.journal, "Write each verdict to this file at once");
  command.add_flag("--resume", arguments.resume, "Continue the journal of an interrupted run").needs(journal);
  add_output_options(command, arguments.output);
}

}  // namespace cli
