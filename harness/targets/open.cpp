#include "harness/targets/open.h"

#include <csignal>

#include <stdexcept>

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

std::unique_ptr<Adapter> checked(std::unique_ptr<Adapter> adapter, const Target& target) {
  const std::string mistake = mistake_in(adapter->description());
  if (!mistake.empty()) throw std::runtime_error(fmt::format("{}: its configuration has {}", text_of(target), mistake));
  return adapter;
}

}  // namespace

std::unique_ptr<Adapter> open_adapter(const Target& target, const AdapterOptions& options) {
  // An adapter that is gone is found out by a failed write, not by a signal that ends the runner.
  signal(SIGPIPE, SIG_IGN);
  switch (target.kind) {
    case TargetKind::reference: return open_reference();
    case TargetKind::library: return checked(open_library(target.what, options), target);
    case TargetKind::command: return checked(open_command(target.what, options), target);
    case TargetKind::bochs: return open_bochs({target.what, boot_named(options.boot)}, target.path);
    case TargetKind::kvm_bochs:
    case TargetKind::kvm: return open_kvm(target, options);
    case TargetKind::qemu: return open_qemu();
    case TargetKind::serial: break;
  }
  throw std::runtime_error(text_of(target) + ": is a line to listen to; expected it as target of eptspec run only");
}

std::string baseline_of(const Target& target, const std::string& version) {
  std::string kind = name_of(target.kind);
  if (target.kind != TargetKind::kvm && target.kind != TargetKind::kvm_bochs) return kind;
  const std::size_t release = version.find_first_of("0123456789");
  const std::size_t minor = version.find('.', release);
  if (release == std::string::npos || minor == std::string::npos) return kind;
  return kind + "_linux-" + version.substr(release, version.find_first_not_of("0123456789", minor + 1) - release);
}

}  // namespace harness
