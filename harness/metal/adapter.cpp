#include "harness/metal/adapter.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>

#include "ept_model.h"
#include "harness/metal/plan.h"

namespace harness {

namespace {

constexpr std::size_t kMostCases = 100000;  // of one boot

// VM entry with bit 7 of the EPTP: the manual leaves open whether it is accepted.
constexpr std::uint64_t kBitSeven = 0x1000 | 0x1e | EPT_EPTP_ENFORCE_SUPERVISOR_SHADOW_STACK;

std::uint64_t msr(const image::Probe& probe, std::uint32_t number) { return probe.msr[number - 0x480]; }

eptspec_case eptp_case(std::uint64_t eptp) {
  eptspec_case asked{};
  asked.id = 1;
  asked.question = EPTSPEC_QUESTION_EPTP;
  asked.eptp = eptp;
  asked.configuration.primary_controls = EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS;
  asked.configuration.secondary_controls = EPT_CONTROL_ENABLE_EPT;
  return asked;
}

constexpr std::uint64_t kPinBased = EPT_CONTROL_NMI_EXITING | EPT_CONTROL_VIRTUAL_NMIS;
constexpr std::uint64_t kSecondary =
    EPT_CONTROL_EPT_VIOLATION_VE | EPT_CONTROL_MODE_BASED_EXECUTE_CONTROL | EPT_CONTROL_SUB_PAGE_WRITE_PERMISSIONS;
constexpr std::uint64_t kTertiary = EPT_CONTROL_EPT_PAGING_WRITE_CONTROL | EPT_CONTROL_GUEST_PAGING_VERIFICATION;

Description described(const std::string& name, const image::Probe& probe) {
  Description description;
  const std::string brand(probe.brand, strnlen(probe.brand, sizeof(probe.brand)));
  description.name = name;
  description.machine = true;
  description.version = brand.substr(std::min(brand.find_first_not_of(' '), brand.size()));
  description.questions = EPTSPEC_QUESTION_EPTP | EPTSPEC_QUESTION_ENTRY | EPTSPEC_QUESTION_WALK;
  description.configuration.maxphyaddr = probe.maxphyaddr;
  description.configuration.capability = msr(probe, 0x48c);
  description.configuration.primary_controls = EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS;
  description.configuration.secondary_controls = EPT_CONTROL_ENABLE_EPT;
  const bool exact = (msr(probe, 0x480) >> 55 & 1) != 0;
  const std::uint64_t pin_based = msr(probe, exact ? 0x48d : 0x481);
  const std::uint64_t primary = msr(probe, exact ? 0x48e : 0x482);
  description.configuration.pin_based_controls = pin_based & kPinBased;
  description.optional_controls.pin_based_controls = pin_based >> 32 & kPinBased;
  description.optional_controls.primary_controls = primary >> 32 & EPT_CONTROL_ACTIVATE_TERTIARY_CONTROLS;
  description.optional_controls.secondary_controls = msr(probe, 0x48b) >> 32 & kSecondary;
  description.optional_controls.tertiary_controls = msr(probe, 0x492) & kTertiary;
  return description;
}

Machine machine_of(const image::Probe& probe) {
  Machine machine;
  machine.maxphyaddr = probe.maxphyaddr;
  machine.memory.assign(probe.ranges, probe.ranges + std::min(probe.range_count, image::kMaxRanges));
  machine.shadow_stacks = (msr(probe, 0x484) >> 52 & 1) != 0;  // VM entry loads CET state
  machine.modification_log = (msr(probe, 0x48b) >> 49 & 1) != 0;
  const bool exact = (msr(probe, 0x480) >> 55 & 1) != 0;
  machine.loads_cr3 = (msr(probe, exact ? 0x48e : 0x482) >> 15 & 1) == 0;
  choose_windows(machine);
  return machine;
}

// A case that is not put to the machine.
Observation without_answer(const eptspec_case& asked, const Plan& plan) {
  Observation observation{Fate::answered, {}, {}};
  observation.answer.id = asked.id;
  const bool applies = plan.not_applicable.empty();
  observation.answer.status = applies ? EPTSPEC_DECLINED : EPTSPEC_NOT_APPLICABLE;
  const std::string& reason = applies ? plan.declined : plan.not_applicable;
  reason.copy(observation.answer.reason, EPTSPEC_REASON_SIZE - 1);
  return observation;
}

class MachineAdapter : public Adapter {
 public:
  MachineAdapter(const std::string& name, Boot boot) : boot_(std::move(boot)) {
    const Plan first = plan(machine_, eptp_case(kBitSeven));
    const Results results = boot_({{first.made}, {}, machine_.tables, machine_.pages});
    if (!results.probe) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
    if (const std::string why = text_of(results.probe->obstacle); !why.empty()) {
      throw NotTested(fmt::format("{}: not tested: {}", name, why));
    }
    if (results.records.empty()) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
    description_ = described(name, *results.probe);
    machine_ = machine_of(*results.probe);
    const bool accepted = results.records[0].end == image::End::exit;
    const bool supported =
        (description_.configuration.capability & EPT_CAPABILITY_SUPERVISOR_SHADOW_STACK_CONTROL) != 0;
    if (accepted && supported) {
      description_.configuration.parameters = EPT_PARAMETER_EPTP_SUPERVISOR_SHADOW_STACK_ACCEPTED;
    }
  }

