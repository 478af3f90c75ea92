#include "harness/suite/run.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "harness/judge/judging.h"

namespace harness {

namespace {

using Clock = std::chrono::steady_clock;

// Hands out indices in portions, and takes judgements.
class Queue {
 public:
  Queue(std::vector<std::size_t> indices, std::vector<std::optional<Judgement>>& judgements, const Judged& judged)
      : indices_(std::move(indices)), judgements_(judgements), judged_(judged) {}

  std::span<const std::size_t> take(std::size_t most) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::size_t count = std::min(most, indices_.size() - next_);
    next_ += count;
    return std::span(indices_).subspan(next_ - count, count);
  }

  void give(std::span<const std::size_t> indices, std::vector<Judgement>& judgements) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (std::size_t n = 0; n < indices.size(); ++n) judgements_[indices[n]] = std::move(judgements[n]);
    judged_(indices);
  }

  // The first failure of a worker ends the run.
  void fail(std::exception_ptr failure) {
    const std::lock_guard<std::mutex> lock(mutex_);
    next_ = indices_.size();
    if (!failure_) failure_ = std::move(failure);
  }

  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::mutex mutex_;
  std::vector<std::size_t> indices_;
  std::size_t next_ = 0;
  std::vector<std::optional<Judgement>>& judgements_;
  const Judged& judged_;
  std::exception_ptr failure_;
};

// A portion of a slow target stays small, so that little is lost when the run is killed and the progress moves.
std::size_t next_portion(std::size_t portion, Clock::duration took, std::size_t most) {
  if (took > std::chrono::milliseconds(500)) return std::max<std::size_t>(portion / 4, 1);
  if (took < std::chrono::milliseconds(100)) return std::min(portion * 2, most);
  return portion;
}

void work(const OpenAdapter& open, std::size_t batch, const std::vector<vectors::Vector>& vectors, Queue& queue) {
  try {
    const std::unique_ptr<Adapter> adapter = open();
    Judging judging(*adapter);
    std::vector<Put> puts;
    const std::size_t fixed = adapter->description().batch;
    std::size_t portion = fixed != 0 ? fixed : 1;
    for (auto indices = queue.take(portion); !indices.empty(); indices = queue.take(portion)) {
      const Clock::time_point start = Clock::now();
      puts.clear();
      for (const std::size_t n : indices) puts.push_back({&vectors[n], n + 1});
      auto& judgements = judging.judge_all(puts);
      if (fixed == 0) portion = next_portion(portion, Clock::now() - start, batch);
      queue.give(indices, judgements);
    }
  } catch (...) {
    queue.fail(std::current_exception());
  }
}

}  // namespace

void run_vectors(const OpenAdapter& open, std::size_t batch, unsigned jobs, const std::vector<vectors::Vector>& vectors,
                 std::vector<std::optional<Judgement>>& judgements, const Judged& judged) {
  std::vector<std::size_t> left;
  for (std::size_t n = 0; n < vectors.size(); ++n) {
    if (!judgements[n]) left.push_back(n);
  }
  Queue queue(std::move(left), judgements, judged);
  std::vector<std::thread> threads;
  for (unsigned n = 1; n < jobs; ++n) threads.emplace_back([&] { work(open, batch, vectors, queue); });
  work(open, batch, vectors, queue);
  for (std::thread& thread : threads) thread.join();
  queue.rethrow();
}

}  // namespace harness
