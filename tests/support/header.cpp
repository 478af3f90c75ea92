#include "tests/support/header.h"

#include <bit>
#include <memory>

#include "ept_names.h"

namespace support {

namespace {

constexpr std::uint64_t kRoot = 0x1000;

std::uint64_t read_entry(void* memory, std::uint64_t address) { return (*static_cast<const Read*>(memory))(address); }

ept_context context_of(const Circumstances& machine) {
  const ept_configuration configuration = configuration_of(machine);
  ept_context context;
  ept_prepare(&configuration, machine.eptp, &context);
  return context;
}

}  // namespace

Circumstances::operator model::Circumstances() const {
  model::Circumstances machine{maxphyaddr, std::vector<std::uint64_t>(EPT_REGISTERS)};
  machine.registers[EPT_REGISTER_CAPABILITY] = capability;
  machine.registers[EPT_REGISTER_PIN_BASED_CONTROLS] = pin_based;
  machine.registers[EPT_REGISTER_PRIMARY_CONTROLS] = primary;
  machine.registers[EPT_REGISTER_SECONDARY_CONTROLS] = secondary;
  machine.registers[EPT_REGISTER_TERTIARY_CONTROLS] = tertiary;
  machine.registers[EPT_REGISTER_PARAMETERS] = parameters;
  machine.registers[EPT_REGISTER_EPTP] = eptp;
  machine.registers[EPT_REGISTER_SUB_PAGE_TABLE_POINTER] = sub_page_table_pointer;
  return machine;
}

ept_configuration configuration_of(const Circumstances& machine) {
  return {static_cast<std::uint64_t>(machine.maxphyaddr),
          machine.capability,
          machine.pin_based,
          machine.primary,
          machine.secondary,
          machine.tertiary,
          machine.parameters};
}

Classification header_classify(const Circumstances& machine, int level, std::uint64_t entry, const spec::Spec& spec) {
  const ept_context context = context_of(machine);
  const ept_classification found = ept_classify(&context, level, entry);
  return {static_cast<Kind>(found.kind), spec.formats.at(static_cast<std::size_t>(found.format)).id, found.rules,
          found.reserved_bits};
}

Outcome header_walk(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access, const Read& read) {
  const ept_context context = context_of(machine);
  Read memory = read;
  return std::bit_cast<Outcome>(ept_walk(&context, gpa, access, read_entry, &memory));  // one layout, two names
}

Outcome header_check_sub_page(const Circumstances& machine, std::uint64_t gpa, std::uint64_t access, const Read& read) {
  const ept_configuration configuration = configuration_of(machine);
  Read memory = read;
  return std::bit_cast<Outcome>(ept_check_sub_page(&configuration, machine.eptp, machine.sub_page_table_pointer, gpa,
                                                   access, read_entry, &memory));
}

Circumstances able_machine() {
  Circumstances machine;
  machine.maxphyaddr = 46;
  machine.capability = ~std::uint64_t{0};
  machine.primary = ~std::uint64_t{0};
  machine.secondary = ~std::uint64_t{0};
  machine.tertiary = ~std::uint64_t{0};
  machine.eptp = kRoot | 0x1e;
  return machine;
}

Circumstances plain_machine() {
  Circumstances machine;
  machine.maxphyaddr = 36;
  machine.capability = 0xf0106114141;
  machine.primary = std::uint64_t{1} << 31;
  machine.secondary = 1U << 1;
  machine.eptp = kRoot | 0x1e;
  return machine;
}

Read reader(const Memory& memory) {
  return [memory](std::uint64_t address) {
    const auto found = memory.find(address);
    return found == memory.end() ? std::uint64_t{0} : found->second;
  };
}

Read in_order(const std::vector<std::uint64_t>& entries) {
  auto next = std::make_shared<std::size_t>(0);
  return [entries, next](std::uint64_t) { return entries.at((*next)++); };
}

Memory tables(const std::vector<std::uint64_t>& entries) {
  Memory memory;
  for (std::size_t i = 0; i < entries.size(); ++i) memory[kRoot + 0x1000 * i] = entries[i];
  return memory;
}

}  // namespace support
