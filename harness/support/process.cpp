#include "harness/support/process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <set>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace harness {

std::mutex& spawn_mutex() {
  static std::mutex mutex;
  return mutex;
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(fmt::format("no pipe: {}", std::strerror(errno)));
  return {ends[0], ends[1]};
}

namespace {

constexpr int kMomentMilliseconds = 1000;  // in which a process ends that has closed its files

// The groups of children that are not reaped.
struct Children {
  std::mutex mutex;
  std::set<pid_t> groups;
};

Children& children() {
  static Children all;
  return all;
}

bool await_end(pid_t pid, int milliseconds) {
  for (int waited = 0; !has_ended(pid); ++waited) {
    if (waited >= milliseconds) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace

pid_t fork_child() {
  const pid_t parent = getpid();
  std::fflush(nullptr);  // or a child that calls exit() prints it once more
  const std::lock_guard<std::mutex> lock(children().mutex);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error(fmt::format("no worker process: {}", std::strerror(errno)));
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);  // main blocks signals in every thread, which a child inherits
  } else {
    setpgid(pid, pid);  // in both, so that neither has to wait for the other
    children().groups.insert(pid);
  }
  return pid;
}

pid_t start_program(const std::vector<std::string>& command, const std::array<int, 3>& files) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t pid = fork_child();
  if (pid != 0) return pid;
  for (int n = 0; n < 3; ++n) {
    if (files.at(static_cast<std::size_t>(n)) >= 0) dup2(files.at(static_cast<std::size_t>(n)), n);
  }
  execvp(arguments[0], arguments.data());
  _exit(127);
}

bool has_ended(pid_t pid) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

int reap_group(pid_t& pid) {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  // The child is not reaped yet, so its number still means its group.
  const std::lock_guard<std::mutex> lock(children().mutex);
  kill(-pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  children().groups.erase(pid);
  pid = -1;
  return status;
}

void kill_group(pid_t& pid) {
  if (pid > 0) {
    kill(-pid, SIGKILL);
    reap_group(pid);
  }
  pid = -1;
}

std::string text_of_status(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return fmt::format("ended by signal {} ({})", number, strsignal(number));
  }
  return fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

std::string end_of(pid_t& pid, const char* what) {
  if (await_end(pid, kMomentMilliseconds)) return text_of_status(reap_group(pid));
  kill_group(pid);
  return fmt::format("closed {} but did not end", what);
}

void end_all_children() {
  children().mutex.lock();  // for good
  for (const pid_t pid : children().groups) kill(-pid, SIGKILL);
  for (const pid_t pid : children().groups) await_end(pid, kMomentMilliseconds);
}

void close_if_open(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

}  // namespace harness
