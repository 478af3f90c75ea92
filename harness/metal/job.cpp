#include "harness/metal/job.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/case.h"
#include "harness/metal/machine.h"
#include "harness/selection.h"

namespace harness {

namespace {

Observation declined(const eptspec_case& asked, const std::string& reason) {
  Observation observation{Fate::answered, {}, {}};
  observation.answer.id = asked.id;
  observation.answer.status = EPTSPEC_DECLINED;
  reason.copy(observation.answer.reason, EPTSPEC_REASON_SIZE - 1);
  return observation;
}

// Of a case for which there is no record.
Observation unrecorded(const eptspec_case& asked, const Results& results) {
  if (results.problem.empty()) return declined(asked, "the machine was not given the case");
  return {Fate::crash, {}, "not run: " + results.problem};
}

std::uint64_t digest_of(std::span<const eptspec_case> cases) {
  static_assert(std::has_unique_object_representations_v<eptspec_case>);
  return hash_of({reinterpret_cast<const char*>(cases.data()), cases.size_bytes()});
}

}  // namespace

std::vector<eptspec_case> cases_of(const std::vector<vectors::Vector>& vectors, const Description& description) {
  std::vector<eptspec_case> cases;
  for (std::size_t n = 0; n < vectors.size(); ++n) {
    eptspec_case put{};
    if (prepare(vectors[n], description, n + 1, put).verdict == Verdict::pass) cases.push_back(put);
  }
  return cases;
}

PlannedJob plan_job(const Machine& machine, std::span<const eptspec_case> cases) {
  PlannedJob planned;
  Job& job = planned.job;
  job.window_of_tables = machine.tables;
  job.window_of_pages = machine.pages;
  job.asked = digest_of(cases);
  job.cases.push_back(probe_case(machine));
  planned.plans.reserve(cases.size());
  for (const eptspec_case& asked : cases) {
    const Plan& one = planned.plans.emplace_back(plan(machine, asked));
    if (!one.declined.empty()) continue;
    job.cases.push_back(one.made);
    job.pages.insert(job.pages.end(), one.pages.begin(), one.pages.end());
  }
  std::sort(job.pages.begin(), job.pages.end());
  job.pages.erase(std::unique(job.pages.begin(), job.pages.end()), job.pages.end());
  return planned;
}

void observe(const Machine& machine, std::span<const eptspec_case> cases, const PlannedJob& planned,
             const Results& results, std::span<Observation> observations) {
  if (results.probe && results.probe->asked != planned.job.asked) {
    throw std::runtime_error("these are results of other vectors, or of other versions of image and program");
  }
  if (results.trailer && results.trailer->changed != 0) {
    throw std::runtime_error(fmt::format("{} words of memory changed that no case touches, the first at {:#x}",
                                         results.trailer->changed, results.trailer->first_changed));
  }
  std::map<std::uint64_t, const image::Record*> records;
  for (const image::Record& record : results.records) records[record.id] = &record;
  for (std::size_t n = 0; n < cases.size(); ++n) {
    const auto found = records.find(cases[n].id);
    const Plan& plan = planned.plans[n];
    if (!plan.declined.empty()) {
      observations[n] = declined(cases[n], plan.declined);
    } else if (found == records.end()) {
      observations[n] = unrecorded(cases[n], results);
    } else {
      observations[n] = observed(machine, cases[n], plan, *found->second);
    }
  }
}

}  // namespace harness
