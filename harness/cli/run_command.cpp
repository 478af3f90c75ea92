// eptspec run TARGET: every vector put to an implementation, judged and reported.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/bochs.h"
#include "harness/cli/commands.h"
#include "harness/cli/own_vectors.h"
#include "harness/cli/report_output.h"
#include "harness/journal.h"
#include "harness/judging.h"
#include "harness/metal/adapter.h"
#include "harness/run.h"
#include "harness/selection.h"

namespace cli {

namespace {

struct Arguments {
  std::string target;
  std::string filter;
  std::string shard = "1/1";
  std::string journal;
  bool resume = false;
  unsigned jobs = 1;
  bool own = false;  // the vectors of the target's own configuration
  harness::AdapterOptions adapter;
  OutputArguments output;
};

// On standard error: a bar on a terminal, else a line now and then.
class Progress {
 public:
  Progress(std::size_t done, std::size_t total)
      : done_(done), total_(total), terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now() + kPlainEvery) {}

  void add(std::size_t count) {
    done_ += count;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + (terminal_ ? kBarEvery : kPlainEvery);
    fmt::print(stderr, "{}{}/{} vectors{}", terminal_ ? "\r" : "", done_, total_, terminal_ ? "" : "\n");
    drawn_ = true;
  }

  ~Progress() {
    if (terminal_ && drawn_) fmt::print(stderr, "\r\033[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kBarEvery{100};
  static constexpr std::chrono::milliseconds kPlainEvery{2000};

  std::size_t done_;
  std::size_t total_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
};

std::vector<vectors::Vector> chosen(const std::vector<vectors::Vector>& all, const Arguments& arguments) {
  const harness::Shard shard = harness::parse_shard(arguments.shard);
  std::vector<vectors::Vector> result;
  for (const vectors::Vector& vector : all) {
    if (harness::belongs(shard, vector.id) && harness::selected(vector, arguments.filter)) result.push_back(vector);
  }
  return result;
}

using Judgements = std::vector<std::optional<harness::Judgement>>;

// Begins the journal, or goes on with one that is about the same run and takes over what it knows.
void open_journal(const Arguments& arguments, const harness::JournalHeader& header,
                  const std::vector<vectors::Vector>& vectors, harness::Journal& journal, Judgements& judgements) {
  if (arguments.journal.empty()) return;
  const bool there = arguments.resume && std::filesystem::exists(arguments.journal);
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

// For a target whose every start costs seconds.
void judge_at_once(harness::Adapter& adapter, const std::vector<vectors::Vector>& vectors, Judgements& judgements,
                   const harness::Judged& judged) {
  std::vector<std::size_t> open;
  std::vector<vectors::Vector> asked;
  for (std::size_t n = 0; n < vectors.size(); ++n) {
    if (judgements[n]) continue;
    open.push_back(n);
    asked.push_back(vectors[n]);
  }
  std::vector<harness::Judgement> made = harness::run_on(adapter, asked);
  for (std::size_t k = 0; k < open.size(); ++k) judgements[open[k]] = std::move(made[k]);
  judged(open);
}

void judge_all(const Arguments& arguments, harness::Adapter& adapter, harness::Report& report,
               const harness::JournalHeader& header) {
  Judgements judgements(report.vectors.size());
  harness::Journal journal;
  open_journal(arguments, header, report.vectors, journal, judgements);
  const auto done = static_cast<std::size_t>(
      std::count_if(judgements.begin(), judgements.end(), [](const auto& one) { return one.has_value(); }));
  Progress progress(done, judgements.size());
  const auto judged = [&](std::span<const std::size_t> indices) {
    for (const std::size_t n : indices) journal.note(report.vectors[n].id, *judgements[n]);
    journal.flush();
    progress.add(indices.size());
  };
  if (adapter.description().machine) {
    judge_at_once(adapter, report.vectors, judgements, judged);
  } else {
    harness::run_vectors(arguments.target, arguments.adapter, arguments.jobs, report.vectors, judgements, judged);
  }
  report.judgements.reserve(judgements.size());
  for (auto& one : judgements) report.judgements.push_back(std::move(one).value());
}

// The known deviations of a target that the repository knows.
std::string known_deviations(const std::string& target) {
  std::string name = target;
  std::replace(name.begin(), name.end(), ':', '_');
  const std::filesystem::path path = std::filesystem::path(EPTSPEC_TARGETS_DIRECTORY) / (name + ".json");
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? path.string() : std::string();
}

int run(const Session& session, Arguments arguments) {
  if (arguments.target == "bochs") arguments.target = std::string("bochs:") + harness::kBochsModel;
  const std::unique_ptr<harness::Adapter> adapter = open_adapter(arguments.target, arguments.adapter);
  const harness::Description& description = adapter->description();
  if (arguments.output.baseline.empty()) arguments.output.baseline = known_deviations(arguments.target);
  harness::Report report;
  std::vector<vectors::Vector> all;
  if (arguments.own && description.machine) {
    arguments.output.vectors = own_vectors(session.spec_directory, description);
    if (arguments.output.vectors.empty()) return 2;
  }
  if (!read_inputs(arguments.output, all, report)) return 2;
  report.vectors = chosen(all, arguments);
  report.target = arguments.target;
  report.name = description.name;
  report.version = description.version;
  const harness::JournalHeader header{report.target,    report.name,     report.version,       harness::digest_of(all),
                                      arguments.filter, arguments.shard, report.vectors.size()};
  judge_all(arguments, *adapter, report, header);
  return finish(arguments.output, all, report);
}

// Every model of Bochs; the worst exit code. A model without EPT is not tested.
int run_models(const Session& session, Arguments arguments) {
  if (!arguments.output.json.empty() || !arguments.output.junit.empty() || !arguments.journal.empty()) {
    throw std::runtime_error("bochs:all writes no files; run one model for these");
  }
  int status = 0;
  for (const char* const model : harness::bochs_models()) {
    arguments.target = std::string("bochs:") + model;
    try {
      status = std::max(status, run(session, arguments));
    } catch (const harness::NotTested& why) {
      fmt::print("{}\n", why.what());
    }
    std::fflush(stdout);
  }
  return status;
}

}  // namespace

void add_run_command(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("run", "Put the vectors to an implementation and judge what it says");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("TARGET", arguments->target, "reference, lib:PATH.so, exec:COMMAND, bochs[:MODEL] or bochs:all")
      ->required();
  command->add_option(
      "--filter", arguments->filter,
      "Words that must all hold: goal:TEXT, id:TEXT, profile:NAME, question:eptp|entry|walk, rule:TEXT, "
      "or TEXT of an id or goal; ! negates");
  command->add_option("-j,--jobs", arguments->jobs, "Workers at once")
      ->check(CLI::Range(1U, 1024U))
      ->capture_default_str();
  command->add_option("--timeout", arguments->adapter.timeout_seconds, "Seconds for an answer")
      ->check(CLI::Range(0.01, 86400.0))
      ->capture_default_str();
  command->add_option("--shard", arguments->shard, "I/N: only the I-th of N parts")->capture_default_str();
  CLI::Option* journal = command->add_option("--journal", arguments->journal, "Note every verdict there at once");
  command->add_flag("--resume", arguments->resume, "Go on with the journal of a run that was cut off")->needs(journal);
  add_output_options(*command, arguments->output);
  command->callback([&session, command, arguments] {
    arguments->own = command->count("--vectors") == 0;
    session.status = arguments->target == "bochs:all" ? run_models(session, *arguments) : run(session, *arguments);
  });
}

}  // namespace cli
