#include "harness/suite/stream.h"

#include <algorithm>
#include <stdexcept>

#include "harness/judge/judging.h"
#include "harness/metal/job.h"
#include "harness/support/text.h"
#include "vectors/format/random.h"

namespace harness {

namespace {

constexpr std::uint64_t kUsualCount = 1000000;

constexpr std::size_t kAtOnceByMachine = 16384;  // vectors that are worth a boot

constexpr std::size_t kKept = 8;  // of each cause
// An adapter whose every answer gives another reason must not fill the memory.
constexpr std::size_t kMostCauses = 200;
const std::string kOther = "(other)";

template <class Map, class Key>
bool is_room(const Map& map, const Key& key) {
  return map.size() < kMostCauses || map.contains(key);
}

// The vectors of a range that the stream is about, and their numbers.
struct Drawn {
  std::vector<vectors::Vector> vectors;
  std::vector<std::uint64_t> indices;
};

Drawn drawn_in(const Portions::Range& range, const Stream& stream, bool machine) {
  Drawn drawn;
  for (std::uint64_t n = range.first; n < range.first + range.size; ++n) {
    if (n % stream.shard.count != stream.shard.index - 1) continue;
    vectors::Vector vector = vectors::random_vector(stream.allowed, stream.profile, stream.seed, n);
    if (machine) settle(vector);
    if (!stream.filter.empty() && !selected(vector, {stream.profile}, stream.filter)) continue;
    drawn.vectors.push_back(std::move(vector));
    drawn.indices.push_back(n);
  }
  return drawn;
}

void add_to(Tally& tally, const Drawn& drawn, const std::vector<Judgement>& judgements) {
  std::size_t passes = 0;
  for (std::size_t n = 0; n < judgements.size(); ++n) {
    if (judgements[n].verdict == Verdict::pass) {
      ++passes;
    } else {
      tally.add(drawn.indices[n], drawn.vectors[n], judgements[n]);
    }
  }
  tally.add_passes(passes);
}

void shrink_examples(Adapter& adapter, const std::vector<Group>& groups, Report& report) {
  if (adapter.description().machine) return;  // every question would be a boot
  for (const Group& one : groups) {
    auto shrunk = shrink(adapter, report.vectors[one.example], report.judgements[one.example]);
    if (shrunk) report.shrunk.emplace(one.example, *std::move(shrunk));
  }
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

Stream parse_stream(const std::string& text) {
  Stream stream;
  stream.count = kUsualCount;
  const std::size_t colon = std::min(text.find(':'), text.size());
  const bool good = read_number(text.substr(0, colon), stream.seed) &&
                    (colon == text.size() || read_number(text.substr(colon + 1), stream.count));
  if (!good || stream.count == 0) throw std::runtime_error("--random: '" + text + "' is not SEED[:COUNT]");
  return stream;
}

void run_stream(const OpenAdapter& open, std::size_t batch, unsigned jobs, const Stream& stream, Report& report,
                const std::function<void(std::size_t)>& judged) {
  Tally tally;
  Portions portions(stream.count);
  std::mutex telling;
  portions.run(jobs, [&] {
    const std::unique_ptr<Adapter> adapter = open();
    Judging judging(*adapter);
    const bool machine = adapter->description().machine;
    const std::size_t most = machine ? kAtOnceByMachine : batch;
    for (auto range = portions.take(most); range.size != 0; range = portions.take(most)) {
      const Drawn drawn = drawn_in(range, stream, machine);
      add_to(tally, drawn, judging.judge_all(puts_of(drawn.vectors)));
      const std::lock_guard<std::mutex> lock(telling);
      judged(range.size);
    }
  });
  tally.move_to(report);
  const std::vector<Group> groups = group(report);
  if (!groups.empty()) shrink_examples(*open(), groups, report);
}

}  // namespace harness
