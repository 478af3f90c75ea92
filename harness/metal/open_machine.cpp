#include "harness/metal/open_machine.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/metal/job.h"

namespace harness {

namespace {

class MachineAdapter : public Adapter {
 public:
  MachineAdapter(const std::string& name, Boot boot, const MachineOptions& options) : boot_(std::move(boot)) {
    known_ = known_machine(name, boot_(plan_job(known_.machine, {}).job));
    take_path(options.path, options.has_device, known_.machine);
    known_.description.remembers = options.remembers;
    if (options.version) known_.description.version = options.version();
  }

  [[nodiscard]] const Description& description() const override { return known_.description; }

  void run(std::span<const PutCase> cases, std::span<Observation> observations) override {
    for (std::size_t at = 0; at < cases.size(); at += kMostCases) {
      const std::size_t count = std::min(kMostCases, cases.size() - at);
      run_once(cases.subspan(at, count), observations.subspan(at, count));
    }
  }

 private:
  void run_once(std::span<const PutCase> cases, std::span<Observation> observations) {
    const PlannedJob planned = plan_job(known_.machine, cases);
    const bool any = planned.job.cases.size() > 1;  // beside the probe's own
    Results results = any ? boot_(planned.job) : Results{};
    if (has_changed(results)) results.changed_by = changer(planned.job);
    observe(known_.machine, cases, planned, results, observations);
  }

  // The case that modified memory outside its own pages: the last case of the shortest part of the job that does so. On
  // a machine that does so by chance, the result is some case.
  std::uint64_t changer(const Job& job) {
    std::size_t clean = 1;  // the probe's own
    std::size_t changing = job.cases.size();
    while (changing - clean > 1) {
      Job part = job;
      part.cases.resize(std::midpoint(clean, changing));
      (has_changed(boot_(part)) ? changing : clean) = part.cases.size();
    }
    return job.cases.at(changing - 1).id;
  }

  Boot boot_;
  KnownMachine known_;
};

class ResultsAdapter : public Adapter {
 public:
  ResultsAdapter(const std::string& name, Results results)
      : results_(std::move(results)), known_(known_machine(name, results_)) {}

  [[nodiscard]] const Description& description() const override { return known_.description; }

  void run(std::span<const PutCase> cases, std::span<Observation> observations) override {
    observe(known_.machine, cases, plan_job(known_.machine, cases), results_, observations);
  }

 private:
  Results results_;
  KnownMachine known_;
};

}  // namespace

std::unique_ptr<Adapter> open_machine(const std::string& name, Boot boot, const MachineOptions& options) {
  return std::make_unique<MachineAdapter>(name, std::move(boot), options);
}

std::unique_ptr<Adapter> open_results(const std::string& name, Results results) {
  return std::make_unique<ResultsAdapter>(name, std::move(results));
}

}  // namespace harness
