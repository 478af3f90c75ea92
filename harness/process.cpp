#include "harness/process.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

namespace harness {

std::mutex& spawn_mutex() {
  static std::mutex mutex;
  return mutex;
}

pid_t fork_child() {
  const pid_t parent = getpid();
  std::fflush(nullptr);  // or a child that calls exit() prints it once more
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
  }
  return pid;
}

void kill_group(pid_t& pid) {
  if (pid > 0) {
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  pid = -1;
}

std::string end_of(pid_t& pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  pid = -1;
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return fmt::format("ended by signal {} ({})", number, strsignal(number));
  }
  return fmt::format("left with exit code {}", WEXITSTATUS(status));
}

void close_if_open(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

}  // namespace harness
