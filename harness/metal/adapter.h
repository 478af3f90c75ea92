// The adapter for a machine that runs the image, whatever carries cases and results. Tests: tests/harness/image.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>

#include "harness/adapter.h"
#include "harness/metal/blob.h"

namespace harness {

// Boots the machine with a job; throws std::runtime_error.
using Boot = std::function<Results(const Job&)>;

// The machine has nothing to test, as without VMX or EPT.
struct NotTested : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Boots once to learn what the machine is. `name` says who it is beside its brand. Throws
// NotTested, and std::runtime_error.
std::unique_ptr<Adapter> open_machine(const std::string& name, Boot boot);

// Why a machine that was booted has nothing to run; empty when it has.
std::string text_of(image::Obstacle obstacle);

}  // namespace harness
