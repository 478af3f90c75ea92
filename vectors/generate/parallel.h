// Work on several processors at once. Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace vectors {

// Calls `work` of 0 to count - 1 in several threads, each with an `Own` of its own; passes on what one of them throws.
template <class Own, class Make, class Work>
void in_parallel(std::size_t count, const Make& make, const Work& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    try {
      const std::unique_ptr<Own> own = make();
      for (std::size_t i = next++; i < count; i = next++) work(i, *own);
    } catch (...) {
      next = count;
      throw;
    }
  };
  std::vector<std::future<void>> threads;
  for (unsigned t = 0; t < std::max(2U, std::thread::hardware_concurrency()); ++t)
    threads.push_back(std::async(std::launch::async, run));
  for (std::future<void>& thread : threads) thread.get();
}

}  // namespace vectors
