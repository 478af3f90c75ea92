// The adapter for a machine that runs the image, whatever carries cases and results. Tests: tests/harness/boot.
#pragma once

#include <functional>
#include <memory>

#include "harness/adapters/adapter.h"
#include "harness/metal/known_machine.h"

namespace harness {

// Boots the machine with a job; throws std::runtime_error.
using Boot = std::function<Results(const Job&)>;

struct MachineOptions {
  Path path = Path::ordinary;
  bool has_device = false;  // accesses without memory are answered by self-identifying words that can be changed
  bool remembers = false;   // as in Description
  std::function<std::string()> version;  // what is tested, if not the processor; asked after the first boot
};

constexpr std::size_t kMostCases = 100000;  // of one boot

// Boots once to learn what the machine is. `name` says who it is beside its brand. Throws
// NotTested, and std::runtime_error.
std::unique_ptr<Adapter> open_machine(const std::string& name, Boot boot, const MachineOptions& options = {});

// A machine that was booted elsewhere, with one job: it can only be asked the cases of that job, and once. Throws
// likewise.
std::unique_ptr<Adapter> open_results(const std::string& name, Results results);

}  // namespace harness
