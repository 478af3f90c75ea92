#include "harness/cli/commands.h"

#include <stdexcept>

#include <fmt/format.h>

#include "spec/load.h"
#include "vectors/format/file.h"

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

bool are_none(const std::vector<std::string>& mistakes) {
  for (const std::string& mistake : mistakes) fmt::print(stderr, "{}\n", mistake);
  return mistakes.empty();
}

void put_out(const std::string& path, const std::string& text) {
  if (path.empty()) {
    fmt::print("{}", text);
  } else {
    vectors::write_file(path, text);
  }
}

}  // namespace cli
