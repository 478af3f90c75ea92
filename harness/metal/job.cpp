#include "harness/metal/job.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/judge/case.h"
#include "harness/metal/known_machine.h"
#include "harness/support/text.h"

namespace harness {

namespace {

bool is_made(const Plan& plan) { return plan.not_applicable.empty() && plan.declined.empty(); }

Observation without_answer(const PutCase& asked, std::uint32_t status, const std::string& reason) {
  return {Fate::answered, unanswered(asked, status, reason), {}};
}

// Of a case that is not put to the machine.
Observation not_made(const PutCase& asked, const Plan& plan) {
  if (plan.not_applicable.empty()) return without_answer(asked, EPTSPEC_DECLINED, plan.declined);
  return without_answer(asked, EPTSPEC_NOT_APPLICABLE, plan.not_applicable);
}

// Of a case for which there is no record.
Observation unrecorded(const PutCase& asked, const Results& results) {
  if (results.problem.empty()) {
    return without_answer(asked, EPTSPEC_DECLINED, "the machine was not given the case");
  }
  return {Fate::crash, {}, "not run: " + results.problem};
}

std::string change_of(const Results& results) {
  return fmt::format("{} words of memory changed that no case touches, the first at {:#x}", results.trailer->changed,
                     results.trailer->first_changed);
}

std::uint64_t digest_of(std::span<const PutCase> cases) {
  std::uint64_t digest = hash_of("");
  for (const PutCase& one : cases) digest = hash_of(bytes_of(one), digest);
  return digest;
}

}  // namespace

std::vector<PutCase> cases_of(const std::vector<vectors::Vector>& vectors, const Description& description) {
  std::vector<PutCase> cases;
  for (std::size_t n = 0; n < vectors.size(); ++n) {
    PutCase put{};
    if (prepare(vectors[n], description, n + 1, put).verdict == Verdict::pass) cases.push_back(put);
  }
  return cases;
}

PlannedJob plan_job(const Machine& machine, std::span<const PutCase> cases) {
  PlannedJob planned;
  Job& job = planned.job;
  job.window_of_tables = machine.tables;
  job.window_of_pages = machine.pages;
  job.asked = digest_of(cases);
  job.cases.push_back(probe_case(machine));
  planned.plans.reserve(cases.size());
  for (const PutCase& asked : cases) {
    Plan& one = planned.plans.emplace_back(plan(machine, asked));
    take_path(machine, one);
    if (!is_made(one)) continue;
    job.cases.push_back(one.made);
    job.pages.insert(job.pages.end(), one.pages.begin(), one.pages.end());
  }
  std::sort(job.pages.begin(), job.pages.end());
  job.pages.erase(std::unique(job.pages.begin(), job.pages.end()), job.pages.end());
  return planned;
}

bool has_changed(const Results& results) { return results.trailer && results.trailer->changed != 0; }

void observe(const Machine& machine, std::span<const PutCase> cases, const PlannedJob& planned, const Results& results,
             std::span<Observation> observations) {
  if (results.probe && results.probe->asked != planned.job.asked) {
    throw std::runtime_error("these are results of other vectors, or of other versions of image and program");
  }
  std::map<std::uint64_t, const Recorded*> records;
  for (const Recorded& record : results.records) records[record.id] = &record;
  for (std::size_t n = 0; n < cases.size(); ++n) {
    const auto found = records.find(cases[n].id);
    const auto why = results.why.find(cases[n].id);
    const Plan& plan = planned.plans[n];
    if (!is_made(plan)) {
      observations[n] = not_made(cases[n], plan);
    } else if (why != results.why.end()) {
      observations[n] = {Fate::crash, {}, why->second};
    } else if (found == records.end()) {
      observations[n] = unrecorded(cases[n], results);
    } else {
      observations[n] = observed(machine, cases[n], plan, *found->second);
    }
  }
  if (!has_changed(results)) return;
  const std::uint64_t last = results.records.empty() ? 0 : results.records.back().id;
  for (std::size_t n = 0; n < cases.size(); ++n) {
    if (cases[n].id == results.changed_by) {
      observations[n] = {Fate::garbage, {}, change_of(results)};
    } else if (results.changed_by == 0 && cases[n].id == last) {
      observations[n] = {Fate::garbage, {}, change_of(results) + ", by this or a case before it"};
    }
  }
}

}  // namespace harness
