// Shows the progress of a run on standard error: a bar on a terminal, otherwise a line at intervals.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdio>

#include <fmt/format.h>

namespace cli {

class Progress {
 public:
  Progress(std::size_t done, std::size_t total) : done_(done), total_(total) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (terminal_ && drawn_) fmt::print(stderr, "\r\033[K");
  }

  void add(std::size_t count) {
    done_ += count;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + (terminal_ ? std::chrono::milliseconds(100) : kPlainEvery);
    fmt::print(stderr, "{}{}/{} vectors{}", terminal_ ? "\r" : "", done_, total_, terminal_ ? "" : "\n");
    drawn_ = true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kPlainEvery{2000};

  std::size_t done_;
  std::size_t total_;
  bool terminal_ = isatty(STDERR_FILENO) != 0;
  bool drawn_ = false;
  Clock::time_point next_ = Clock::now() + kPlainEvery;
};

}  // namespace cli
