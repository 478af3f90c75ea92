// The target `bochs[:MODEL]`: the image, booted by the emulator Bochs. Owns how Bochs is configured, started and ended;
// what is put to the image and what its answers mean is in metal/. Tests: tests/harness/image.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "harness/adapter.h"
#include "harness/metal/blob.h"

namespace harness {

// Models of Bochs 2.7 that have VMX.
std::span<const char* const> bochs_models();
constexpr const char* kBochsModel = "tigerlake";

struct BochsOptions {
  std::string model = kBochsModel;
  double timeout_seconds = 120;  // for one start of Bochs
};

// Starts Bochs once with these cases. Throws std::runtime_error with one line when Bochs is missing, dies or hangs.
Results run_in_bochs(const BochsOptions& options, const Job& job);

// The machine is examined first, so that description() is its own.
std::unique_ptr<Adapter> open_bochs(const BochsOptions& options);

}  // namespace harness
