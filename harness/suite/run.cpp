#include "harness/suite/run.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "harness/judge/judging.h"

namespace harness {

namespace {

using Clock = std::chrono::steady_clock;

// A portion of a slow target stays small, so that little is lost when the run is killed and the progress moves.
std::size_t next_portion(std::size_t portion, Clock::duration took, std::size_t most) {
  if (took > std::chrono::milliseconds(500)) return std::max<std::size_t>(portion / 4, 1);
  if (took < std::chrono::milliseconds(100)) return std::min(portion * 2, most);
  return portion;
}

}  // namespace

Portions::Range Portions::take(std::uint64_t most) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::uint64_t size = std::min(most, count_ - next_);
  next_ += size;
  return {next_ - size, size};
}

void Portions::run(unsigned jobs, const std::function<void()>& work) {
  const auto guarded = [&] {
    try {
      work();
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      next_ = count_;
      if (!failure_) failure_ = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (unsigned n = 1; n < jobs; ++n) threads.emplace_back(guarded);
  guarded();
  for (std::thread& thread : threads) thread.join();
  if (failure_) std::rethrow_exception(failure_);
}

void run_vectors(const OpenAdapter& open, std::size_t batch, unsigned jobs, const std::vector<vectors::Vector>& vectors,
                 std::vector<std::optional<Judgement>>& judgements, const Judged& judged) {
  std::vector<std::size_t> left;
  for (std::size_t n = 0; n < vectors.size(); ++n) {
    if (!judgements[n]) left.push_back(n);
  }
  Portions portions(left.size());
  std::mutex giving;
  portions.run(jobs, [&] {
    const std::unique_ptr<Adapter> adapter = open();
    Judging judging(*adapter);
    std::vector<Put> puts;
    std::size_t portion = adapter->description().machine ? left.size() : 1;
    for (auto range = portions.take(portion); range.size != 0; range = portions.take(portion)) {
      const Clock::time_point start = Clock::now();
      const auto indices = std::span(left).subspan(range.first, range.size);
      puts.clear();
      for (const std::size_t n : indices) puts.push_back({&vectors[n], n + 1});
      auto& made = judging.judge_all(puts);
      portion = next_portion(portion, Clock::now() - start, batch);
      const std::lock_guard<std::mutex> lock(giving);
      for (std::size_t n = 0; n < indices.size(); ++n) judgements[indices[n]] = std::move(made[n]);
      judged(indices);
    }
  });
}

}  // namespace harness
