#include "harness/metal/known_machine.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "ept_controls.h"
#include "harness/adapters/abi_model.h"
#include "harness/support/names.h"
#include "vectors/format/names.h"

namespace harness {

namespace {

// Write-back, 4 levels.
constexpr std::uint64_t kPlainEptp = 0x1000 | 0x1e;
constexpr std::uint32_t kFirstMsr = 0x480;

ept_registers capabilities_of(const image::Probe& probe) {
  ept_registers registers{};
  registers.maxphyaddr = probe.maxphyaddr;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    const ept_register_name& place = ept_register_names[n];
    const std::uint32_t index = place.number - kFirstMsr;
    if (place.role == EPT_ROLE_CAPABILITY && index < image::kVmxMsrs)
      *ept_register_word(&registers, n) = probe.msr[index];
  }
  return registers;
}

Description described(const std::string& name, const image::Probe& probe, const ept_registers& capabilities) {
  Description description;
  const std::string brand(probe.brand, strnlen(probe.brand, sizeof(probe.brand)));
  description.name = name;
  description.machine = true;
  description.version = brand.substr(std::min(brand.find_first_not_of(' '), brand.size()));
  description.questions = kAllQuestions;
  description.unknown_parameters = all_bits(ept_parameters_names);
  ept_registers has = vectors::with_ept(capabilities);  // as every case
  ept_registers may{};
  for (const vectors::Controls& word : vectors::kControls) {
    const std::uint64_t named = all_bits(vectors::vocabulary_of(word));
    ept_word& on = vectors::controls_in(has, word);
    vectors::controls_in(may, word) = ept_allowed(&capabilities, word.number) & named & ~on;
    on |= ept_required(&capabilities, word.number) & named;
  }
  description.configuration = has;
  description.optional_controls = may;
  return description;
}

Machine machine_of(const image::Probe& probe, const ept_registers& capabilities) {
  Machine machine;
  machine.capabilities = capabilities;
  machine.maxphyaddr = probe.maxphyaddr;
  machine.memory.assign(probe.ranges, probe.ranges + std::min(probe.range_count, image::kMaxRanges));
  machine.shadow_stacks = (ept_allowed_vm_entry_controls(&capabilities) & EPT_ENTRY_CONTROL_LOAD_CET_STATE) != 0;
  machine.modification_log = (ept_allowed_secondary_controls(&capabilities) & image::kEnablePml) != 0;
  machine.loads_cr3 = (ept_required_primary_controls(&capabilities) & EPT_CONTROL_CR3_LOAD_EXITING) == 0;
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
                     [](const Recorded& one) { return one.id == kProbeCase; });
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

MadeCase probe_case(const Machine& machine) {
  PutCase asked{};
  asked.id = kProbeCase;
  asked.question = EPTSPEC_QUESTION_EPTP;
  asked.registers.eptp = kPlainEptp;
  asked.registers = vectors::with_ept();
  return plan(machine, asked).made;
}

KnownMachine known_machine(const std::string& name, const Results& results) {
  if (!results.probe) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
  if (const std::string why = text_of(results.probe->obstacle); !why.empty()) {
    throw NotTested(fmt::format("{}: not tested: {}", name, why));
  }
  if (!runs_cases(results)) throw std::runtime_error(fmt::format("{}: {}", name, results.problem));
  const ept_registers capabilities = capabilities_of(*results.probe);
  return {machine_of(*results.probe, capabilities), described(name, *results.probe, capabilities)};
}

}  // namespace harness
