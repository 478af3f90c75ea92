#include "harness/cli/command_line.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "harness/suite/baseline.h"
#include "harness/support/text.h"

namespace cli {

namespace {

// Its help says in brackets what is expected.
Check expecting(const char* what, bool (*good)(const std::string&)) {
  return std::make_shared<CLI::Validator>(
      [what, good](const std::string& text) {
        return good(text) ? std::string() : fmt::format("'{}'; expected {}", text, what);
      },
      "");
}

// An empty value is a mistake of some script, not the same as no option.
void refuse_empty_values(CLI::App& app) {
  for (CLI::Option* const option : app.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    option->check([](const std::string& text) { return std::string(text.empty() ? "is empty; expected a value" : ""); },
                  "");
  }
  for (CLI::App* const command : app.get_subcommands({})) refuse_empty_values(*command);
}

// In one line. A word that is no command is to be named before what is missing in its place.
std::string mistake_in(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (!unknown.empty()) return fmt::format("'{}' is unknown here; see eptspec --help", unknown.front());
  const std::string what = error.what();
  return fmt::format("{}; see --help", what.substr(0, what.find('\n')));
}

}  // namespace

Check one_of(const std::vector<std::string>& values) { return std::make_shared<CLI::Validator>(CLI::IsMember(values)); }

Check range(unsigned least, unsigned most) { return std::make_shared<CLI::Validator>(CLI::Range(least, most)); }

Check seconds() {
  return expecting("0.01 to 86400 seconds", [](const std::string& text) {
    double value = 0;
    return harness::read_number(text, value) && value >= 0.01 && value <= 86400;
  });
}

Check whole_number() {
  return expecting("a number from 0 to 18446744073709551615", [](const std::string& text) {
    std::uint64_t value = 0;
    return harness::read_number(text, value);
  });
}

Check day() {
  return expecting("a day, YYYY-MM-DD", [](const std::string& text) { return harness::is_day(text); });
}

Option Option::required() { return Option(option_->required()); }
Option Option::shown() { return Option(option_->capture_default_str()); }
Option Option::needs(Option other) { return Option(option_->needs(other.option_)); }
Option Option::excludes(Option other) { return Option(option_->excludes(other.option_)); }

Command::Command(const std::string& what, const std::string& name, const std::string& version)
    : program_(std::make_shared<CLI::App>(what, name)), app_(program_.get()) {
  app_->set_version_flag("--version", version);
  app_->require_subcommand(1);
}

Command Command::add_subcommand(const std::string& name, const std::string& help) {
  return Command(app_->add_subcommand(name, help));
}

void Command::require_subcommand() { app_->require_subcommand(1); }

template <class Value>
Option Command::add_option(const std::string& name, Value& value, const std::string& help, const Check& check) {
  CLI::Option* const option = app_->add_option(name, value, help);
  if (check) option->check(*check)->capture_default_str();
  return Option(option);
}
template Option Command::add_option(const std::string&, std::string&, const std::string&, const Check&);
template Option Command::add_option(const std::string&, std::vector<std::string>&, const std::string&, const Check&);
template Option Command::add_option(const std::string&, double&, const std::string&, const Check&);
template Option Command::add_option(const std::string&, unsigned&, const std::string&, const Check&);
template Option Command::add_option(const std::string&, std::uint64_t&, const std::string&, const Check&);

Option Command::add_flag(const std::string& name, bool& value, const std::string& help) {
  return Option(app_->add_flag(name, value, help));
}

std::size_t Command::count(const std::string& name) const { return app_->count(name); }

void Command::callback(std::function<void()> run) { app_->callback(std::move(run)); }

void Command::parse(int argc, const char* const* argv) {
  refuse_empty_values(*app_);
  try {
    app_->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw std::runtime_error(mistake_in(*app_, error));
    app_->exit(error);  // --help, --version
  }
}

}  // namespace cli
