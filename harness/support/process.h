// What the transports share about child processes. Tests: tests/harness/adapters/hostile_test.cpp.
#pragma once

#include <sys/types.h>

#include <array>
#include <mutex>
#include <string>
#include <vector>

namespace harness {

// To be held from the making of pipes until the child's ends are closed again, see Library::spawn in
// harness/adapters/library.cpp.
std::mutex& spawn_mutex();

// Both ends are closed in programs that are started.
struct Pipe {
  int read = -1;
  int write = -1;
};
Pipe make_pipe();

// fork(); the child ends with the runner, whatever ends that, and starts a process group of its own, so that what it
// starts ends with it too. Throws std::runtime_error.
pid_t fork_child();

// Whether the child has ended; it stays to be reaped.
bool has_ended(pid_t pid);
// Waits for the child's end, then ends what is left of its group. The status of waitpid.
int reap_group(pid_t& pid);
// Ends the child's group and waits for the child.
void kill_group(pid_t& pid);
// Of waitpid's status: "ended by signal 9 (Killed)" or "left with exit code 1".
std::string text_of_status(int status);

// How a child ended that has closed `what`. One that closes it and lives on is ended.
std::string end_of(pid_t& pid, const char* what);

// For the end of the program by a signal: ends every child's group. No child can be started or reaped afterwards, so
// nobody takes that end for a crash.
void end_all_children();

void close_if_open(int& fd);

// command[0] is looked for in PATH. The files become the program's standard input, output and error; -1 leaves it the
// runner's.
pid_t start_program(const std::vector<std::string>& command, const std::array<int, 3>& files);

}  // namespace harness
