// How fast vectors are put to a target and judged, in one run: the committed vectors, prepared, put, isolated and
// judged as `eptspec run` does it.
//
//   build/release/harness_bench        one processor: taskset 1 build/release/harness_bench
//
// model is the reference model alone, on cases that are ready; reference is the runner around it; library a shared
// library in a worker process, honest is the model behind the ABI, silent declines at once; command a program that
// speaks JSON lines. Time is wall time, since the adapters work in processes of their own; items are vectors. Rows are
// interleaved; medians and their ratios to reference are shown (medians.h).
//
// What the runner adds to the model, reference less model, is more than the model's own time: some 65 ns a vector
// beside 45 ns (CPU time). A fifth of the model's time would be 9 ns. In that time nobody fetches a vector of 500 bytes
// that lies somewhere in the memory and writes a case of 184 bytes and a judgement from it, which is what the 65 ns go
// into (perf: 20 ns for the words of memory, 15 for case and bookkeeping, 13 for judging; the rest are misses of the
// cache). It is paid once a vector, whoever is asked; library/silent, which pays it too, was seen at 5 million vectors
// a second.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "harness/judge/case.h"
#include "harness/judge/judging.h"
#include "harness/suite/selection.h"
#include "harness/targets/open.h"
#include "tests/bench/medians.h"
#include "vectors/format/random.h"

namespace {

using harness::Judging;
using harness::Put;

constexpr std::size_t kBatch = 1024;

const std::vector<vectors::Vector>& all_vectors() {
  static std::vector<std::string> errors;
  static const std::vector<vectors::Vector> all =
      harness::load_vectors(EPTSPEC_VECTORS_DIRECTORY "/graniterapids_658x.jsonl", errors).vectors;
  if (all.empty() || !errors.empty()) std::abort();
  return all;
}

[[noreturn]] void deviates(const harness::Judgement& judgement) {
  std::fprintf(stderr, "harness_bench: an adapter deviates: %s\n", judgement.reason.c_str());
  std::abort();
}

// A run of all vectors by batches. Every verdict is looked at: what is timed is right.
void judge_all(Judging& judging, std::vector<Put>& puts) {
  const std::vector<vectors::Vector>& all = all_vectors();
  for (std::size_t at = 0; at < all.size(); at += kBatch) {
    puts.clear();
    for (std::size_t n = at; n < std::min(at + kBatch, all.size()); ++n) puts.push_back({&all[n], n + 1});
    for (const harness::Judgement& judgement : judging.judge_all(puts)) {
      if (harness::deviates(judgement.verdict)) deviates(judgement);
    }
  }
}

void time_target(benchmark::State& state, const std::string& target) {
  const auto adapter = harness::open_adapter(harness::parse_target(target), {.timeout_seconds = 60, .batch = kBatch});
  Judging judging(*adapter);
  std::vector<Put> puts;
  for ([[maybe_unused]] auto _ : state) judge_all(judging, puts);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all_vectors().size()));
}

void time_model(benchmark::State& state) {
  const auto adapter = harness::open_reference();
  std::vector<harness::PutCase> cases(all_vectors().size());
  for (std::size_t n = 0; n < cases.size(); ++n) prepare(all_vectors()[n], adapter->description(), n + 1, cases[n]);
  std::vector<harness::Observation> observed(kBatch);
  for ([[maybe_unused]] auto _ : state) {
    for (std::size_t at = 0; at < cases.size(); at += kBatch) {
      const std::size_t count = std::min(kBatch, cases.size() - at);
      adapter->run(std::span(cases).subspan(at, count), std::span(observed).first(count));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(cases.size()));
}

void time_random(benchmark::State& state) {
  const ept_registers& allowed = all_vectors()[0].asked.registers;
  std::uint64_t index = 0;
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(vectors::random_vector(allowed, "", 1, index++));
  state.SetItemsProcessed(state.iterations());
}

void add(const char* name, const std::string& target) {
  benchmark::RegisterBenchmark(name, [target](benchmark::State& state) { time_target(state, target); })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  if (!bench::initialize(argc, argv)) return 2;
  benchmark::RegisterBenchmark("model", time_model)->UseRealTime()->Unit(benchmark::kMillisecond);
  add("reference", "reference");
  add("library/honest", "lib:" EPTSPEC_HONEST_LIBRARY);
  add("library/silent", "lib:" EPTSPEC_SILENT_LIBRARY);
  add("command", "exec:" EPTSPEC_HONEST_COMMAND);
  benchmark::RegisterBenchmark("random_vector", time_random)->UseRealTime();
  bench::run([](const std::string& row) { return std::string(row == "random_vector" ? row : "reference"); });
}
