#include "spec/diagnostics.h"

#include <algorithm>

#include <fmt/format.h>

namespace spec {

namespace {

constexpr std::size_t kMaxShown = 200;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// One line of at most kMaxShown bytes, so that no input can flood or steer a terminal.
std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (result.size() >= kMaxShown && !continues_character(c)) return result + "…";
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return result;
}

}  // namespace

void Diagnostics::add(const Place& place, const std::string& wrong, const std::string& expected) {
  list_.push_back({place, printable(wrong) + "; expected " + expected});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> result = list_;
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::string to_string(const Diagnostic& diagnostic) {
  return fmt::format("{}: {}", to_string(diagnostic.place), diagnostic.message);
}

}  // namespace spec