  [[nodiscard]] const Description& description() const override { return description_; }

  void run(std::span<const eptspec_case> cases, std::span<Observation> observations) override {
    for (std::size_t at = 0; at < cases.size(); at += kMostCases) {
      const std::size_t count = std::min(kMostCases, cases.size() - at);
      run_once(cases.subspan(at, count), observations.subspan(at, count));
    }
  }

 private:
  void run_once(std::span<const eptspec_case> cases, std::span<Observation> observations) {
    std::vector<Plan> plans;
    Job job{{}, {}, machine_.tables, machine_.pages};
    std::vector<std::size_t> index;
    for (std::size_t n = 0; n < cases.size(); ++n) {
      plans.push_back(plan(machine_, cases[n]));
      if (!plans[n].not_applicable.empty() || !plans[n].declined.empty()) {
        observations[n] = without_answer(cases[n], plans[n]);
        continue;
      }
      job.cases.push_back(plans[n].made);
      index.push_back(n);
      job.pages.insert(job.pages.end(), plans[n].pages.begin(), plans[n].pages.end());
    }
    if (job.cases.empty()) return;
    std::sort(job.pages.begin(), job.pages.end());
    job.pages.erase(std::unique(job.pages.begin(), job.pages.end()), job.pages.end());
    const Results results = boot_(job);
    for (std::size_t k = 0; k < index.size(); ++k) {
      const std::size_t n = index[k];
      observations[n] = k < results.records.size() ? observed(machine_, cases[n], plans[n], results.records[k])
                                                   : Observation{Fate::crash, {}, results.problem};
    }
    if (results.trailer && results.trailer->changed != 0) {
      throw std::runtime_error(fmt::format("{} words of memory changed that no case touches, the first at {:#x}",
                                           results.trailer->changed, results.trailer->first_changed));
    }
  }

  Boot boot_;
  Machine machine_;
  Description description_;
};

}  // namespace

std::string text_of(image::Obstacle obstacle) {
  switch (obstacle) {
    case image::Obstacle::none: return {};
    case image::Obstacle::no_vmx: return "the processor has no VMX";
    case image::Obstacle::vmx_locked_off: return "VMX is switched off and locked by the firmware";
    case image::Obstacle::no_secondary_controls: return "the processor has no secondary controls, so no EPT";
    case image::Obstacle::no_ept: return "the processor has no EPT";
    case image::Obstacle::bad_cases: return "the cases arrived damaged, or are of another version than the image";
    case image::Obstacle::vmxon_failed: return "VMXON failed";
    case image::Obstacle::no_cases: return "the image was booted without cases";
    case image::Obstacle::no_memory: return "the cases need memory that is not free there";
  }
  return "an obstacle of another version";
}

std::unique_ptr<Adapter> open_machine(const std::string& name, Boot boot) {
  return std::make_unique<MachineAdapter>(name, std::move(boot));
}

}  // namespace harness
