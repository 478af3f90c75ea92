#include "harness/kvm/kernel.h"

#include <unistd.h>

#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/support/cache.h"
#include "harness/support/run_program.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

// The package that a package without content of its own stands for, as linux-image-cloud-amd64 does.
std::string resolved(const std::string& package) {
  std::istringstream lines(run_program({"apt-cache", "depends", package}, "/"));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("Depends: linux-image-");
    if (at != std::string::npos) return line.substr(at + std::string("Depends: ").size());
  }
  return package;
}

// The file name of the version that apt would download: the second word of the line with its address.
std::string file_of(const std::string& package) {
  std::istringstream lines(run_program({"apt-get", "download", "--print-uris", package}, "/"));
  for (std::string address; std::getline(lines, address);) {
    std::istringstream words(address);
    std::string file;
    if (address.starts_with('\'') && words >> file >> file) return file;
  }
  throw std::runtime_error("apt knows no address for it");
}

fs::path vmlinuz_in(const fs::path& root) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "boot", ignored)) {
    if (entry.path().filename().string().starts_with("vmlinuz")) return entry.path();
  }
  throw std::runtime_error("there is no kernel in the package");
}

fs::path unpacked(const std::string& package) {
  const std::string real = resolved(package);
  const std::string file = file_of(real);
  fs::path place = cache_directory() / "kernels" / file;
  std::error_code ignored;
  if (fs::exists(place, ignored)) return place;
  const fs::path draft = place.string() + fmt::format(".{}", getpid());
  fs::create_directories(draft);
  fmt::print(stderr, "downloading {}\n", file);
  run_program({"apt-get", "download", real}, draft);
  run_program({"dpkg", "-x", (draft / file).string(), draft.string()}, draft);
  fs::remove(draft / file);
  fs::rename(draft, place, ignored);
  if (ignored) fs::remove_all(draft);  // another run was faster
  return place;
}

// VMLINUZ+MODULES, of which both may contain a plus.
Kernel own_kernel(const std::string& from) {
  Kernel own;
  for (std::size_t plus = from.find('+'); plus != std::string::npos; plus = from.find('+', plus + 1)) {
    own = {from.substr(0, plus), from.substr(plus + 1)};
    if (fs::is_regular_file(own.vmlinuz) && fs::is_directory(own.modules)) return own;
  }
  if (own.vmlinuz.empty()) throw std::runtime_error(from + ": expected VMLINUZ+MODULES, a file and a directory");
  if (!fs::is_regular_file(own.vmlinuz)) throw std::runtime_error(own.vmlinuz.string() + ": is no file");
  throw std::runtime_error(own.modules.string() + ": is no directory");
}

}  // namespace

Kernel find_kernel(const std::string& from) {
  if (from.find('/') != std::string::npos) return own_kernel(from);
  try {
    const fs::path root = unpacked(from);
    return {vmlinuz_in(root), root / "lib" / "modules"};
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("the kernel package {} is not available: {}", from, error.what()));
  }
}

}  // namespace harness
