// eptspec prove: the emitted header and the constraints say the same, and the specification does not contradict itself.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/load_or_report.h"
#include "harness/cli/proof_table.h"
#include "model/emit/emit.h"
#include "model/proof/header_terms.h"
#include "model/proof/obligations.h"

namespace cli {

namespace {

struct Arguments {
  std::string solver = "z3";
  std::string obligation;
  std::string export_directory;
  model::ProveOptions options;
};

// What was compiled into this program must be what would be emitted now; otherwise the proof would be about another
// text.
bool text_is_current(const spec::Spec& spec) {
  std::ostringstream emitted;
  model::emit_c_header(spec, emitted);
  if (emitted.str() == model::compiled_header()) {
    fmt::print("the header's text ({} bytes) is the text that was compiled for the proof\n", emitted.str().size());
    return true;
  }
  fmt::print(stderr, "the specification has changed since eptspec was built: build again (./run does), then prove\n");
  return false;
}

std::vector<model::Obligation> chosen(const spec::Spec& spec, const std::string& id) {
  std::vector<model::Obligation> list = model::agreement_obligations(spec);
  std::vector<model::Obligation> own = model::specification_obligations(spec);
  list.insert(list.end(), own.begin(), own.end());
  if (!id.empty()) std::erase_if(list, [&](const model::Obligation& obligation) { return obligation.id != id; });
  return list;
}

// Each obligation as an SMT-LIB 2 script, its first line saying which answer proves it.
void export_scripts(const std::vector<model::Obligation>& obligations, const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  for (const model::Obligation& obligation : obligations) {
    z3::context context;
    std::ofstream out(directory / (obligation.id + ".smt2"));
    out << "; " << obligation.text << "; proved by " << (obligation.goal == model::Aim::no_model ? "unsat" : "sat")
        << "\n"
        << model::script_of(context, obligation.state(context));
    out.close();
    if (!out) throw std::runtime_error(directory.string() + ": cannot be written");
  }
  fmt::print("{} scripts in {}\n", obligations.size(), directory.string());
}

int run(const Invocation& invocation, Arguments arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !text_is_current(*spec)) return 2;
  const auto obligations = chosen(*spec, arguments.obligation);
  if (obligations.empty()) {
    fmt::print(stderr, "there is no obligation '{}'; eptspec prove --list names them\n", arguments.obligation);
    return 2;
  }
  if (!arguments.export_directory.empty()) {
    export_scripts(obligations, arguments.export_directory);
    return 0;
  }
  arguments.options.solver = arguments.solver == "z3" ? model::Solver::z3 : model::Solver::cvc5;
  return print_proofs(*spec, obligations, arguments.options) == 0 ? 0 : 1;
}

int list(const Invocation& invocation) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec) return 2;
  for (const model::Obligation& obligation : chosen(*spec, "")) fmt::print("{}\n", obligation.id);
  return 0;
}

}  // namespace

void add_prove_command(Command& app, Invocation& invocation) {
  Command* command = app.add_subcommand("prove", "Prove that the emitted header and the constraints say the same");
  auto arguments = std::make_shared<Arguments>();
  auto only_list = std::make_shared<bool>(false);
  command->add_option("--solver", arguments->solver, "z3 or cvc5")
      ->check(one_of({"z3", "cvc5"}))
      ->capture_default_str();
  command->add_option("--obligation", arguments->obligation, "Prove only this obligation");
  command->add_option("--timeout", arguments->options.timeout_seconds, "Seconds for one obligation")
      ->check(range(1, 86400))
      ->capture_default_str();
  command->add_option("-j,--jobs", arguments->options.jobs, "Number of threads; 0: one for each processor")
      ->check(range(0, 1024))
      ->capture_default_str();
  command->add_option("--export", arguments->export_directory,
                      "Write the obligations to this directory as SMT-LIB 2 instead of proving them");
  Option* only = command->get_option("--obligation");
  command->add_flag("--list", *only_list, "Only name the obligations")->excludes(only);
  command->callback([&invocation, arguments, only_list] {
    invocation.status = *only_list ? list(invocation) : run(invocation, *arguments);
  });
}

}  // namespace cli
