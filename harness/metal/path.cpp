#include "harness/metal/path.h"

#include <algorithm>

namespace harness {

namespace {

using image::Act;

constexpr std::uint64_t kGigabyte = std::uint64_t{1} << 30;

bool has_second_operand(Act act) { return act == Act::read || act == Act::write || act == Act::guest_walk; }

bool is_ordinary(Act act) {
  return act == Act::read || act == Act::write || act == Act::read_modify_write || act == Act::fetch;
}

}  // namespace

void take_path(const MachineOptions& options, Machine& machine) {
  machine.path = options.path;
  machine.has_device = options.has_device;
  if (machine.path != Path::device || !machine.has_device) return;
  machine.pages = image::device_behind(machine.pages);
  machine.memory.push_back({machine.pages, kGigabyte});
}

void take_path(const Machine& machine, Plan& plan) {
  if (machine.path == Path::ordinary || !plan.declined.empty() || !plan.not_applicable.empty()) return;
  const Act act = plan.made.act;
  if (machine.path == Path::second_operand) {
    if (!has_second_operand(act)) plan.declined = "no instruction makes this access to a second operand";
    plan.made.flags |= image::kSecondOperand;
    if (!machine.has_device) plan.pages.push_back(image::device_behind(machine.pages));
    return;
  }
  if (!is_ordinary(act)) plan.declined = "a device holds data and code only, no tables and no stacks";
  if (machine.has_device) {
    std::erase_if(plan.pages, [&](std::uint64_t page) { return page - machine.pages < kGigabyte; });
  }
}

}  // namespace harness
