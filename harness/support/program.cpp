#include "harness/support/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
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

constexpr double kLongest = 600;  // seconds, of a download

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

fs::path cache_directory() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "eptspec";
  if (home != nullptr && *home != '\0') return fs::path(home) / ".cache" / "eptspec";
  return fs::temp_directory_path() / fmt::format("eptspec-{}", getuid());
}

std::string contents_of(const fs::path& path, std::size_t begin, std::size_t count) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::ifstream in(path, std::ios::binary);
  std::string bytes;
  in.seekg(static_cast<std::streamoff>(begin));
  while (in && bytes.size() < count) {
    const std::size_t before = bytes.size();
    bytes.resize(before + std::min(count - before, kPiece));
    in.read(bytes.data() + before, static_cast<std::streamsize>(bytes.size() - before));
    bytes.resize(before + static_cast<std::size_t>(in.gcount()));
  }
  return bytes;
}

bool is_installed(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

void demand(const std::string& program, const std::string& packages) {
  if (!is_installed(program)) throw std::runtime_error(fmt::format("{} is missing: install {}", program, packages));
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

std::string run_program(const std::vector<std::string>& words, const fs::path& directory) {
  if (!is_installed(words[0])) throw std::runtime_error(words[0] + " is not installed");
  const WorkDirectory work("program");
  std::vector<std::string> command{"sh", "-c", R"(cd "$1" && shift && exec "$@")", "sh", directory.string()};
  command.insert(command.end(), words.begin(), words.end());
  const ProgramEnd ending = await_program(start_program(command, work.path() / "output"), kLongest);
  std::string said = contents_of(work.path() / "output");
  if (ending.in_time && WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 0) return said;
  while (said.ends_with('\n')) said.pop_back();
  std::string why = said.empty() ? text_of(ending) : said.substr(said.rfind('\n') + 1);
  if (!ending.in_time) why = "did not end in time";
  throw std::runtime_error(fmt::format("{}: {}", words[0], why));
}

void remove_work_directories() {
  work().mutex.lock();  // for good
  std::error_code ignored;
  for (const fs::path& path : work().directories) fs::remove_all(path, ignored);
}

}  // namespace harness
