// eptspec model emit: the specification as C headers, SMT-LIB 2 or JSON.
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stdexcept>

#include "harness/cli/commands.h"
#include "harness/cli/load_or_report.h"
#include "model/emit/emit.h"
#include "model/smt/smtlib.h"

namespace cli {

namespace {

using Emitter = void (*)(const spec::Spec&, std::ostream&);

struct Arguments {
  std::string language = "c";
  std::string out;
};

const std::map<std::string, Emitter> kEmitters = {{"c", model::emit_c_header},
                                                  {"c_names", model::emit_c_names},
                                                  {"smt2", model::emit_smtlib},
                                                  {"json", model::emit_json}};

void emit(const spec::Spec& spec, const Arguments& arguments) {
  const Emitter emitter = kEmitters.at(arguments.language);
  if (arguments.out.empty()) {
    emitter(spec, std::cout);
    return;
  }
  std::ofstream out(arguments.out);
  emitter(spec, out);
  out.close();
  if (!out) throw std::runtime_error(arguments.out + ": cannot be written");
}

}  // namespace

void add_model_command(Command& app, Invocation& invocation) {
  Command* model = app.add_subcommand("model", "Work with the model");
  model->require_subcommand(1);
  Command* command = model->add_subcommand(
      "emit",
      "Write the model: a C11 and C++20 header, one with the names of its bits, SMT-LIB 2 constraints, or JSON");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--lang", arguments->language, "c, c_names, smt2 or json")
      ->check(one_of({"c", "c_names", "smt2", "json"}))
      ->capture_default_str();
  command->add_option("--out", arguments->out, "File to write; standard output without it");
  command->callback([&invocation, arguments] {
    const auto spec = load_or_report(invocation.spec_directory);
    invocation.status = spec ? 0 : 2;
    if (spec) emit(*spec, *arguments);
  });
}

}  // namespace cli
