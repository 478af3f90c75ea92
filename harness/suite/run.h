// Runs vectors against a target and judges the answers. Owns batches and threads; knows no report and no journal.
// Tests: tests/harness/report/report_test.cpp.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "harness/judge/judge.h"

namespace harness {

// Opens an adapter for one worker; called from several threads.
using OpenAdapter = std::function<std::unique_ptr<Adapter>()>;

// Called with the indices first..first+count-1 that have just been judged; never at the same time twice.
using Judged = std::function<void(std::span<const std::size_t> indices)>;

// vectors[n] has judgements[n]; those without a value are put to the target, in `jobs` workers at once, each at most
// `batch` at a time, to a machine all at once. Which worker gets which vector is left to chance, the judgements are
// not.
void run_vectors(const OpenAdapter& open, std::size_t batch, unsigned jobs, const std::vector<vectors::Vector>& vectors,
                 std::vector<std::optional<Judgement>>& judgements, const Judged& judged);

// The numbers below `count`, handed out in portions to workers in several threads.
class Portions {
 public:
  explicit Portions(std::uint64_t count) : count_(count) {}

  struct Range {
    std::uint64_t first;
    std::uint64_t size;  // 0 when all are handed out
  };
  Range take(std::uint64_t most);
  // Calls work() in `jobs` threads, this one among them. The first exception ends the run: nothing more is handed out,
  // and it is thrown again when all have ended.
  void run(unsigned jobs, const std::function<void()>& work);

 private:
  std::mutex mutex_;
  std::uint64_t count_;
  std::uint64_t next_ = 0;
  std::exception_ptr failure_;
};

}  // namespace harness
