// A crash, a hang or garbage in a batch, pinned to its vector. Knows no transport. Tests:
// tests/harness/hostile_test.cpp.
#pragma once

#include <chrono>
#include <functional>

#include "harness/adapter.h"

namespace harness {

// How an exchange of one batch ended: answered, or what happened.
struct Exchanged {
  Fate fate = Fate::answered;
  std::string detail;
  std::chrono::duration<double> after{};  // of a hang: the time given to the batch
};

// Puts the cases to a worker and takes its answers, which come zeroed. Starts a worker when there is none; one that
// crashed, hangs or speaks garbage is gone when this returns.
using Exchange = std::function<Exchanged(std::span<const eptspec_case>, std::span<eptspec_answer>)>;

// Runs a batch. When it does not come back whole, each of its cases is run alone, so that the culprit is named and
// the others are judged.
void run_pinned(const Exchange& exchange, std::span<const eptspec_case> cases, std::span<Observation> observed);

}  // namespace harness
