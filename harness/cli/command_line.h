// The command line as the commands see it: names, values, checks. CLI11 does the work and is known to command_line.cpp
// alone, because every file that includes it takes eight seconds to compile. Tests: tests/harness/cli.
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

// Belongs to its command, as a subcommand does; both are copied freely.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option required();
  // Help shows the value that it has now.
  Option shown();
  Option needs(Option other);
  Option excludes(Option other);

 private:
  CLI::Option* option_;
};

class Command {
 public:
  // The program itself, which needs a subcommand, knows --help and --version, and owns all others.
  Command(const std::string& what, const std::string& name, const std::string& version);

  Command add_subcommand(const std::string& name, const std::string& help);
  void require_subcommand();
  // Value: std::string, a vector of them, double, unsigned or std::uint64_t. The value of an option with a check is
  // shown.
  template <class Value>
  Option add_option(const std::string& name, Value& value, const std::string& help, const Check& check = {});
  Option add_flag(const std::string& name, bool& value, const std::string& help);
  // How often it was given.
  [[nodiscard]] std::size_t count(const std::string& name) const;
  // Runs when all is parsed.
  void callback(std::function<void()> run);

  // Runs the chosen command, or prints help or the version. An empty value is a mistake of some script, not the same
  // as no option: every option refuses it. Throws std::runtime_error with the mistake in one line.
  void parse(int argc, const char* const* argv);

 private:
  explicit Command(CLI::App* app) : app_(app) {}

  std::shared_ptr<CLI::App> program_;
  CLI::App* app_;
};

}  // namespace cli
