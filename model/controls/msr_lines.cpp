#include "model/controls/msr_lines.h"

#include <charconv>

#include <fmt/format.h>

namespace model {

namespace {

constexpr std::string_view kSpace = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  std::uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<spec::Word> msr_called(const spec::Spec& spec, std::string_view name) {
  const std::optional<std::uint64_t> number = hexadecimal(name);
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const spec::Register& one = spec.registers[n];
    if (one.msr && (one.id == name || (number && *one.msr == *number))) return spec::word_of_register(n);
  }
  return std::nullopt;
}

}  // namespace

void read_msr_line(const spec::Spec& spec, std::string_view line, const std::string& place, spec::Knowledge& msrs,
                   std::vector<std::string>& mistakes) {
  const std::string_view text = trimmed(line.substr(0, line.find('#')));
  if (text.empty()) return;
  const auto wrong = [&](const std::string& what) { mistakes.push_back(place + ": " + what); };
  const std::size_t end = text.find_first_of(": \t");
  std::string_view value = end == std::string_view::npos ? std::string_view{} : trimmed(text.substr(end));
  if (value.starts_with(':')) value = trimmed(value.substr(1));
  const std::string_view name = text.substr(0, end);
  const std::optional<spec::Word> word = msr_called(spec, name);
  const std::optional<std::uint64_t> number = hexadecimal(value);
  if (!word) return wrong(fmt::format("'{}' is no capability MSR; expected a number such as 482 or an id", name));
  if (!number)
    return wrong(fmt::format("'{}' is no value of MSR {}; expected up to 16 hexadecimal digits", value, name));
  if (!msrs.emplace(*word, spec::known(*number)).second)
    wrong(fmt::format("MSR {} was given before; expected each once", name));
}

void read_msr_lines(const spec::Spec& spec, std::string_view text, const std::string& name, spec::Knowledge& msrs,
                    std::vector<std::string>& mistakes) {
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    read_msr_line(spec, text.substr(0, end), fmt::format("{}:{}", name, line), msrs, mistakes);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace model
