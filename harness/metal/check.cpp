#include "harness/metal/check.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "ept_controls.h"

namespace harness {

namespace {

constexpr std::uint64_t kInPage = 0xfff;
constexpr std::uint64_t kLastPage = 0xfffff000;  // that the image may use
constexpr std::uint64_t kPageBytes = 0x1000;
constexpr std::uint64_t kVtprAt = 0x80;  // in the virtual-APIC page
constexpr std::uint64_t kListEntries = 512;
constexpr std::uint64_t kMsrEntry = 16;  // bytes
constexpr std::uint64_t kMode64 = 4;     // of processor_state
// Of the image's scratch pages.
constexpr std::uint64_t kVirtualApicPage = 0;
constexpr std::uint64_t kListPage = 1;
constexpr std::uint64_t kOtherPage = 2;

struct MsrArea {
  ept_register address, count;
};
constexpr std::array<MsrArea, 3> kMsrAreas = {
    {{EPT_REGISTER_EXIT_MSR_STORE_ADDRESS, EPT_REGISTER_EXIT_MSR_STORE_COUNT},
     {EPT_REGISTER_EXIT_MSR_LOAD_ADDRESS, EPT_REGISTER_EXIT_MSR_LOAD_COUNT},
     {EPT_REGISTER_ENTRY_MSR_LOAD_ADDRESS, EPT_REGISTER_ENTRY_MSR_LOAD_COUNT}}};

std::uint64_t value_of(const ept_registers& registers, int number) {
  ept_registers copy = registers;
  return *ept_register_word(&copy, number);
}

bool is_in_vmcs(int number) {
  const ept_register_role role = ept_register_names[number].role;
  return role == EPT_ROLE_CONTROL || role == EPT_ROLE_FIELD;
}

bool is_same(const ept_check_result& a, const ept_check_result& b) {
  return a.outcome == b.outcome && std::equal(std::begin(a.rules), std::end(a.rules), std::begin(b.rules));
}

image::Base base_of(int number) {
  if (number == EPT_REGISTER_EPTP) return image::Base::identity_map;
  for (const MsrArea& area : kMsrAreas) {
    if (number == area.address) return image::Base::msr_area;
  }
  return image::Base::scratch;
}

// What is left of an address, to which its new page is added.
std::uint64_t without_page(const ept_registers& registers, std::uint64_t address) {
  const bool narrow = (registers.vmx_basic & EPT_VMX_BASIC_ADDRESSES_32_BIT) != 0;
  const std::uint64_t below_width = (std::uint64_t{1} << (narrow ? 32 : registers.maxphyaddr)) - 1;
  return address & (kInPage | ~below_width);
}

// The value for a field, and what the image adds to it.
image::Field placed(ept_check_id check, const ept_registers& registers, int number) {
  const std::uint64_t value = value_of(registers, number);
  const image::Field as_it_is{ept_register_names[number].number, image::Base::none, value};
  if (ept_register_names[number].address == 0) return as_it_is;
  const std::uint64_t left = without_page(registers, value);
  const ept_check_result result = ept_check(check, &registers);
  for (const std::uint64_t page : {std::uint64_t{0}, kLastPage}) {
    ept_registers there = registers;
    *ept_register_word(&there, number) = left | page;
    if (!is_same(ept_check(check, &there), result)) return as_it_is;
  }
  const image::Base base = base_of(number);
  if (base != image::Base::scratch) return {as_it_is.encoding, base, left};
  std::uint64_t page = kOtherPage;
  if (number == EPT_REGISTER_VIRTUAL_APIC_ADDRESS) page = kVirtualApicPage;
  if (number == EPT_REGISTER_EPTP_LIST_ADDRESS) page = kListPage;
  return {as_it_is.encoding, base, left + page * kPageBytes};
}

void add_fields(ept_check_id check, const ept_registers& registers, MadeCase& made) {
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    if (is_in_vmcs(n)) made.fields.push_back(placed(check, registers, n));
  }
}

// Whether a machine that accepts the case would load or store more MSRs than the image has room for. One that VM entry
// must refuse is made if a machine survives that it does not: a VM entry that fails does, a VM exit that fails does
// not.
bool has_large_msr_area(const ept_registers& registers) {
  const ept_word outcome = ept_check_vm_entry(&registers).outcome;
  const bool refused = outcome != 0 && outcome != EPT_VM_ENTRY_OUTCOME_MAY_FAIL_CONTROL_FIELDS;
  return std::any_of(kMsrAreas.begin(), kMsrAreas.end(), [&](const MsrArea& area) {
    if (refused && area.count == EPT_REGISTER_ENTRY_MSR_LOAD_COUNT) return false;
    const std::uint64_t offset = value_of(registers, area.address) & kInPage;
    return offset + value_of(registers, area.count) * kMsrEntry > image::kMsrAreaEntries * kMsrEntry;
  });
}

void plan_entry(const ept_registers& asked, Plan& plan) {
  if (has_large_msr_area(asked)) {
    plan.declined = "the image has no such large area of MSRs";
    return;
  }
  plan.made.act = image::Act::check_entry;
  plan.made.operation = image::Operation::guest;
  add_fields(EPT_CHECK_VM_ENTRY, asked, plan.made);
  plan.made.words.push_back({kVirtualApicPage * kPageBytes + kVtprAt, asked.vtpr});
}

// A VM entry that is accepted if any is, to a guest that executes VMFUNC or INVEPT.
ept_registers plain_entry(const Machine& machine) {
  ept_registers plain = machine.capabilities;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    if (ept_register_names[n].role == EPT_ROLE_CONTROL)
      *ept_register_word(&plain, n) = ept_required(&machine.capabilities, n);
  }
  plain.vm_exit_controls |= EPT_EXIT_CONTROL_HOST_ADDRESS_SPACE_SIZE;
  plain.vm_entry_controls |= EPT_ENTRY_CONTROL_IA_32E_MODE_GUEST;
  return plain;
}

