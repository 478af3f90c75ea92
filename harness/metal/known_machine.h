// What a machine is, from the probe that the image sent when it booted. Tests: tests/harness/boot.
#pragma once

#include <string>

#include "harness/adapters/adapter.h"
#include "harness/metal/blob.h"
#include "harness/metal/plan.h"

namespace harness {

// Why a machine that was booted has nothing to run; empty when it has.
std::string text_of(image::Obstacle obstacle);

// The case with which every job begins: VM entry with a plain EPTP. Its record shows that the machine runs cases.
constexpr std::uint64_t kProbeCase = 0;  // its id
MadeCase probe_case(const Machine& machine);

struct KnownMachine {
  Machine machine;
  Description description;
};

// `name` says who it is beside its brand. Throws NotTested, and std::runtime_error when the results do not tell.
KnownMachine known_machine(const std::string& name, const Results& results);

}  // namespace harness
