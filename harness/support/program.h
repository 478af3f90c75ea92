// Programs that are started for a while, and the files that they are given and leave. Tests: tests/harness/boot,
// tests/harness/kvm/medium_test.cpp.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace harness {

// A directory of its own below the system's for temporary files, gone afterwards unless EPTSPEC_KEEP is set.
class WorkDirectory {
 public:
  explicit WorkDirectory(const std::string& purpose);
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// For the end of the program by a signal: removes them all. No directory can be made or removed afterwards.
void remove_work_directories();

// eptspec's directory among the user's caches, for files that can be made again; need not exist.
std::filesystem::path cache_directory();

// So many bytes from `begin`, as far as they are there; empty when there is no such file.
std::string contents_of(const std::filesystem::path& path, std::size_t begin = 0, std::size_t count = ~std::size_t{0});

// Whether PATH has it.
bool is_installed(const std::string& program);
// Throws std::runtime_error, "PROGRAM is missing: install PACKAGES", when it has not.
void demand(const std::string& program, const std::string& packages);

// command[0] is looked for in PATH. What the program says goes to the file `output`.
pid_t start_program(const std::vector<std::string>& command, const std::filesystem::path& output);

struct ProgramEnd {
  bool in_time = true;  // else it was killed
  int status = 0;       // of waitpid
};
// Waits for the program's end, or until `done`, which is asked some fifty times a second, and then ends it.
ProgramEnd await_program(
    pid_t pid, double seconds, const std::function<bool()>& done = [] { return false; });
// "ended by signal 9 (Killed)" or "ended with exit code 1".
std::string text_of(const ProgramEnd& ending);

// Runs a program in the directory to its end, and gives what it says, errors too. Throws std::runtime_error with the
// last line that it said when it fails, or when it is missing.
std::string run_program(const std::vector<std::string>& words, const std::filesystem::path& directory);

}  // namespace harness
