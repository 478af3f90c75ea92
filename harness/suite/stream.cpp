#include "harness/suite/stream.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "harness/judge/judging.h"
#include "harness/metal/settle.h"
#include "harness/suite/group.h"
#include "harness/suite/selection.h"
#include "harness/suite/shrink.h"
#include "harness/suite/tally.h"
#include "vectors/format/random.h"

namespace harness {

namespace {

constexpr std::uint64_t kUsualCount = 1000000;

// What the workers share.
class Streaming {
 public:
  Streaming(const OpenAdapter& open, std::size_t batch, const Stream& stream,
            const std::function<void(std::size_t)>& judged)
      : open_(open), batch_(batch), stream_(stream), judged_(judged) {}

  void work() {
    try {
      const std::unique_ptr<Adapter> adapter = open_();
      Judging judging(*adapter);
      const std::size_t fixed = adapter->description().batch;
      const std::size_t portion = fixed != 0 ? fixed : batch_;
      const bool machine = adapter->description().machine;
      for (Range range = take(portion); range.first != range.last; range = take(portion)) put(judging, machine, range);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      next_ = stream_.count;
      if (!failure_) failure_ = std::current_exception();
    }
  }

  void finish(Report& report) {
    if (failure_) std::rethrow_exception(failure_);
    tally_.move_to(report);
  }

 private:
  struct Range {
    std::uint64_t first;
    std::uint64_t last;  // behind it
  };

  Range take(std::uint64_t portion) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::uint64_t first = next_;
    next_ += std::min(portion, stream_.count - next_);
    return {first, next_};
  }

  void put(Judging& judging, bool machine, const Range& range) {
    std::vector<vectors::Vector> vectors;
    std::vector<std::uint64_t> indices;
    const Shard& shard = stream_.shard;
    for (std::uint64_t n = range.first; n < range.last; ++n) {
      if (n % shard.count != shard.index - 1) continue;
      vectors.push_back(vectors::random_vector(stream_.allowed, stream_.profile, stream_.seed, n));
      if (machine) settle(vectors.back());
      indices.push_back(n);
      if (stream_.filter.empty() || selected(vectors.back(), {stream_.profile}, stream_.filter)) continue;
      vectors.pop_back();
      indices.pop_back();
    }
    const std::vector<Judgement>& judgements = judging.judge_all(puts_of(vectors));
    std::size_t passes = 0;
    for (std::size_t n = 0; n < judgements.size(); ++n) {
      if (judgements[n].verdict == Verdict::pass) {
        ++passes;
      } else {
        tally_.add(indices[n], vectors[n], judgements[n]);
      }
    }
    tally_.add_passes(passes);
    const std::lock_guard<std::mutex> lock(mutex_);
    judged_(range.last - range.first);
  }

  const OpenAdapter& open_;
  std::size_t batch_;
  const Stream& stream_;
  const std::function<void(std::size_t)>& judged_;
  Tally tally_;
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

Stream parse_stream(const std::string& text) {
  Stream stream;
  stream.count = kUsualCount;
  const char* const end = text.data() + text.size();
  std::from_chars_result read = std::from_chars(text.data(), end, stream.seed);
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == ':') {
    read = std::from_chars(read.ptr + 1, end, stream.count);
  }
  if (read.ec != std::errc() || read.ptr != end || stream.count == 0)
    throw std::runtime_error("--random: '" + text + "' is not SEED[:COUNT]");
  return stream;
}

void run_stream(const OpenAdapter& open, std::size_t batch, unsigned jobs, const Stream& stream, Report& report,
                const std::function<void(std::size_t)>& judged) {
  Streaming streaming(open, batch, stream, judged);
  std::vector<std::thread> threads;
  for (unsigned n = 1; n < jobs; ++n) threads.emplace_back([&] { streaming.work(); });
  streaming.work();
  for (std::thread& thread : threads) thread.join();
  streaming.finish(report);
  const std::vector<Group> groups = group(report);
  if (groups.empty()) return;
  const std::unique_ptr<Adapter> adapter = open();
  if (adapter->description().machine) return;  // every question would be a boot
  for (const Group& one : groups) {
    auto shrunk = shrink(*adapter, report.vectors[one.example], report.judgements[one.example]);
    if (shrunk) report.shrunk.emplace(one.example, *std::move(shrunk));
  }
}

}  // namespace harness
