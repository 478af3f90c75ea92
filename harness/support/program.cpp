#include "harness/support/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "harness/support/process.h"

namespace harness {

namespace fs = std::filesystem;

namespace {

// Those that are to be removed.
struct Work {
  std::mutex mutex;
  std::set<fs::path> directories;
};

Work& work() {
  static Work all;
  return all;
}

}  // namespace

WorkDirectory::WorkDirectory(const std::string& purpose) {
  std::string name = (fs::temp_directory_path() / ("eptspec-" + purpose + "-XXXXXX")).string();
  const std::lock_guard<std::mutex> lock(work().mutex);
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": " + std::strerror(errno));
  path_ = name;
  if (std::getenv("EPTSPEC_KEEP") == nullptr) work().directories.insert(path_);
}

WorkDirectory::~WorkDirectory() {
  const std::lock_guard<std::mutex> lock(work().mutex);
  std::error_code ignored;
  if (work().directories.erase(path_) != 0) fs::remove_all(path_, ignored);
}

std::string contents_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool is_installed(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

pid_t start_program(const std::vector<std::string>& command, const fs::path& output) {
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (in < 0 || out < 0) throw std::runtime_error(output.string() + ": " + std::strerror(errno));
  const pid_t pid = start_program(command, {in, out, out});
  close(in);
  close(out);
  return pid;
}

ProgramEnd await_program(pid_t pid, double seconds, const std::function<bool()>& done) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  auto pause = std::chrono::milliseconds(2);
  ProgramEnd ending;
  while (!has_ended(pid)) {
    const bool is_done = done();
    if (is_done || Clock::now() > until) {
      kill_group(pid);
      ending.in_time = is_done;
      return ending;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(20));
  }
  ending.status = reap_group(pid);
  return ending;
}

std::string text_of(const ProgramEnd& ending) { return text_of_status(ending.status); }

void remove_work_directories() {
  work().mutex.lock();  // for good
  std::error_code ignored;
  for (const fs::path& path : work().directories) fs::remove_all(path, ignored);
}

}  // namespace harness
