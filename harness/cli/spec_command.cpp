// eptspec spec check: the YAML is well-formed and cited, and does not contradict itself.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/load_or_report.h"
#include "harness/cli/proof_table.h"
#include "model/proof/obligations.h"

namespace cli {

namespace {

// One specification: the whole one, or with one of its files replaced.
bool check(const std::string& directory, const std::optional<std::filesystem::path>& overlay) {
  const auto spec = load_or_report(directory, overlay);
  if (!spec) return false;
  const std::string name = overlay ? overlay->string() : directory;
  fmt::print("{}: {} formats, {} rules, {} profiles are well-formed\n", name, spec->formats.size(),
             spec->eptp_rules.size() + spec->misconfigurations.size() + spec->violations.size(), spec->profiles.size());
  return print_proofs(*spec, model::specification_obligations(*spec), {}) == 0;
}

// Why it is no file that can be checked; empty when it is one.
std::string mistake_in(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return "there is no such file";
  if (!std::filesystem::is_regular_file(file, error)) return "this is not a regular file";
  return std::ifstream(file).good() ? "" : "the file cannot be read";
}

}  // namespace

void add_spec_command(Command& app, Invocation& invocation) {
  Command* spec = app.add_subcommand("spec", "Work with the specification");
  spec->require_subcommand(1);
  Command* command =
      spec->add_subcommand("check", "Check the specification; a FILE replaces the file of the same kind and id");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "YAML files, each checked on its own");
  command->callback([&invocation, files] {
    bool good = true;
    if (files->empty()) good = check(invocation.spec_directory, std::nullopt);
    for (const std::string& file : *files) {
      if (const std::string mistake = mistake_in(file); !mistake.empty())
        throw std::runtime_error(fmt::format("{}: {}; expected a YAML file", file, mistake));
      good = check(invocation.spec_directory, file) && good;
    }
    invocation.status = good ? 0 : 1;
  });
}

}  // namespace cli
