// From the cases that a machine is asked to the job that it is given, and from its results to what was observed.
// Tests: tests/harness/boot.
#pragma once

#include <span>
#include <vector>

#include "harness/metal/blob.h"
#include "harness/metal/plan.h"
#include "vectors/format/vector.h"

namespace harness {

// Those of the vectors that apply to the machine: vector n has the id n + 1.
std::vector<eptspec_case> cases_of(const std::vector<vectors::Vector>& vectors, const Description& description);

struct PlannedJob {
  std::vector<Plan> plans;  // of each case
  Job job;                  // of those that the machine can make, behind the probe's own
};

// The ids of the cases differ and are not kProbeCase.
PlannedJob plan_job(const Machine& machine, std::span<const eptspec_case> cases);

// Whether memory was changed that no case touches.
bool has_changed(const Results& results);

// Takes the results of the job, or of another that was planned of the same cases for the same machine. The case that
// modified memory outside its own pages gets that as its only answer; if the case is not known, the last one does.
// Throws std::runtime_error when they are results of something else.
void observe(const Machine& machine, std::span<const eptspec_case> cases, const PlannedJob& planned,
             const Results& results, std::span<Observation> observations);

}  // namespace harness