void plan_vmfunc(const Machine& machine, const ept_registers& asked, Plan& plan) {
  MadeCase& made = plan.made;
  made.act = image::Act::check_vmfunc;
  made.operands[0] = asked.vmfunc_function;
  made.operands[1] = asked.vmfunc_index;
  if (made.operation != image::Operation::guest) return;
  ept_registers entry = plain_entry(machine);
  entry.primary_controls |= asked.primary_controls & EPT_CONTROL_ACTIVATE_SECONDARY_CONTROLS;
  entry.secondary_controls = asked.secondary_controls & (EPT_CONTROL_ENABLE_EPT | EPT_CONTROL_ENABLE_VM_FUNCTIONS);
  entry.vm_function_controls = asked.vm_function_controls;
  entry.eptp = asked.eptp;
  entry.eptp_list_address = asked.eptp_list_address;
  entry.eptp_list_entry = asked.eptp_list_entry;
  entry.vmfunc_function = asked.vmfunc_function;
  entry.vmfunc_index = asked.vmfunc_index;
  entry.processor_state = asked.processor_state;
  if (ept_check_vm_entry(&entry).outcome != 0 || !is_same(ept_check_vmfunc(&entry), ept_check_vmfunc(&asked))) {
    plan.not_applicable = "VM entry refuses the controls with which VMFUNC is to be executed";
    return;
  }
  add_fields(EPT_CHECK_VM_ENTRY, entry, made);
  if (asked.vmfunc_index >= kListEntries) return;
  // The words of a page that tells its addresses are entries that are not present: a switch shows as EPT violation.
  const std::uint64_t value = without_page(asked, asked.eptp_list_entry) | machine.pages;
  made.words.push_back({kListPage * kPageBytes + 8 * asked.vmfunc_index, value});
  plan.pages.push_back(machine.pages);
}

void plan_invept(const Machine& machine, const ept_registers& asked, Plan& plan) {
  MadeCase& made = plan.made;
  made.act = image::Act::check_invept;
  made.operands[0] = asked.invept_type;
  made.operands[1] = asked.invept_descriptor_low;
  made.operands[2] = asked.invept_descriptor_high;
  if (made.operation == image::Operation::guest) add_fields(EPT_CHECK_VM_ENTRY, plain_entry(machine), made);
}

bool has_capabilities_of(const Machine& machine, const ept_registers& registers) {
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    if (ept_register_names[n].role == EPT_ROLE_CAPABILITY &&
        value_of(registers, n) != value_of(machine.capabilities, n))
      return false;
  }
  return registers.maxphyaddr == machine.capabilities.maxphyaddr;
}

constexpr std::uint64_t part_of(std::uint64_t word, std::uint64_t mask) { return (word & mask) / (mask & -mask); }

}  // namespace

Plan plan_check(const Machine& machine, ept_check_id check, const ept_registers& registers) {
  Plan plan;
  const std::uint64_t operation = part_of(registers.processor_state, EPT_PROCESSOR_STATE_VMX_OPERATION);
  plan.made.operation = static_cast<image::Operation>(operation);
  if (!has_capabilities_of(machine, registers)) plan.not_applicable = "the registers are those of another processor";
  if (operation > static_cast<std::uint64_t>(image::Operation::guest))
    plan.not_applicable = "there is no such operation";
  if (part_of(registers.processor_state, EPT_PROCESSOR_STATE_CPL) != 0 ||
      part_of(registers.processor_state, EPT_PROCESSOR_STATE_MODE) != kMode64) {
    plan.declined = "the image makes checks in 64-bit mode and with CPL = 0 only";
  }
  if (!plan.not_applicable.empty() || !plan.declined.empty()) return plan;
  switch (check) {
    case EPT_CHECK_VM_ENTRY: plan_entry(registers, plan); break;
    case EPT_CHECK_VMFUNC: plan_vmfunc(machine, registers, plan); break;
    case EPT_CHECK_INVEPT: plan_invept(machine, registers, plan); break;
    default: plan.declined = "the image makes no such check"; break;
  }
  return plan;
}

CheckObservation observed_check(const Plan& plan, const Recorded& record) {
  const std::uint32_t reason = record.reason & 0xffff;
  switch (record.end) {
    case image::End::completed: return {CheckEnd::accepted, 0};
    case image::End::vm_fail: return {CheckEnd::vm_instruction_error, record.reason};
    case image::End::trap: return {CheckEnd::exception, record.interruption};
    case image::End::unsupported: return {CheckEnd::unmade, static_cast<std::uint32_t>(record.qualification)};
    case image::End::reset: return {CheckEnd::lost, 0};
    case image::End::begun: return {CheckEnd::not_run, 0};
    case image::End::exit:
    case image::End::entry_failure: break;
  }
  if (plan.made.act == image::Act::check_entry || record.done != 0) return {CheckEnd::accepted, reason};
  if (record.end == image::End::exit && reason == image::kReasonException)
    return {CheckEnd::exception, record.interruption & 0xff};
  return {CheckEnd::exit, reason};
}

}  // namespace harness
