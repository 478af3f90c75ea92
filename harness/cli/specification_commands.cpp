// eptspec spec, model and prove: what can be said of the specification alone.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "model/emit/emit.h"
#include "model/proof/header_terms.h"
#include "model/proof/obligations.h"
#include "model/proof/prove.h"
#include "model/smt/smtlib.h"
#include "vectors/format/file.h"

namespace cli {

namespace {

using Obligations = std::vector<model::Obligation>;

// Prints a table of proofs, one line when each is found. Whether all are proved.
bool print_proofs(const spec::Spec& spec, const Obligations& obligations, const model::ProveOptions& options) {
  std::size_t width = 0;
  for (const model::Obligation& obligation : obligations) width = std::max(width, obligation.id.size());
  std::size_t open = 0;
  const auto start = std::chrono::steady_clock::now();
  model::prove_all(spec, obligations, options, [&](const model::Proof& proof) {
    fmt::print("{:<{}}  {:<7}  {:7.3f} s  {}\n{}", proof.id, width, name_of(proof.verdict), proof.seconds, proof.text,
               proof.explanation);
    std::fflush(stdout);
    if (proof.verdict != model::Provability::proved) ++open;
  });
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  fmt::print("{} of {} obligations proved in {:.2f} s\n", obligations.size() - open, obligations.size(),
             elapsed.count());
  return open == 0;
}

// One specification: the whole one, or with one of its files replaced.
bool check(const std::string& directory, const std::optional<std::filesystem::path>& overlay) {
  const auto spec = load_or_report(directory, overlay);
  if (!spec) return false;
  const std::string name = overlay ? overlay->string() : directory;
  fmt::print("{}: {} formats, {} rules, {} profiles are well-formed\n", name, spec->formats.size(),
             eptp_rules(*spec).size() + spec->misconfigurations.size() + spec->violations.size(),
             spec->profiles.size());
  return print_proofs(*spec, model::specification_obligations(*spec), {});
}

// Why it is no file that can be checked; empty when it is one.
std::string mistake_in(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return "there is no such file";
  if (!std::filesystem::is_regular_file(file, error)) return "this is not a regular file";
  return std::ifstream(file).good() ? "" : "the file cannot be read";
}

int check_all(const Invocation& invocation, const std::vector<std::string>& files) {
  bool good = true;
  if (files.empty()) good = check(invocation.spec_directory, std::nullopt);
  for (const std::string& file : files) {
    if (const std::string mistake = mistake_in(file); !mistake.empty())
      throw std::runtime_error(fmt::format("{}: {}; expected a YAML file", file, mistake));
    good = check(invocation.spec_directory, file) && good;
  }
  return good ? 0 : kDeviations;
}

const std::map<std::string, void (*)(const spec::Spec&, std::ostream&)> kEmitters = {
    {"c", model::emit_c_header},
    {"c_registers", model::emit_c_registers},
    {"c_controls", model::emit_c_controls},
    {"c_names", model::emit_c_names},
    {"smt2", model::emit_smtlib},
    {"json", model::emit_json}};

struct EmitArguments {
  std::string language = "c";
  std::string out;
};

int emit(const Invocation& invocation, const EmitArguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec) return kCouldNotRun;
  std::ostringstream text;
  kEmitters.at(arguments.language)(*spec, text);
  put_out(arguments.out, text.str());
  return 0;
}

struct ProveArguments {
  std::string solver = "z3";
  std::string obligation;
  std::string export_directory;
  bool list = false;
  model::ProveOptions options;
};

// What was compiled into this program must be what would be emitted now; otherwise the proof would be about another
// text.
bool text_is_current(const spec::Spec& spec) {
  std::ostringstream emitted;
  model::emit_c_header(spec, emitted);
  model::emit_c_registers(spec, emitted);
  model::emit_c_controls(spec, emitted);
  if (emitted.str() == model::compiled_header()) {
    fmt::print("the text of the headers ({} bytes) is the text that was compiled for the proof\n",
               emitted.str().size());
    return true;
  }
  fmt::print(stderr, "the specification has changed since eptspec was built: build again (./run does), then prove\n");
  return false;
}

Obligations chosen(const spec::Spec& spec, const std::string& id) {
  Obligations list = model::agreement_obligations(spec);
  const Obligations own = model::specification_obligations(spec);
  list.insert(list.end(), own.begin(), own.end());
  if (!id.empty()) std::erase_if(list, [&](const model::Obligation& obligation) { return obligation.id != id; });
  return list;
}

// Each obligation as an SMT-LIB 2 script, its first line saying which answer proves it.
void export_scripts(const Obligations& obligations, const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  for (const model::Obligation& obligation : obligations) {
    z3::context context;
    vectors::write_file(directory / (obligation.id + ".smt2"),
                        fmt::format("; {}; proved by {}\n{}", obligation.text,
                                    obligation.goal == model::Aim::no_model ? "unsat" : "sat",
                                    model::script_of(context, obligation.state(context))));
  }
  fmt::print("{} scripts in {}\n", obligations.size(), directory.string());
}

int prove(const Invocation& invocation, ProveArguments arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !(arguments.list || text_is_current(*spec))) return kCouldNotRun;
  const Obligations obligations = chosen(*spec, arguments.obligation);
  if (arguments.list) {
    for (const model::Obligation& obligation : obligations) fmt::print("{}\n", obligation.id);
    return 0;
  }
  if (obligations.empty()) {
    fmt::print(stderr, "there is no obligation '{}'; eptspec prove --list names them\n", arguments.obligation);
    return kCouldNotRun;
  }
  if (!arguments.export_directory.empty()) {
    export_scripts(obligations, arguments.export_directory);
    return 0;
  }
  arguments.options.solver = arguments.solver == "z3" ? model::Solver::z3 : model::Solver::cvc5;
  return print_proofs(*spec, obligations, arguments.options) ? 0 : kDeviations;
}

}  // namespace

