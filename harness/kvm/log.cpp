#include "harness/kvm/log.h"

#include <algorithm>
#include <array>
#include <vector>

namespace harness {

namespace {

constexpr std::size_t kTail = 12;
// As Linux begins them, see its kernel/panic.c and lib/bug.c.
constexpr std::array<std::string_view, 6> kTroubles = {
    "Kernel panic", "WARNING: ", "BUG: ", "kernel BUG at", "Oops: ", "general protection fault"};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string trouble_in(std::string_view log) {
  for (const std::string_view line : lines_of(log)) {
    const auto in_line = [&](std::string_view word) { return line.find(word) != std::string_view::npos; };
    if (std::any_of(kTroubles.begin(), kTroubles.end(), in_line)) return std::string(line);
  }
  return {};
}

std::string tail_of(std::string_view log) {
  const std::vector<std::string_view> lines = lines_of(log);
  std::string tail;
  for (std::size_t n = lines.size() - std::min(kTail, lines.size()); n < lines.size(); ++n) {
    tail += "  ";
    tail += lines[n];
    tail += '\n';
  }
  return tail;
}

}  // namespace harness
