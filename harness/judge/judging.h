// Runs a batch of vectors on an adapter and judges it. Asks deviating vectors once more, to detect flakes. Owns no
// thread and no order of batches (run.h, stream.h). Tests: tests/harness/judge/judging_test.cpp, hostile_test.cpp.
#pragma once

#include <span>
#include <vector>

#include "harness/judge/judge.h"

namespace harness {

struct Put {
  const vectors::Vector* vector = nullptr;
  std::uint64_t id = 0;  // of the case; the ids of a batch differ and rise
};

// Case n has the id n + 1. The vectors are kept by address.
std::vector<Put> puts_of(const std::vector<vectors::Vector>& vectors);

// Keeps its buffers from batch to batch.
class Judging {
 public:
  explicit Judging(Adapter& adapter) : adapter_(adapter) {}

  // A judgement for each, valid until the next call. One that deviates once of the two times it is asked is flaky.
  std::vector<Judgement>& judge_all(std::span<const Put> puts);
  // The same, each asked once.
  std::vector<Judgement>& judge_once(std::span<const Put> puts);

 private:
  // Fills in judgements_ of puts[n] for these n.
  void ask(std::span<const Put> puts, std::span<const std::size_t> which);
  void ask_again(std::span<const Put> puts);
  void ask_for_all(std::size_t count);

  Adapter& adapter_;
  std::vector<Judgement> judgements_;
  std::vector<std::size_t> which_;
  std::vector<std::size_t> asked_;
  std::vector<PutCase> cases_;
  std::vector<Observation> observed_;
};

// For a caller that has the adapter already.
std::vector<Judgement> run_on(Adapter& adapter, const std::vector<vectors::Vector>& vectors);

}  // namespace harness
