// What the second header says of the registers: where each is, and which settings of its controls are possible.
#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/text.h"
#include "spec/names.h"

namespace model {

namespace {

// With the largest MAXPHYADDR.
std::uint64_t address_bits(const spec::Register& one, const spec::Spec& spec) {
  std::uint64_t bits = 0;
  for (const spec::Field& field : one.fields) {
    if (field.kind == spec::FieldKind::address) bits |= spec::mask_of(bits_at(field.bits, spec.max_maxphyaddr));
  }
  return bits;
}

std::string place_of(const spec::Register& one, const spec::Spec& spec) {
  return fmt::format("    {{\"{}\", EPT_ROLE_{}, {:#x}, {}}},\n", one.id, upper(to_string(one.role)),
                     one.msr.value_or(one.vmcs.value_or(0)), hex(address_bits(one, spec)));
}

// A function that answers by the number of a word of controls.
std::string by_number(const char* what, const char* comment, const spec::Spec& spec) {
  std::string cases;
  for (const spec::Register& one : spec.registers) {
    if (one.role == spec::Role::control)
      cases += fmt::format("    case EPT_REGISTER_{}: return ept_{}_{}(registers);\n", upper(one.id), what, one.id);
  }
  return fmt::format(R"(
/* {} */
static inline ept_word ept_{}_controls(const struct ept_registers* registers, int number) {{
  switch (number) {{
{}    default: return 0;
  }}
}}
)",
                     comment, what, cases);
}

}  // namespace

std::string c_register_table(const spec::Spec& spec) {
  std::string rows;
  for (const spec::Register& one : spec.registers) {
    if (one.role != spec::Role::derived) rows += place_of(one, spec);
  }
  return fmt::format(R"(
enum ept_role {{ EPT_ROLE_CAPABILITY, EPT_ROLE_CONTROL, EPT_ROLE_FIELD, EPT_ROLE_OPERAND, EPT_ROLE_CHOICE }};

/* Where a register is. */
struct ept_register_place {{
  const char* name;
  enum ept_role role;
  uint32_t number;  /* of a capability its MSR, of a control or field its encoding in the VMCS; of others 0 */
  uint64_t address; /* the bits that are the address of some structure, with the largest MAXPHYADDR */
}};

/* The registers by number. */
static const struct ept_register_place ept_register_places[EPT_REGISTERS] = {{
{}}};
)",
                     rows) +
         by_number("required", "Of a word of controls: bit n: control n must be 1.", spec) +
         by_number("allowed", "Likewise: bit n: control n may be 1.", spec);
}

}  // namespace model