void add_spec_command(Command& app, Invocation& invocation) {
  Command spec = app.add_subcommand("spec", "Work with the specification");
  spec.require_subcommand();
  Command command =
      spec.add_subcommand("check", "Check the specification; a FILE replaces the file of the same kind and id");
  auto& files = runs<std::vector<std::string>>(command, invocation, check_all);
  command.add_option("FILE", files, "YAML files, each checked on its own");
}

void add_model_command(Command& app, Invocation& invocation) {
  Command model = app.add_subcommand("model", "Work with the model");
  model.require_subcommand();
  Command command = model.add_subcommand(
      "emit",
      "Write the model: a C11 and C++20 header, one with the names of its bits, SMT-LIB 2 constraints, or JSON");
  auto& arguments = runs<EmitArguments>(command, invocation, emit);
  command.add_option("--lang", arguments.language, "c, c_registers, c_controls, c_names, smt2 or json",
                     one_of({"c", "c_registers", "c_controls", "c_names", "smt2", "json"}));
  command.add_option("--out", arguments.out, "File to write; standard output without it");
}

void add_prove_command(Command& app, Invocation& invocation) {
  Command command = app.add_subcommand("prove", "Prove that the emitted header and the constraints say the same");
  auto& arguments = runs<ProveArguments>(command, invocation, prove);
  command.add_option("--solver", arguments.solver, "z3 or cvc5", one_of({"z3", "cvc5"}));
  const Option only = command.add_option("--obligation", arguments.obligation, "Prove only this obligation");
  command.add_option("--timeout", arguments.options.timeout_seconds, "Seconds for one obligation", range(1, 86400));
  command.add_option("-j,--jobs", arguments.options.jobs, "Number of threads; 0: one for each processor",
                     range(0, 1024));
  command.add_option("--export", arguments.export_directory,
                     "Write the obligations to this directory as SMT-LIB 2 instead of proving them");
  command.add_flag("--list", arguments.list, "Only name the obligations").excludes(only);
}

}  // namespace cli
