// A forked process that runs an adapter library on shared memory. Owns the process; knows nothing about the meaning of
// cases. Tests: tests/harness/adapters/hostile_test.cpp.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "harness/adapters/pin.h"

namespace harness {

// What the worker and its owner share: mapped before the fork.
struct SharedBatch;

class LibraryWorker {
 public:
  // Cases handed over at once; no batch may be larger.
  LibraryWorker(std::string path, std::size_t batch, double timeout_seconds);
  LibraryWorker(const LibraryWorker&) = delete;
  LibraryWorker& operator=(const LibraryWorker&) = delete;
  ~LibraryWorker();

  // Loads the library and asks it who it is. Throws std::runtime_error with one line.
  Description describe();
  Exchanged exchange(std::span<const eptspec_case> cases);  // no more than `batch`

 private:
  Exchanged start();  // fate answered: the worker runs and has described itself
  void spawn();
  Exchanged await(double seconds);
  Exchanged end_of_worker();
  void stop();

  std::string path_;
  std::size_t batch_;
  double timeout_seconds_;
  SharedBatch* shared_ = nullptr;
  std::size_t shared_size_ = 0;
  pid_t pid_ = -1;
  int to_worker_ = -1;
  int from_worker_ = -1;
};

}  // namespace harness
