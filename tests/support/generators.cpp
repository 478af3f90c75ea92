#include "tests/support/generators.h"

namespace support {

namespace {

rc::Gen<std::uint64_t> any_word() { return rc::gen::arbitrary<std::uint64_t>(); }

rc::Gen<std::uint64_t> word_with_few_bits(int most) {
  return rc::gen::map(rc::gen::resize(most, rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 64U))),
                      [](const std::vector<unsigned>& bits) {
                        std::uint64_t word = 0;
                        for (const unsigned bit : bits) word ^= std::uint64_t{1} << bit;
                        return word;
                      });
}

// RapidCheck's numbers are small at first; these have all bits from the start.
rc::Gen<std::uint64_t> full_word() { return rc::gen::resize(100, any_word()); }

}  // namespace

rc::Gen<Circumstances> any_machine() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(36, 53), full_word(), full_word(), full_word(), full_word(),
                                     full_word(), full_word(), rc::gen::element<std::uint64_t>(0x1e, 0x26, 0x18, 0x20)),
                      [](const auto& from) {
                        Circumstances machine;
                        machine.maxphyaddr = std::get<0>(from);
                        machine.capability = std::get<1>(from);
                        machine.pin_based = std::get<2>(from);
                        machine.primary = std::get<3>(from);
                        machine.secondary = std::get<4>(from);
                        machine.tertiary = std::get<5>(from);
                        machine.parameters = std::get<6>(from) & 1;
                        machine.eptp = std::get<7>(from) | (std::get<6>(from) & 0xc0) | 0x1000;
                        return machine;
                      });
}

rc::Gen<std::uint64_t> any_entry() {
  const auto near_good =
      rc::gen::map(rc::gen::tuple(rc::gen::element<std::uint64_t>(0x2007, 0x40000037, 0x800000b7, 0x2004, 0x2407, 0x7),
                                  word_with_few_bits(3)),
                   [](const auto& parts) { return std::get<0>(parts) ^ std::get<1>(parts); });
  return rc::gen::weightedOneOf<std::uint64_t>({{6, near_good}, {1, word_with_few_bits(2)}, {2, full_word()}});
}

rc::Gen<std::uint64_t> any_access(const spec::Spec& spec) {
  std::vector<std::uint64_t> named;
  for (const spec::Access& access : spec.accesses) named.push_back(access.attributes);
  return rc::gen::oneOf(rc::gen::elementOf(named),
                        rc::gen::map(full_word(), [](std::uint64_t word) { return word & 0xffff; }));
}

rc::Gen<std::uint64_t> any_gpa() {
  return rc::gen::oneOf(rc::gen::just<std::uint64_t>(0),
                        rc::gen::map(full_word(), [](std::uint64_t word) { return word & 0xffffffffffff; }),
                        rc::gen::map(full_word(), [](std::uint64_t word) { return word & 0xfffffffffffff; }));
}

rc::Gen<std::vector<std::uint64_t>> any_sub_page_entries() {
  return rc::gen::exec([] {
    std::vector<std::uint64_t> entries;
    for (const std::uint64_t good : {0x9001ULL, 0xa001ULL, 0xb001ULL, 0x5555000055551111ULL}) {
      const auto how = *rc::gen::inRange(0, 8);
      const std::uint64_t bit = std::uint64_t{1} << *rc::gen::inRange(0, 64);
      entries.push_back(how == 0 ? *any_entry() : how == 1 ? good ^ bit : good);
    }
    return entries;
  });
}

namespace {

constexpr ept_word bit(unsigned n) { return ept_word{1} << n; }

// VMFUNC and INVEPT have good operands.
ept_registers accepted_registers() {
  ept_registers registers = *rc::gen::element(usual_entry(), full_entry(), full_entry());
  registers.eptp_list_entry = registers.invept_descriptor_low = registers.eptp;
  registers.invept_type = *rc::gen::element(1U, 2U);
  registers.processor_state = *rc::gen::element<ept_word>(0x41, 0x41, 0x41, 0x42, 0x42, 0x4e, 0x4d, 0x21, 0x35, 0x0);
  if (*rc::gen::inRange(0, 8) == 0) registers.vmx_basic |= bit(48);
  constexpr ept_word kEitherOfApic = EPT_CONTROL_VIRTUALIZE_APIC_ACCESSES | EPT_CONTROL_VIRTUALIZE_X2APIC_MODE;
  if (*rc::gen::inRange(0, 8) == 0) registers.secondary_controls ^= kEitherOfApic;
  if (*rc::gen::inRange(0, 8) == 0) registers.maxphyaddr = *rc::gen::inRange<ept_word>(36, 53);
  return registers;
}

// With a type, a vector and flags at random, on a processor with FRED or without.
void inject_event(ept_registers& registers) {
  registers.injected_event_identification =
      bit(31) | *rc::gen::inRange<ept_word>(0, 8) << 8 | *rc::gen::inRange<ept_word>(0, 36) | (*full_word() & 0x2800);
  registers.vm_entry_instruction_length = *rc::gen::inRange<ept_word>(0, 17);
  if (*rc::gen::inRange(0, 2) == 0) registers.vmx_cr4_fixed1 |= bit(32);  // FRED
}

void change_a_word(ept_registers& registers) {
  const int number = *rc::gen::inRange<int>(0, EPT_REGISTERS);
  ept_word& word = *ept_register_word(&registers, number);
  switch (*rc::gen::inRange(0, 8)) {
    case 0: word = *rc::gen::inRange<ept_word>(0, 10); break;
    case 1: word = *full_word(); break;
    case 2: word = bit(static_cast<unsigned>(registers.maxphyaddr)) - 8 * *rc::gen::inRange<ept_word>(0, 4); break;
    case 3: word = *ept_register_word(&registers, *rc::gen::inRange<int>(0, EPT_REGISTERS)); break;
    case 4: word ^= bit(*rc::gen::inRange(32U, 64U)); break;
    default: word ^= bit(*rc::gen::inRange(0U, 32U));
  }
}

}  // namespace

rc::Gen<ept_registers> any_registers() {
  return rc::gen::exec([] {
    ept_registers registers = accepted_registers();
    if (*rc::gen::inRange(0, 3) == 0) inject_event(registers);
    const int changes = *rc::gen::inRange(0, 6);
    for (int n = 0; n < changes; ++n) change_a_word(registers);
    return registers;
  });
}

}  // namespace support
