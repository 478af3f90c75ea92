// The command line as the commands see it: names, values, checks. CLI11 does the work and is known to command_line.cpp
// alone, because every file that includes it takes eight seconds to compile. Tests: tests/harness/cli/cli_test.py.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the name is the library's
class App;
class Option;
class Validator;
}  // namespace CLI

namespace cli {

// What the value of an option has to be; help shows it.
using Check = std::shared_ptr<CLI::Validator>;

Check one_of(const std::vector<std::string>& values);
Check range(unsigned least, unsigned most);
// How long a target may take for an answer.
Check seconds();
// A number from 0 to 2^64-1, in digits alone.
Check whole_number();
// A day that there is, YYYY-MM-DD.
Check day();

class Option {
 public:
  explicit Option(CLI::Option& option) : option_(option) {}
  Option* required();
  // Help shows the value that it has now.
  Option* capture_default_str();
  Option* check(const Check& check);
  Option* needs(Option* other);
  Option* excludes(Option* other);

 private:
  CLI::Option& option_;
};

// A command owns its options and its subcommands; what it returns lives as long as it does.
class Command {
 public:
  // The program itself, which needs a subcommand and knows --help and --version.
  Command(const std::string& what, const std::string& name, const std::string& version);
  explicit Command(std::shared_ptr<CLI::App> app) : app_(std::move(app)) {}

  Command* add_subcommand(const std::string& name, const std::string& help);
  void require_subcommand(int count);
  // Value: std::string, a vector of them, double, unsigned or std::uint64_t.
  template <class Value>
  Option* add_option(const std::string& name, Value& value, const std::string& help);
  Option* add_flag(const std::string& name, bool& value, const std::string& help);
  // Throws when there is none.
  Option* get_option(const std::string& name);
  // How often it was given.
  [[nodiscard]] std::size_t count(const std::string& name) const;
  // Runs when all is parsed, and before this command's own words are.
  void callback(std::function<void()> run);
  void preparse_callback(std::function<void(std::size_t)> run);

  // Runs the chosen command, or prints help or the version. An empty value is a mistake of some script, not the same
  // as no option: every option refuses it. Throws std::runtime_error with the mistake in one line.
  void parse(int argc, const char* const* argv);

 private:
  Option* keep(CLI::Option* option);

  std::shared_ptr<CLI::App> app_;
  std::vector<std::unique_ptr<Command>> commands_;
  std::vector<std::unique_ptr<Option>> options_;
};

}  // namespace cli
