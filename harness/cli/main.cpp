// eptspec: the user's one command. Parses, runs the chosen subcommand, and turns broken surroundings into one line and
// exit code 2.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <thread>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/support/process.h"
#include "harness/support/program.h"

namespace {

constexpr const char* kNoOutput = "standard output cannot be written";
constexpr int kKilledBy = 128;  // plus the signal: what a shell shows for a program that a signal ended

// Z3 installs handlers of its own while it works, in whichever thread. So the signals that end the program are taken by
// one thread that does nothing else, and every other thread has them blocked. Signals that the caller ignores (nohup)
// stay ignored; sigwait alone would not ensure that.
void end_on_signals() {
  static sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    const bool ignored = sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
    if (!ignored) sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([] {
    int signal = 0;
    sigwait(&signals, &signal);
    // No message for Ctrl-C; the other signals may come from another program.
    if (signal != SIGINT) fmt::print(stderr, "eptspec: ended by signal {} ({})\n", signal, strsignal(signal));
    harness::end_all_children();
    harness::remove_work_directories();
    std::_Exit(kKilledBy + signal);
  }).detach();
}

// If standard error is closed, exit quietly.
int could_not_run(const std::string& why) {
  std::fputs(("eptspec: " + why + "\n").c_str(), stderr);
  return cli::kCouldNotRun;
}

// Otherwise a file that is opened later gets the number of a closed one. Writing to a replaced standard output fails;
// messages to a replaced standard error are dropped.
void stand_in_for_closed_files() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// Results that could not be written count as a failure.
bool output_is_written() {
  std::cout.flush();
  return std::cout.good() && std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

std::string default_spec_directory() {
  const char* const from_environment = std::getenv("EPTSPEC_SPEC");
  return from_environment != nullptr ? from_environment : EPTSPEC_SPEC_DIRECTORY;
}

int run(int argc, char** argv) {
  cli::Command app("eptspec: tests implementations of Intel EPT against a specification that cites the Intel SDM",
                   "eptspec", EPTSPEC_VERSION);
  cli::Invocation invocation;
  invocation.spec_directory = default_spec_directory();
  app.add_option("--spec", invocation.spec_directory, "Directory of the specification").shown();
  cli::add_spec_command(app, invocation);
  cli::add_model_command(app, invocation);
  cli::add_prove_command(app, invocation);
  cli::add_vectors_command(app, invocation);
  cli::add_run_command(app, invocation);
  cli::add_merge_command(app, invocation);
  cli::add_media_command(app, invocation);
  cli::add_judge_command(app, invocation);
  cli::add_matrix_command(app, invocation);
  cli::add_coverage_command(app, invocation);
  cli::add_smoke_command(app, invocation);
  cli::add_controls_command(app, invocation);
  app.parse(argc, argv);
  return output_is_written() ? invocation.status : could_not_run(kNoOutput);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    stand_in_for_closed_files();
    std::signal(SIGPIPE, SIG_IGN);  // a reader that is gone is found out by a failed write, as a full disk is
    end_on_signals();
    return run(argc, argv);
  } catch (const std::filesystem::filesystem_error& error) {
    return could_not_run(fmt::format("{}: {}", error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    // A failed standard output is the cause, whatever the exception says.
    return could_not_run(std::ferror(stdout) != 0 ? kNoOutput : error.what());
  }
}
