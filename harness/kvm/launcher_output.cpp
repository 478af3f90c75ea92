#include "harness/kvm/launcher_output.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <fmt/format.h>

#include "harness/metal/blob.h"

namespace harness {

namespace {

constexpr std::string_view kMagic = "KVMF";

bool is_possible(const kvm::FrameHeader& header) {
  return header.say >= kvm::Say::ready && header.say <= kvm::Say::finished && header.size <= kvm::kMostPayload;
}

constexpr std::size_t kTail = 20;
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

std::optional<Frame> FrameReader::next() {
  for (;;) {
    const std::size_t at = pending_.find(kMagic);
    if (at == std::string::npos) {
      if (pending_.size() >= kMagic.size()) pending_.erase(0, pending_.size() - (kMagic.size() - 1));
      return std::nullopt;
    }
    pending_.erase(0, at);
    kvm::FrameHeader header{};
    if (pending_.size() < sizeof(header)) return std::nullopt;
    std::memcpy(&header, pending_.data(), sizeof(header));
    if (is_possible(header)) {
      if (pending_.size() < sizeof(header) + header.size) return std::nullopt;
      std::string payload = pending_.substr(sizeof(header), header.size);
      if (crc32c(payload) == header.crc) {
        pending_.erase(0, sizeof(header) + header.size);
        return Frame{header.say, std::move(payload)};
      }
    }
    pending_.erase(0, kMagic.size());
  }
}

std::string trouble_in(std::string_view log) {
  for (const std::string_view line : lines_of(log)) {
    const auto in_line = [&](std::string_view word) { return line.find(word) != std::string_view::npos; };
    if (std::any_of(kTroubles.begin(), kTroubles.end(), in_line)) return std::string(line);
  }
  return {};
}

std::string tail_of(std::string_view log) {
  const std::vector<std::string_view> lines = lines_of(log);
  const auto trouble = std::find_if(lines.begin(), lines.end(), [](auto line) { return !trouble_in(line).empty(); });
  const auto last = lines.end() - static_cast<std::ptrdiff_t>(std::min(kTail, lines.size()));
  const auto begin = std::min(trouble, last);
  const auto end = trouble < last ? begin + static_cast<std::ptrdiff_t>(kTail) : lines.end();
  std::string tail;
  for (auto line = begin; line != end; ++line) tail += fmt::format("  {}\n", *line);
  return tail;
}

}  // namespace harness
