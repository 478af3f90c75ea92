#include "harness/cli/progress.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace cli {

namespace {

constexpr std::chrono::milliseconds kBarEvery{100};
constexpr std::chrono::milliseconds kPlainEvery{2000};

}  // namespace

Progress::Progress(std::size_t done, std::size_t total)
    : done_(done), total_(total), terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now() + kPlainEvery) {}

void Progress::add(std::size_t count) {
  done_ += count;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + (terminal_ ? kBarEvery : kPlainEvery);
  fmt::print(stderr, "{}{}/{} vectors{}", terminal_ ? "\r" : "", done_, total_, terminal_ ? "" : "\n");
  drawn_ = true;
}

Progress::~Progress() {
  if (terminal_ && drawn_) fmt::print(stderr, "\r\033[K");
}

}  // namespace cli
