#include "spec/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace spec {

namespace {

auto key(const Diagnostic& diagnostic) {
  return std::tie(diagnostic.place.file, diagnostic.place.line, diagnostic.place.column, diagnostic.message);
}

}  // namespace

void Diagnostics::add(const Place& place, std::string wrong, const std::string& expected) {
  list_.push_back({place, std::move(wrong) + "; expected " + expected});
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  std::vector<Diagnostic> result = list_;
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return key(a) < key(b); });
  result.erase(std::unique(result.begin(), result.end(), [](const auto& a, const auto& b) { return key(a) == key(b); }),
               result.end());
  return result;
}

std::string to_string(const Diagnostic& diagnostic) {
  return fmt::format("{}: {}", to_string(diagnostic.place), diagnostic.message);
}

}  // namespace spec
