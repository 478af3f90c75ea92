// From vectors to the cases that a machine is asked and the job that it is given, and from its results to what was
// observed. Tests: tests/harness/boot, tests/harness/metal/settle_test.cpp.
#pragma once

#include <span>
#include <vector>

#include "harness/metal/blob.h"
#include "harness/metal/plan.h"
#include "vectors/format/vector.h"

namespace harness {

// Adapts a random vector to a machine: most addresses of its width have no memory, and a guest cannot make every kind
// of access. Moves addresses into the windows (windows.h) without touching reserved bits, removes what no guest can do,
// and computes the expected answer again.
void settle(vectors::Vector& vector);

// Those of the vectors that apply to the machine: vector n has the id n + 1.
std::vector<PutCase> cases_of(const std::vector<vectors::Vector>& vectors, const Description& description);

struct PlannedJob {
  std::vector<Plan> plans;  // of each case
  Job job;                  // of those that the machine can make, behind the probe's own
};

// The ids of the cases differ and are not kProbeCase.
PlannedJob plan_job(const Machine& machine, std::span<const PutCase> cases);

// Whether memory was changed that no case touches.
bool has_changed(const Results& results);

// Takes the results of the job, or of another that was planned of the same cases for the same machine. The case that
// modified memory outside its own pages gets that as its only answer; if the case is not known, the last one does.
// Throws std::runtime_error when they are results of something else.
void observe(const Machine& machine, std::span<const PutCase> cases, const PlannedJob& planned, const Results& results,
             std::span<Observation> observations);

}  // namespace harness
