// Shows the progress of a run on standard error: a bar on a terminal, otherwise a line at intervals.
#pragma once

#include <chrono>
#include <cstddef>

namespace cli {

class Progress {
 public:
  Progress(std::size_t done, std::size_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void add(std::size_t count);

 private:
  using Clock = std::chrono::steady_clock;

  std::size_t done_;
  std::size_t total_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point next_;
};

}  // namespace cli
