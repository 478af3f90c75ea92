#include "harness/support/run_program.h"

#include <sys/wait.h>

#include <stdexcept>

#include <fmt/format.h>

#include "harness/support/program.h"

namespace harness {

namespace {

constexpr double kLongest = 600;  // seconds, of a download

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

}  // namespace

std::string run_program(const std::vector<std::string>& words, const std::filesystem::path& directory) {
  if (!is_installed(words[0])) throw std::runtime_error(words[0] + " is not installed");
  const WorkDirectory work("program");
  std::vector<std::string> command{"sh", "-c", R"(cd "$1" && shift && exec "$@")", "sh", directory.string()};
  command.insert(command.end(), words.begin(), words.end());
  const ProgramEnd ending = await_program(start_program(command, work.path() / "output"), kLongest);
  std::string said = contents_of(work.path() / "output");
  if (ending.in_time && WIFEXITED(ending.status) && WEXITSTATUS(ending.status) == 0) return said;
  throw std::runtime_error(fmt::format("{}: {}", words[0], ending.in_time ? last_line(said) : "did not end in time"));
}

}  // namespace harness
