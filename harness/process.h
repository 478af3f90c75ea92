// What the transports share about child processes. Tests: tests/harness/hostile_test.cpp.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <string>

namespace harness {

// To be held from the making of pipes until the child's ends are closed again, see LibraryWorker::spawn.
std::mutex& spawn_mutex();

// fork(); the child ends with the runner, whatever ends that, and starts a process group of its own, so that what it
// starts ends with it too. Throws std::runtime_error.
pid_t fork_child();

// Ends the child's group and waits for the child.
void kill_group(pid_t& pid);

// Waits for a child that is ending by itself and says how it ended.
std::string end_of(pid_t& pid);

void close_if_open(int& fd);

}  // namespace harness
