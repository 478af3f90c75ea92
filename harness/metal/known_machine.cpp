#include "harness/metal/known_machine.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "ept_model.h"
#include "harness/support/names.h"

namespace harness {

namespace {

// VM entry with bit 7 of the EPTP: the manual leaves open whether it is accepted.
constexpr std::uint64_t kBitSeven = 0x1000 | 0x1e | EPT_EPTP_ENFORCE_SUPERVISOR_SHADOW_STACK;

std::uint64_t msr(const image::Probe& probe, std::uint32_t number) { return probe.msr[number - 0x480]; }

// What every case has.
constexpr std::uint64_t kPrimary = EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS;
constexpr std::uint64_t kSecondary = EPT_CONTROL_ENABLE_EPT;

// The one parameter that the first case finds out.
constexpr std::uint64_t kFoundOut = EPT_PARAMETER_EPTP_SUPERVISOR_SHADOW_STACK_ACCEPTED;

Description described(const std::string& name, const image::Probe& probe) {
  Description description;
  const std::string brand(probe.brand, strnlen(probe.brand, sizeof(probe.brand)));
  description.name = name;
  description.machine = true;
  description.batch = 16384;
  description.version = brand.substr(std::min(brand.find_first_not_of(' '), brand.size()));
  description.questions = EPTSPEC_QUESTION_EPTP | EPTSPEC_QUESTION_ENTRY | EPTSPEC_QUESTION_WALK;
  description.configuration.maxphyaddr = probe.maxphyaddr;
  description.configuration.capability = msr(probe, 0x48c);
  description.configuration.primary_controls = kPrimary;
  description.configuration.secondary_controls = kSecondary;
  description.unknown_parameters = all_bits(ept_parameter_names) & ~kFoundOut;
  const bool exact = (msr(probe, 0x480) >> 55 & 1) != 0;
  const std::uint64_t pin_based = msr(probe, exact ? 0x48d : 0x481);
  const std::uint64_t primary = msr(probe, exact ? 0x48e : 0x482);
  description.configuration.pin_based_controls = pin_based & all_bits(ept_pin_based_control_names);
  description.optional_controls.pin_based_controls = pin_based >> 32 & all_bits(ept_pin_based_control_names);
  description.optional_controls.primary_controls = primary >> 32 & all_bits(ept_primary_control_names) & ~kPrimary;
  description.optional_controls.secondary_controls =
      msr(probe, 0x48b) >> 32 & all_bits(ept_secondary_control_names) & ~kSecondary;
  description.optional_controls.tertiary_controls = msr(probe, 0x492) & all_bits(ept_tertiary_control_names);
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
  if (probe.case_count > 1) {  // the windows were chosen already
    machine.tables = probe.tables;
    machine.pages = probe.pages;
  } else {
    choose_windows(machine);
  }
  return machine;
}

// Whether the machine accepts bit 7 of the EPTP.
bool accepts_bit_seven(const std::string& name, const Results& results) {
  const auto found = std::find_if(results.records.begin(), results.records.end(),
                                  [](const auto& one) { return one.id == kProbeCase; });
  if (found == results.records.end()) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
  return found->end == image::End::exit;
}

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

image::Case probe_case(const Machine& machine) {
  eptspec_case asked{};
  asked.id = kProbeCase;
  asked.question = EPTSPEC_QUESTION_EPTP;
  asked.eptp = kBitSeven;
  asked.configuration.primary_controls = EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS;
  asked.configuration.secondary_controls = EPT_CONTROL_ENABLE_EPT;
  return plan(machine, asked).made;
}

KnownMachine known_machine(const std::string& name, const Results& results) {
  if (!results.probe) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
  if (const std::string why = text_of(results.probe->obstacle); !why.empty()) {
    throw NotTested(fmt::format("{}: not tested: {}", name, why));
  }
  KnownMachine known{machine_of(*results.probe), described(name, *results.probe)};
  const bool accepted = accepts_bit_seven(name, results);
  if (accepted && (known.description.configuration.capability & EPT_CAPABILITY_SUPERVISOR_SHADOW_STACK_CONTROL) != 0) {
    known.description.configuration.parameters = EPT_PARAMETER_EPTP_SUPERVISOR_SHADOW_STACK_ACCEPTED;
  }
  return known;
}

}  // namespace harness
