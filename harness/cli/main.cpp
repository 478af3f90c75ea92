// eptspec: the user's one command. Parses, runs the chosen subcommand, and turns broken surroundings into one line and
// exit code 2.
#include <cstdlib>
#include <exception>

#include <fmt/format.h>

#include "harness/cli/commands.h"

namespace {

constexpr int kCouldNotRun = 2;

std::string default_spec_directory() {
  const char* const from_environment = std::getenv("EPTSPEC_SPEC");
  return from_environment != nullptr ? from_environment : EPTSPEC_SPEC_DIRECTORY;
}

int run(int argc, char** argv) {
  CLI::App app("eptspec: what the Intel SDM says of EPT, proven, and held against implementations", "eptspec");
  app.set_version_flag("--version", EPTSPEC_VERSION);
  app.require_subcommand(1);
  cli::Session session;
  session.spec_directory = default_spec_directory();
  app.add_option("--spec", session.spec_directory, "Directory of the specification")->capture_default_str();
  cli::add_spec_command(app, session);
  cli::add_model_command(app, session);
  cli::add_prove_command(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kCouldNotRun;
  }
  return session.status;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "eptspec: {}\n", error.what());
    return kCouldNotRun;
  }
}
