#include "harness/targets/open.h"

#include <algorithm>
#include <csignal>

#include <stdexcept>

#include <fmt/format.h>

#include "ept_names.h"
#include "harness/boot/emulators.h"
#include "harness/judge/judging.h"
#include "harness/kvm/open_kvm.h"

namespace harness {

namespace {

// Why no case could run on the processor that an adapter states, or not the intended ones; empty when it is fine.
std::string mistake_in(const Description& description) {
  if (description.any_configuration) return {};
  const ept_registers& has = description.configuration;
  const std::uint64_t primary = has.primary_controls | description.optional_controls.primary_controls;
  if (has.maxphyaddr < EPT_MAXPHYADDR_MIN || has.maxphyaddr > EPT_MAXPHYADDR_MAX) {
    return fmt::format("maxphyaddr {}; expected {} to {}, or that any configuration is taken", has.maxphyaddr,
                       EPT_MAXPHYADDR_MIN, EPT_MAXPHYADDR_MAX);
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

// An adapter that is taken for one of another configuration, so that no case is kept from it.
class Posing : public Adapter {
 public:
  Posing(Adapter& adapter, const Description& description) : adapter_(adapter), description_(description) {}
  [[nodiscard]] const Description& description() const override { return description_; }
  void run(std::span<const PutCase> cases, std::span<Observation> observed) override { adapter_.run(cases, observed); }

 private:
  Adapter& adapter_;
  const Description& description_;
};

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

namespace {

// Whether the processor alone deviates in each way in which the hypervisor on it does; it may in others.
bool shows_all_of(const Judgement& judgement, const Judgement& alone) {
  return alone.verdict == judgement.verdict &&
         std::all_of(judgement.deviations.begin(), judgement.deviations.end(), [&](const Deviation& one) {
           return std::count(alone.deviations.begin(), alone.deviations.end(), one) != 0;
         });
}

}  // namespace

void attribute(Adapter& beneath, const Description& description, Report& report) {
  std::vector<vectors::Vector> asked;
  std::vector<Judgement*> judgements;
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    if (report.judgements[n].verdict != Verdict::fail) continue;
    asked.push_back(report.vectors[n]);
    judgements.push_back(&report.judgements[n]);
  }
  if (asked.empty()) return;
  Posing posing(beneath, description);
  const std::vector<Judgement> alone = run_on(posing, asked);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    if (shows_all_of(*judgements[k], alone[k])) judgements[k]->attributed_to = beneath.description().name;
  }
}

void attribute_to_bochs(const Target& target, const Description& description, Report& report) {
  if (target.kind != TargetKind::kvm_bochs) return;
  const auto bochs = open_bochs({target.what}, target.path);
  attribute(*bochs, description, report);
}

}  // namespace harness
