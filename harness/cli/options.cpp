#include "harness/cli/options.h"

#include <charconv>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "harness/suite/baseline.h"

namespace cli {

namespace {

// All of the text as one number.
template <class Number>
bool read_number(const std::string& text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

// Its help says in brackets what is expected.
CLI::Validator expecting(const char* what, bool (*good)(const std::string&)) {
  return {[what, good](const std::string& text) {
            return good(text) ? std::string() : fmt::format("'{}'; expected {}", text, what);
          },
          ""};
}

}  // namespace

CLI::Validator seconds() {
  return expecting("0.01 to 86400 seconds", [](const std::string& text) {
    double value = 0;
    return read_number(text, value) && value >= 0.01 && value <= 86400;
  });
}

CLI::Validator whole_number() {
  return expecting("a number from 0 to 18446744073709551615", [](const std::string& text) {
    std::uint64_t value = 0;
    return read_number(text, value);
  });
}

CLI::Validator day() {
  return expecting("a day, YYYY-MM-DD", [](const std::string& text) { return harness::is_day(text); });
}

void refuse_empty_values(CLI::App& app) {
  for (CLI::Option* const option : app.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    option->check([](const std::string& text) { return std::string(text.empty() ? "is empty; expected a value" : ""); },
                  "");
  }
  for (CLI::App* const command : app.get_subcommands({})) refuse_empty_values(*command);
}

}  // namespace cli
