#include "harness/cli/capabilities.h"

#include <algorithm>

#include "ept_names.h"
#include "model/controls/broken_rules.h"
#include "model/controls/settings.h"
#include "vectors/checks/whole_rules.h"

namespace cli {

namespace {

using harness::Capabilities;

bool compares(const spec::Condition& condition) {
  return condition.kind == spec::Condition::Kind::compared || std::ranges::any_of(condition.operands, compares);
}

// Of a rule that ties some controls together; one that compares whole words names none.
vectors::Support controls_named_in(const spec::Spec& spec, const spec::Condition& when) {
  vectors::Support support;
  for (const spec::Condition& one : vectors::conjuncts_of(when)) {
    if (!compares(one)) vectors::add_support(spec, one, support);
  }
  return support;
}

// The named controls that a walk depends on, and those that a rule of VM entry ties to "enable EPT".
vectors::Support controls_of_ept(const spec::Spec& spec) {
  vectors::Support controls;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) controls[n] = spec.registers[n].of_walk;
  const model::Control enable = model::controls_named(spec, "enable_ept").at(0);
  for (const vectors::WholeRule& rule : vectors::whole_rules(spec, *find_id(spec.checks, "vm_entry"))) {
    vectors::Support support = controls_named_in(spec, rule.rule->when);
    if ((support[register_at(enable.word)] >> enable.bit() & 1) == 0) continue;
    for (const auto& [number, mask] : support) controls[number] |= mask;
  }
  return controls;
}

std::vector<Capabilities::Named> controls_of(const spec::Spec& spec, const spec::Knowledge& msrs) {
  const vectors::Support concerned = controls_of_ept(spec);
  std::vector<Capabilities::Named> list;
  for (const model::Setting& setting : settings_of(spec, msrs, model::Governed::by_bit_55)) {
    const spec::Register& word = spec.registers.at(register_at(setting.word));
    if (!setting.known) continue;
    for (const spec::Field& field : word.fields) {
      const unsigned bit = bits_at(field.bits).low;
      if (field.kind != spec::FieldKind::field || (concerned.at(register_at(setting.word)) >> bit & 1) == 0) continue;
      list.push_back({model::name_of(spec, {setting.word, &field}), setting.may >> bit & 1});
    }
  }
  return list;
}

std::vector<Capabilities::Named> fields_of(const spec::Register& msr, std::uint64_t value) {
  std::vector<Capabilities::Named> list;
  for (const spec::Field& field : msr.fields) {
    const spec::Bits bits = bits_at(field.bits);
    if (field.kind == spec::FieldKind::field) list.push_back({field.id, (value & mask_of(bits)) >> bits.low});
  }
  return list;
}

spec::Profile profile_of(const spec::Spec& spec, ept_registers registers) {
  spec::Profile profile;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const ept_word* const word = ept_register_word(&registers, static_cast<int>(n));
    profile.registers.push_back(word == nullptr ? 0 : *word);
  }
  return profile;
}

}  // namespace

Capabilities capabilities_of(const spec::Spec& spec, const ept_registers& registers) {
  Capabilities capabilities;
  capabilities.maxphyaddr = registers.maxphyaddr;
  spec::Knowledge msrs = model::msrs_of(spec, profile_of(spec, registers));
  for (const auto& [word, known] : msrs) {
    const spec::Register& one = spec.registers.at(register_at(word));
    capabilities.msrs.push_back({one.msr.value_or(0), one.id, known.value});
  }
  msrs = model::with_absent_msrs(spec, std::move(msrs));
  const spec::Word ept = word_of(spec, "capability");
  if (msrs.contains(ept)) capabilities.ept = fields_of(register_of(spec, "capability"), msrs.at(ept).value);
  capabilities.controls = controls_of(spec, msrs);
  const spec::Check& check = *find_id(spec.checks, "msr_values");
  for (const spec::Rule* const rule : model::undecided_rules(spec, check, msrs))
    capabilities.not_judged.push_back(rule->id);
  for (const model::BrokenRule& one : model::broken_rules(spec, check, msrs))
    capabilities.msr_values.push_back({one.rule->id, one.ending->id, one.rule->text, to_string(one.rule->cite)});
  return capabilities;
}

harness::Processor processor_of(const harness::Description& description) {
  harness::Processor processor;
  if (description.any_configuration) return processor;
  ept_registers told = description.configuration;
  processor.registers.maxphyaddr = told.maxphyaddr;
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    if (ept_register_names[n].role == EPT_ROLE_CAPABILITY)
      *ept_register_word(&processor.registers, n) = *ept_register_word(&told, n);
  }
  return processor;
}

bool add_capabilities(const Invocation& invocation, const harness::Processor& processor, harness::Report& report) {
  if (processor.registers.maxphyaddr == 0) return true;
  const auto spec = load_or_report(invocation.spec_directory);
  if (spec) report.capabilities = capabilities_of(*spec, processor.registers);
  return spec.has_value();
}

}  // namespace cli
