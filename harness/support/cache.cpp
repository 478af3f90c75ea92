#include "harness/support/cache.h"

#include <unistd.h>

#include <cstdlib>

#include <fmt/format.h>

namespace harness {

namespace fs = std::filesystem;

fs::path cache_directory() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "eptspec";
  if (home != nullptr && *home != '\0') return fs::path(home) / ".cache" / "eptspec";
  return fs::temp_directory_path() / fmt::format("eptspec-{}", getuid());
}

}  // namespace harness
