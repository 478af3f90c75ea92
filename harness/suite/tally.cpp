#include "harness/suite/tally.h"

namespace harness {

namespace {

constexpr std::size_t kKept = 8;  // of each cause
// An adapter whose every answer gives another reason must not fill the memory.
constexpr std::size_t kMostCauses = 200;
const std::string kOther = "(other)";

template <class Map, class Key>
bool is_room(const Map& map, const Key& key) {
  return map.size() < kMostCauses || map.contains(key);
}

}  // namespace

void Tally::add_passes(std::size_t count) {
  const std::lock_guard<std::mutex> lock(mutex_);
  rest_.of.at(static_cast<std::size_t>(Verdict::pass)) += count;
}

void Tally::add(std::uint64_t index, const vectors::Vector& vector, const Judgement& judgement) {
  const bool deviation = deviates(judgement.verdict);
  Cause cause = deviation ? cause_of(vector, judgement) : Cause();
  const std::lock_guard<std::mutex> lock(mutex_);
  std::size_t& counted = rest_.of.at(static_cast<std::size_t>(judgement.verdict));
  if (!deviation) {
    std::pair reason(judgement.verdict, judgement.reason);
    if (!is_room(rest_.reasons, reason)) reason.second = kOther;
    ++counted;
    ++rest_.reasons[reason];
    return;
  }
  if (!is_room(groups_, cause)) {
    ++counted;
    return;
  }
  auto& kept = groups_[cause];
  if (kept.size() == kKept) {
    ++counted;
    ++rest_.groups[cause];
    if (index > kept.rbegin()->first) return;
    // The one that goes may be of another verdict.
    --counted;
    ++rest_.of.at(static_cast<std::size_t>(kept.rbegin()->second.judgement.verdict));
    kept.erase(std::prev(kept.end()));
  }
  kept[index] = {vector, judgement};
}

void Tally::move_to(Report& report) {
  std::map<std::uint64_t, Kept> by_index;
  for (auto& [cause, kept] : groups_) by_index.merge(kept);
  for (auto& [index, one] : by_index) {
    report.vectors.push_back(std::move(one.vector));
    report.judgements.push_back(std::move(one.judgement));
  }
  report.assessment.known.resize(report.vectors.size());
  report.rest = std::move(rest_);
}

}  // namespace harness
