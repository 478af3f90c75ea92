// A cache for files that can be made again. Tests: tests/harness/kvm.
#pragma once

#include <filesystem>

namespace harness {

// eptspec's directory among the user's caches; need not exist.
std::filesystem::path cache_directory();

}  // namespace harness
