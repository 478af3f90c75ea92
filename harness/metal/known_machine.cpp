#include "harness/metal/known_machine.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"
#include "vectors/format/names.h"

namespace harness {

namespace {

// Write-back, 4 levels.
constexpr std::uint64_t kPlainEptp = 0x1000 | 0x1e;

std::uint64_t msr(const image::Probe& probe, std::uint32_t number) { return probe.msr[number - 0x480]; }

// Whether the processor has the exact MSRs of VMX capabilities, 48DH to 490H.
bool is_exact(const image::Probe& probe) { return (msr(probe, 0x480) >> 55 & 1) != 0; }

// Of each word of controls, in the order of vectors::kControls: its MSR, the exact one, and how far the bits that may
// be 1 are above those that must be.
struct ControlMsr {
  std::uint32_t usual, exact;
  unsigned shift;
};
constexpr std::array<ControlMsr, vectors::kControls.size()> kControlMsrs = {
    {{0x481, 0x48d, 32}, {0x482, 0x48e, 32}, {0x48b, 0x48b, 32}, {0x492, 0x492, 0}}};

// What every case has.
ept_registers always() {
  ept_registers always{};
  always.primary_controls = EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS;
  always.secondary_controls = EPT_CONTROL_ENABLE_EPT;
  return always;
}

Description described(const std::string& name, const image::Probe& probe) {
  Description description;
  const std::string brand(probe.brand, strnlen(probe.brand, sizeof(probe.brand)));
  description.name = name;
  description.machine = true;
  description.version = brand.substr(std::min(brand.find_first_not_of(' '), brand.size()));
  description.questions = kAllQuestions;
  description.unknown_parameters = all_bits(ept_parameters_names);
  ept_registers has = always();
  ept_registers may{};
  has.maxphyaddr = probe.maxphyaddr;
  has.capability = msr(probe, 0x48c);
  for (std::size_t n = 0; n < kControlMsrs.size(); ++n) {
    const auto& [name_of_word, word, vocabulary, number] = vectors::kControls[n];
    const auto& [usual, exact, shift] = kControlMsrs[n];
    const std::uint64_t value = msr(probe, is_exact(probe) ? exact : usual);
    may.*word = value >> shift & all_bits(vocabulary) & ~(has.*word);
    if (shift != 0) has.*word |= value & all_bits(vocabulary);
  }
  description.configuration = has;
  description.optional_controls = may;
  return description;
}

Machine machine_of(const image::Probe& probe) {
  Machine machine;
  machine.maxphyaddr = probe.maxphyaddr;
  machine.memory.assign(probe.ranges, probe.ranges + std::min(probe.range_count, image::kMaxRanges));
  machine.shadow_stacks = (msr(probe, 0x484) >> 52 & 1) != 0;  // VM entry loads CET state
  machine.modification_log = (msr(probe, 0x48b) >> 49 & 1) != 0;
  machine.loads_cr3 = (msr(probe, is_exact(probe) ? 0x48e : 0x482) >> 15 & 1) == 0;
  if (probe.case_count > 1) {  // the windows were chosen already
    machine.tables = probe.tables;
    machine.pages = probe.pages;
  } else {
    choose_windows(machine);
  }
  return machine;
}

bool runs_cases(const Results& results) {
  return std::any_of(results.records.begin(), results.records.end(),
                     [](const image::Record& one) { return one.id == kProbeCase; });
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
  asked.registers.eptp = kPlainEptp;
  asked.registers = always();
  return plan(machine, asked).made;
}

KnownMachine known_machine(const std::string& name, const Results& results) {
  if (!results.probe) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
  if (const std::string why = text_of(results.probe->obstacle); !why.empty()) {
    throw NotTested(fmt::format("{}: not tested: {}", name, why));
  }
  if (!runs_cases(results)) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
  return {machine_of(*results.probe), described(name, *results.probe)};
}

}  // namespace harness
