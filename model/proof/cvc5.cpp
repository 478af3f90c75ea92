#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "model/proof/prove.h"

namespace model {

namespace {

constexpr int kNotStarted = 127;       // exit status of a child that could not become cvc5
constexpr unsigned kGraceSeconds = 5;  // beyond cvc5's own limit, before it is killed

// A descriptor that is closed when the object goes.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) throw std::runtime_error(fmt::format("no descriptor for cvc5: {}", std::strerror(errno)));
  }
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

void write_all(const Descriptor& to, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t count = write(to.number(), text.data() + at, text.size() - at);
    if (count < 0) throw std::runtime_error(fmt::format("cvc5's input cannot be written: {}", std::strerror(errno)));
    at += static_cast<std::size_t>(count);
  }
  lseek(to.number(), 0, SEEK_SET);
}

// Becomes cvc5 with the script as standard input. The script has no name that could be left behind, and the solver ends
// with us.
[[noreturn]] void become_cvc5(const Descriptor& script, int output, const std::string& limit) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(script.number(), STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execlp("cvc5", "cvc5", "--lang=smt2", "--bitblast=eager", limit.c_str(), "-", nullptr);
  _exit(kNotStarted);
}

// What the child prints until it ends or the time is over; false in the latter case.
bool read_until(const Descriptor& from, unsigned seconds, std::string& output) {
  std::array<char, 4096> buffer{};
  timespec start{};
  clock_gettime(CLOCK_MONOTONIC, &start);
  while (true) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto left = static_cast<std::int64_t>(seconds) - (now.tv_sec - start.tv_sec);
    pollfd wait{from.number(), POLLIN, 0};
    if (left <= 0 || poll(&wait, 1, static_cast<int>(left * 1000)) == 0) return false;
    const ssize_t count = read(from.number(), buffer.data(), buffer.size());
    if (count <= 0) return true;
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::string answer(const std::string& output, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotStarted && output.empty()) {
    throw SolverMissing("cvc5 cannot be started (Debian package cvc5)");
  }
  if (output.find("interrupted by timeout") != std::string::npos) return "timeout";
  std::string text = output.substr(0, output.find_last_not_of(" \n") + 1);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  return fmt::format("cvc5 failed (status {}): {}", status, text);
}

}  // namespace

std::string ask_cvc5(const std::string& script, unsigned timeout_seconds) {
  const Descriptor input(memfd_create("eptspec", MFD_CLOEXEC));
  write_all(input, script);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for cvc5");
  const Descriptor output(ends[0]);
  const std::string limit = fmt::format("--tlimit={}", std::uint64_t{timeout_seconds} * 1000);
  const pid_t child = fork();
  if (child == 0) become_cvc5(input, ends[1], limit);
  close(ends[1]);
  if (child < 0) throw std::runtime_error("no process for cvc5");
  std::string text;
  const bool in_time = read_until(output, timeout_seconds + kGraceSeconds, text);
  if (!in_time) kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  return in_time ? answer(text, status) : "timeout";
}

}  // namespace model
