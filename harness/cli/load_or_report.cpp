#include "harness/cli/load_or_report.h"

#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>

#include "spec/load.h"

namespace cli {

std::optional<spec::Spec> load_or_report(const std::string& directory,
                                         const std::optional<std::filesystem::path>& overlay) {
  std::error_code none;
  if (!std::filesystem::is_directory(directory, none)) {
    throw std::runtime_error(directory + ": is no directory; expected that of the specification");
  }
  spec::Diagnostics diagnostics;
  auto result = spec::load(directory, diagnostics, overlay);
  for (const spec::Diagnostic& diagnostic : diagnostics.sorted()) fmt::print(stderr, "{}\n", to_string(diagnostic));
  return result;
}

}  // namespace cli
