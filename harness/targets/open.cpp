#include "harness/targets/open.h"

#include <csignal>

#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "ept_model.h"
#include "harness/boot/bochs.h"
#include "harness/boot/qemu.h"
#include "harness/kvm/open_kvm.h"

namespace harness {

namespace {

// Why no case could run on the processor that an adapter states, or not the intended ones; empty when it is fine.
std::string mistake_in(const Description& description) {
  if (description.any_configuration) return {};
  const eptspec_configuration& has = description.configuration;
  const std::uint64_t primary = has.primary_controls | description.optional_controls.primary_controls;
  if (has.maxphyaddr < 36 || has.maxphyaddr > 52) {
    return fmt::format("maxphyaddr {}; expected 36 to 52, or that any configuration is taken", has.maxphyaddr);
  }
  if ((has.secondary_controls & EPT_CONTROL_ENABLE_EPT) == 0) {
    return fmt::format("secondary_controls {:#x} without enable_ept (bit 1)", has.secondary_controls);
  }
  if ((primary & EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS) == 0) {
    return fmt::format(
        "primary_controls {:#x} without activate_secondary_controls (bit 31), so that no secondary control counts",
        primary);
  }
  return {};
}

// "exec: " would start a shell that has nothing to do.
void demand_what_is_behind(const std::string& target) {
  for (const auto& [kind, what] : {std::pair("lib:", "the path of a library"), {"exec:", "a command"}}) {
    if (!target.starts_with(kind) || target.find_first_not_of(" \t\n", std::strlen(kind)) != std::string::npos)
      continue;
    throw std::runtime_error(fmt::format("'{}' names nothing to run; expected {} behind '{}'", target, what, kind));
  }
}

std::unique_ptr<Adapter> checked(std::unique_ptr<Adapter> adapter, const std::string& target) {
  const std::string mistake = mistake_in(adapter->description());
  if (!mistake.empty()) throw std::runtime_error(fmt::format("{}: its configuration has {}", target, mistake));
  return adapter;
}

}  // namespace

std::unique_ptr<Adapter> open_adapter(const std::string& target, const AdapterOptions& options) {
  // An adapter that is gone is found out by a failed write, not by a signal that ends the runner.
  signal(SIGPIPE, SIG_IGN);
  if (target == "reference") return open_reference();
  demand_what_is_behind(target);
  if (target.starts_with("lib:")) return checked(open_library(target.substr(4), options), target);
  if (target.starts_with("exec:")) return checked(open_command(target.substr(5), options), target);
  if (target == "qemu") return open_qemu();
  const std::string kind = target.substr(0, target.find_first_of(":/"));
  if (kind == "bochs") return open_bochs(target, boot_named(options.boot));
  if (kind == "kvm" || kind == "kvm-bochs") return open_kvm(target, options);
  throw std::runtime_error("'" + target +
                           "' is not a target; expected reference, lib:PATH.so, exec:COMMAND, bochs[:MODEL], "
                           "kvm-bochs[:MODEL], kvm, qemu or serial:DEVICE");
}

}  // namespace harness
