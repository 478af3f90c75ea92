#include "harness/kvm/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/process.h"

namespace harness {

namespace {

constexpr int kNoProgram = 127;

[[noreturn]] void become(const std::vector<std::string>& words, const std::string& directory, int output, int errors) {
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  if (null < 0 || chdir(directory.c_str()) != 0) _exit(kNoProgram);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(kNoProgram);
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// A file without a name.
int make_file() {
  const int file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error(fmt::format("/tmp: {}", std::strerror(errno)));
  return file;
}

std::string take(int file) {
  std::string text;
  std::array<char, 4096> part{};
  off_t at = 0;
  for (ssize_t got = 0; (got = pread(file, part.data(), part.size(), at)) > 0; at += got) {
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  close(file);
  return text;
}

}  // namespace

std::string run_program(const std::vector<std::string>& words, const std::filesystem::path& directory) {
  const int output = make_file();
  const int errors = make_file();
  const pid_t pid = fork_child();
  if (pid == 0) become(words, directory.string(), output, errors);
  int status = 0;
  waitpid(pid, &status, 0);
  const std::string said = take(output);
  const std::string complained = take(errors);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return said;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoProgram) throw std::runtime_error(words[0] + " is missing");
  throw std::runtime_error(fmt::format("{} failed: {}", words[0], last_line(complained)));
}

}  // namespace harness
