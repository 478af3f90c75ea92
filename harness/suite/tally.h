// Counts of a stream, and the first few deviations of each cause: what a report needs, in bounded memory. Tests:
// tests/harness/suite/stream_test.cpp.
#pragma once

#include <map>
#include <mutex>

#include "harness/suite/report.h"

namespace harness {

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
