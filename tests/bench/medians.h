// How the benchmark programs run, so that ratios repeat: rows interleaved at random, each several times, their medians
// shown, and each median divided by that of the row it is compared with. The command line may say otherwise, and
// --benchmark_out=FILE writes everything that was measured. No test checks a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace bench {

// Shows the medians alone and keeps them.
class Medians : public benchmark::ConsoleReporter {
 public:
  Medians() : ConsoleReporter(OO_Tabular) {}

  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (!run.error_occurred && run.aggregate_name != "median") continue;
      ConsoleReporter::ReportRuns({run});
      // Wall time only of the rows that ask for it: with other jobs beside it, CPU time repeats better.
      const bool wall = run.run_name.time_type == "real_time";
      times_[run.run_name.function_name] = wall ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime();
    }
  }

  // other: the name of the row that a row is compared with.
  void print_ratios(std::string (*other)(const std::string& row)) const {
    std::printf("\nratios of the medians\n");
    for (const auto& [row, time] : times_) {
      const auto against = times_.find(other(row));
      if (against == times_.end() || against->first == row || against->second == 0) continue;
      std::printf("%-40s %8.3f x %s\n", row.c_str(), time / against->second, against->first.c_str());
    }
  }

 private:
  std::map<std::string, double> times_;
};

// Takes the command line, which may say otherwise. False when it has a mistake.
inline bool initialize(int argc, char** argv) {
  static std::array<char, 48> interleaving{"--benchmark_enable_random_interleaving=true"};
  static std::array<char, 32> repetitions{"--benchmark_repetitions=9"};
  static std::array<char, 32> minimum{"--benchmark_min_time=0.1"};
  std::vector<char*> words(argv, argv + argc);
  words.insert(words.begin() + 1, {interleaving.data(), repetitions.data(), minimum.data()});
  int count = static_cast<int>(words.size());
  words.push_back(nullptr);
  benchmark::Initialize(&count, words.data());
  return !benchmark::ReportUnrecognizedArguments(count, words.data());
}

inline void run(std::string (*other)(const std::string& row)) {
  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  medians.print_ratios(other);
  benchmark::Shutdown();
}

}  // namespace bench
