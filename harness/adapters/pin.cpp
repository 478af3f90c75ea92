#include "harness/adapters/pin.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace harness {

namespace {

// An answer that is not about its case is no answer, however well it reads.
void take(const PutCase& asked, Answer& answer, Observation& observed) {
  observed.fate = Fate::garbage;
  const std::size_t found = answer.words.size();
  std::swap(observed.answer, answer);  // which keeps the memory of both
  if (observed.answer.status == 0) {
    observed.detail = "no answer was filled in";
  } else if (observed.answer.id != asked.id) {
    observed.detail = fmt::format("the answer names case {} instead of {}", observed.answer.id, asked.id);
  } else if ((observed.answer.valid & EPTSPEC_VALID_WORDS) != 0 && found != asked.words.size()) {
    observed.detail = fmt::format("the answer brings {} of {} words", found, asked.words.size());
  } else {
    observed.fate = Fate::answered;
    observed.detail.clear();
  }
}

std::size_t first_without_answer(std::span<const Answer> answers) {
  const auto found =
      std::find_if(answers.begin(), answers.end(), [](const Answer& answer) { return answer.status == 0; });
  if (answers.empty()) return 0;
  return found == answers.end() ? answers.size() - 1 : static_cast<std::size_t>(found - answers.begin());
}

Observation unasked() {
  return {Fate::unasked, {}, fmt::format("{} answers before did not come in time; see --timeout", kMostHangs)};
}

void run_alone(const Exchange& exchange, const PutCase& asked, Observation& observed, unsigned& hangs) {
  if (hangs >= kMostHangs) {
    observed = unasked();
    return;
  }
  Exchanged exchanged = exchange({&asked, 1});
  if (exchanged.fate == Fate::answered) {
    take(asked, exchanged.answers[0], observed);
  } else {
    if (exchanged.fate == Fate::hang) ++hangs;
    observed = {exchanged.fate, {}, std::move(exchanged.detail)};
  }
}

}  // namespace

void run_pinned(const Exchange& exchange, std::span<const PutCase> cases, std::span<Observation> observed,
                unsigned& hangs) {
  if (cases.empty()) return;
  if (hangs >= kMostHangs) {
    std::fill(observed.begin(), observed.end(), unasked());
    return;
  }
  if (cases.size() == 1) {
    run_alone(exchange, cases[0], observed[0], hangs);
    return;
  }
  const Exchanged exchanged = exchange(cases);
  if (exchanged.fate == Fate::answered) {
    for (std::size_t n = 0; n < cases.size(); ++n) take(cases[n], exchanged.answers[n], observed[n]);
    return;
  }
  const std::size_t culprit = first_without_answer(exchanged.answers);
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  bool repeated = false;
  for (std::size_t n = 0; n < cases.size(); ++n) {
    run_alone(exchange, cases[n], observed[n], hangs);
    repeated = repeated || observed[n].fate != Fate::answered;
  }
  // A batch that takes too long because each of its cases takes its time is no hang.
  const bool slow = exchanged.fate == Fate::hang && Clock::now() - start > exchanged.after / 2;
  if (repeated || slow) return;
  // It happened, so it is told, even though no case alone brings it about again.
  observed[culprit] = {exchanged.fate, {}, exchanged.detail + " (in a batch only, not alone)"};
}

}  // namespace harness
