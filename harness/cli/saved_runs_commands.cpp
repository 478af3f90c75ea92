// eptspec merge JOURNAL... and matrix REPORT...: what is made of the files that runs have left.
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/adapters/target.h"
#include "harness/cli/capabilities.h"
#include "harness/cli/commands.h"
#include "harness/cli/report_output.h"
#include "harness/report/matrix.h"
#include "harness/suite/journal.h"
#include "harness/suite/selection.h"

namespace cli {

namespace {

struct MergeArguments {
  std::vector<std::string> journals;
  OutputArguments output;
};

// The parts must be of one run and all there, or the report would say less than it seems to.
void demand_whole(const std::vector<harness::JournalContent>& parts, const std::vector<std::string>& paths) {
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (parts[n].whole_bytes == 0) throw std::runtime_error(paths[n] + ": is an empty journal");
  }
  std::set<unsigned> seen;
  const unsigned count = harness::parse_shard(parts[0].header.shard).count;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const harness::Shard shard = harness::parse_shard(parts[n].header.shard);
    harness::JournalHeader header = parts[n].header;
    header.shard = parts[0].header.shard;
    header.selected = parts[0].header.selected;
    if (header != parts[0].header || shard.count != count) {
      throw std::runtime_error(paths[n] + ": is of another run than " + paths[0]);
    }
    if (!seen.insert(shard.index).second) throw std::runtime_error(paths[n] + ": this shard was given already");
    if (parts[n].judgements.size() != parts[n].header.selected) {
      throw std::runtime_error(fmt::format("{}: holds {} of {} vectors; go on with --resume first", paths[n],
                                           parts[n].judgements.size(), parts[n].header.selected));
    }
  }
  if (seen.size() != count)
    throw std::runtime_error(fmt::format("{} of {} shards are missing", count - seen.size(), count));
}

int merge(const Invocation& invocation, const MergeArguments& arguments) {
  auto draft = read_inputs(arguments.output);
  if (!draft) return kCouldNotRun;
  harness::Report& report = draft->report;
  const std::vector<vectors::Vector>& all = draft->all.vectors;
  std::vector<harness::JournalContent> parts;
  for (const std::string& path : arguments.journals) parts.push_back(harness::read_journal(path));
  demand_whole(parts, arguments.journals);
  const harness::JournalHeader& header = parts[0].header;
  if (header.vectors != harness::digest_of(all))
    throw std::runtime_error("the journals are about other vectors; see --vectors");
  report.target = header.target;
  report.target_names = names_of(harness::parse_target(header.target));
  report.name = header.name;
  report.version = header.version;
  if (!add_capabilities(invocation, header.processor, report)) return kCouldNotRun;
  for (const vectors::Vector& vector : all) {
    for (const harness::JournalContent& part : parts) {
      const auto found = part.judgements.find(vector.id);
      if (found == part.judgements.end()) continue;
      report.vectors.push_back(vector);
      report.judgements.push_back(found->second);
      break;
    }
  }
  return finish(arguments.output, *draft);
}

struct MatrixArguments {
  std::vector<std::string> reports;
  std::string format = "text";
  std::string out;
};

const std::map<std::string, std::string (*)(const harness::Matrix&)> kForms = {
    {"text", harness::matrix_text}, {"markdown", harness::matrix_markdown}, {"json", harness::matrix_json}};

int make_matrix(const Invocation& /*unused*/, const MatrixArguments& arguments) {
  harness::Matrix matrix;
  for (const std::string& path : arguments.reports) add_columns(path, matrix);
  put_out(arguments.out, kForms.at(arguments.format)(matrix));
  return 0;
}

}  // namespace

void add_merge_command(Command& app, Invocation& invocation) {
  Command command = app.add_subcommand("merge", "Make one report from the journals of all shards of a run");
  auto& arguments = runs<MergeArguments>(command, invocation, merge);
  command.add_option("JOURNAL", arguments.journals, "One for each shard").required();
  add_output_options(command, arguments.output);
}

void add_matrix_command(Command& app, Invocation& invocation) {
  Command command =
      app.add_subcommand("matrix", "Make one table of targets and rules from the reports of several runs");
  auto& arguments = runs<MatrixArguments>(command, invocation, make_matrix);
  command
      .add_option("REPORT", arguments.reports,
                  "Reports that run --json wrote, or matrices in JSON; of one target and version the last one counts")
      .required();
  std::vector<std::string> names;
  for (const auto& [name, form] : kForms) names.push_back(name);
  command.add_option("--format", arguments.format, "text, markdown or json", one_of(names));
  command.add_option("--out", arguments.out, "File to write; standard output without it");
}

}  // namespace cli
