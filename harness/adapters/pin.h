// Finds the vector of a batch that causes a crash, a hang or garbage. Knows no transport. Tests:
// tests/harness/adapters/hostile_test.cpp.
#pragma once

#include <chrono>
#include <functional>

#include "harness/adapters/adapter.h"

namespace harness {

// How an exchange of one batch ended: answered, or what happened.
struct Exchanged {
  Fate fate = Fate::answered;
  std::string detail;
  std::chrono::duration<double> after{};  // of a hang: the time given to the batch
  std::span<Answer> answers{};            // one for each case, of status 0 where there is none; of a batch that did
                                          // not come back whole as far as they are known, perhaps none at all
};

// How what a transport is made of ends an exchange.
struct Failure : std::runtime_error {
  Failure(Fate with, const std::string& detail) : std::runtime_error(detail), fate(with) {}
  Fate fate;
};

// Puts the cases to a worker. Starts one when there is none; one that crashed, hangs or speaks garbage is gone when
// this returns. The answers are valid until the next exchange.
using Exchange = std::function<Exchanged(std::span<const PutCase>)>;

// Each hang costs the whole time limit, so after so many cases that hung alone nothing more is asked.
constexpr unsigned kMostHangs = 10;

// Runs a batch. When it does not come back whole, each of its cases is run alone, so that the culprit is named and
// the others are judged. hangs: how many there were, of the adapter.
void run_pinned(const Exchange& exchange, std::span<const PutCase> cases, std::span<Observation> observed,
                unsigned& hangs);

}  // namespace harness
