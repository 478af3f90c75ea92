// Draws, runs and judges random vectors without end. Keeps only counts and a few failures of each cause. Tests:
// tests/harness/suite/stream_test.cpp.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "harness/suite/report.h"
#include "harness/suite/run.h"
#include "harness/suite/selection.h"

namespace harness {

struct Stream {
  std::optional<ept_registers> allowed{};  // its controls are those that may be 1; none: drawn for each vector
  std::string profile;
  std::uint64_t seed = 0;
  std::uint64_t count = 0;
  std::string filter;  // vectors that are not selected are left out
  Shard shard;         // by number: vector n belongs to shard n mod count + 1
};

// SEED[:COUNT]; COUNT is 1000000 when it is left out. Throws std::runtime_error.
Stream parse_stream(const std::string& text);

// Adds to the report what came of vectors 0 to count-1, the same for any number of jobs. `judged` is told how many
// are done, with those that are left out, never twice at the same time. Each group's example that fails is then shrunk.
void run_stream(const OpenAdapter& open, std::size_t batch, unsigned jobs, const Stream& stream, Report& report,
                const std::function<void(std::size_t)>& judged);

// Makes a case with the verdict fail or error, but for a hang, smaller: asks the adapter about every smaller case. The
// configuration stays. The result goes wrong in the same way (is_alike in cause.h); no bit of it can be taken back, and
// no fewer do it where two or three are left. When the plain case deviates, it is the smallest, whatever goes wrong
// with it. Nothing when the failure does not come again.
std::optional<Shrunk> shrink(Adapter& adapter, const vectors::Vector& vector, const Judgement& judgement);

// Counts of a stream, and the first few deviations of each cause: what a report needs, in bounded memory.
class Tally {
 public:
  // Those of the lowest indices are kept, so that the order of calls does not matter. From several threads.
  void add(std::uint64_t index, const vectors::Vector& vector, const Judgement& judgement);
  void add_passes(std::size_t count);

  // Vectors and judgements by index, and the rest.
  void move_to(Report& report);

 private:
  struct Kept {
    vectors::Vector vector;
    Judgement judgement;
  };

  std::mutex mutex_;
  Rest rest_;
  std::map<Cause, std::map<std::uint64_t, Kept>> groups_;
};

}  // namespace harness
