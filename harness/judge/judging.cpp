#include "harness/judge/judging.h"

#include <numeric>

#include "harness/judge/case.h"

namespace harness {

namespace {

// Vectors lie scattered in memory, and waiting for them takes longer than judging: they are fetched ahead.
void fetch_ahead(std::span<const Put> puts, std::size_t n) {
  constexpr std::size_t kVector = 16;
  constexpr std::size_t kEntries = 8;
  if (n + kVector < puts.size()) {
    const auto* const begin = reinterpret_cast<const char*>(&puts[n + kVector].vector->asked);
    for (std::size_t at = 0; at < sizeof(vectors::Case) + sizeof(vectors::Expected); at += 64) {
      __builtin_prefetch(begin + at);
    }
  }
  if (n + kEntries < puts.size()) __builtin_prefetch(puts[n + kEntries].vector->asked.entries.data());
}

// What two judgements of one vector come to.
Judgement combined(Judgement first, Judgement second) {
  if (second.verdict == first.verdict || !was_asked(second)) return first;
  const bool both = !first.reason.empty() && !second.reason.empty();
  Judgement& worse = first.deviations.empty() ? second : first;
  const Fate fate = first.fate == Fate::answered ? second.fate : first.fate;
  return {Verdict::flaky,
          first.reason + (both ? "; " : "") + second.reason,
          std::move(worse.deviations),
          fate,
          {},
          {first.verdict, second.verdict}};
}

}  // namespace

void Judging::ask(std::span<const Put> puts, std::span<const std::size_t> which) {
  if (cases_.size() < which.size()) cases_.resize(which.size());
  asked_.clear();
  for (const std::size_t n : which) {
    fetch_ahead(puts, n);
    judgements_[n] = prepare(*puts[n].vector, adapter_.description(), puts[n].id, cases_[asked_.size()]);
    if (judgements_[n].verdict == Verdict::pass) asked_.push_back(n);
  }
  if (observed_.size() < asked_.size()) observed_.resize(asked_.size());
  adapter_.run(std::span(cases_).first(asked_.size()), std::span(observed_).first(asked_.size()));
  for (std::size_t k = 0; k < asked_.size(); ++k) {
    judgements_[asked_[k]] = judge(*puts[asked_[k]].vector, cases_[k], observed_[k]);
  }
}

void Judging::ask_again(std::span<const Put> puts) {
  which_.clear();
  for (std::size_t n = 0; n < puts.size(); ++n) {
    if (deviates(judgements_[n].verdict)) which_.push_back(n);
  }
  if (which_.empty()) return;
  if (adapter_.description().remembers) ask_for_all(puts.size());
  std::vector<Judgement> first;
  for (const std::size_t n : which_) first.push_back(std::move(judgements_[n]));
  ask(puts, which_);
  for (std::size_t k = 0; k < which_.size(); ++k) {
    Judgement& second = judgements_[which_[k]];
    second = combined(std::move(first[k]), std::move(second));
  }
}

void Judging::ask_for_all(std::size_t count) {
  which_.resize(count);
  std::iota(which_.begin(), which_.end(), std::size_t{0});
}

std::vector<Judgement>& Judging::judge_once(std::span<const Put> puts) {
  judgements_.assign(puts.size(), {});
  ask_for_all(puts.size());
  ask(puts, which_);
  return judgements_;
}

std::vector<Judgement>& Judging::judge_all(std::span<const Put> puts) {
  judge_once(puts);
  ask_again(puts);
  return judgements_;
}

std::vector<Put> puts_of(const std::vector<vectors::Vector>& vectors) {
  std::vector<Put> puts;
  for (const vectors::Vector& vector : vectors) puts.push_back({&vector, puts.size() + 1});
  return puts;
}

std::vector<Judgement> run_on(Adapter& adapter, const std::vector<vectors::Vector>& vectors) {
  return Judging(adapter).judge_all(puts_of(vectors));
}

}  // namespace harness
