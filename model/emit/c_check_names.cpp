// The tables of ept_names.h about registers and checks.
#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/text.h"
#include "spec/names.h"

namespace model {

namespace {

constexpr const char* kTables = R"(
/* What a register is. */
enum ept_register_role {
  EPT_ROLE_CAPABILITY, /* a capability MSR */
  EPT_ROLE_CONTROL,    /* a field of the VMCS, a word of controls */
  EPT_ROLE_FIELD,      /* another field of the VMCS */
  EPT_ROLE_STATE,      /* a field of the VMCS' guest-state area */
  EPT_ROLE_OPERAND,    /* of an instruction, or in memory */
  EPT_ROLE_CHOICE      /* what the manual leaves to the processor */
};

/* By number. */
struct ept_register_name {
  const char* name;
  enum ept_register_role role;
  uint32_t number;  /* of a capability its MSR, of a control, field or state its encoding in the VMCS; of others 0 */
  uint64_t bits;    /* those that the register has */
  uint64_t address; /* those that are a physical address, for the largest MAXPHYADDR */
  const char* cite;
};

static const struct ept_register_name ept_register_names[EPT_REGISTERS] = {
@{registers}
};

/* A check; by number. */
struct ept_check_name {
  const char* name;
  bool whole; /* made alone; otherwise it is part of others only */
  const char* title;
};

static const struct ept_check_name ept_check_names[EPT_CHECKS] = {
@{checks}
};

#define EPT_NO_NUMBER 0xffffffffu

/* How a check that is made alone ends where a rule is broken. */
struct ept_check_outcome_name {
  enum ept_check_id check;
  unsigned outcome; /* EPT_..._OUTCOME_... */
  const char* name;
  bool may;                       /* the manual leaves open whether it comes about */
  uint64_t vm_instruction_errors; /* bit n: error n; the processor reports one of them */
  uint32_t exception;             /* vector, or EPT_NO_NUMBER */
  uint32_t exit_reason;           /* basic exit reason, or EPT_NO_NUMBER */
  const char* cite;
  const char* text;
};

static const struct ept_check_outcome_name ept_check_outcome_names[] = {
@{outcomes}
};

/* A rule that takes part in a check that is made alone. */
struct ept_check_rule_name {
  enum ept_check_id whole; /* that check */
  enum ept_check_id check; /* the one whose rule it is */
  uint64_t bits;           /* of ept_check_result.rules[check] */
  unsigned outcome;        /* of the whole check */
  const char* name;
  const char* cite;
};

static const struct ept_check_rule_name ept_check_rule_names[] = {
@{rules}
};
)";

std::string number_or_none(const std::optional<unsigned>& number) {
  return number ? fmt::format("{:#x}", *number) : "EPT_NO_NUMBER";
}

std::string register_rows(const spec::Spec& spec) {
  std::string rows;
  for (const spec::Register& one : spec.registers) {
    if (one.role == spec::Role::derived) continue;
    std::uint64_t address = 0;
    for (const spec::Field& field : one.fields) {
      const bool is_address = field.kind == spec::FieldKind::address;
      if (is_address) address |= spec::mask_of(bits_at(field.bits, spec.max_maxphyaddr));
    }
    rows +=
        fmt::format("    {{\"{}\", EPT_ROLE_{}, {:#x}, {}, {}, \"{}\"}},\n", one.id, upper(to_string(one.role)),
                    one.msr.value_or(one.vmcs.value_or(0)),
                    hex(spec::mask_of({static_cast<unsigned>(one.width) - 1, 0})), hex(address), to_string(one.cite));
  }
  return rows;
}

std::string outcome_rows(const spec::Check& check) {
  std::string rows;
  int number = 0;
  for (const spec::Ending& ending : check.endings) {
    std::uint64_t errors = 0;
    for (const unsigned error : ending.vm_instruction_errors) errors |= std::uint64_t{1} << error;
    rows += fmt::format("    {{EPT_CHECK_{}, {}, \"{}\", {}, {}, {}, {}, \"{}\", \"{}\"}},\n", upper(check.id),
                        ++number, ending.id, ending.may, hex(errors), number_or_none(ending.exception),
                        number_or_none(ending.exit_reason), to_string(ending.cite), ending.text);
  }
  return rows;
}

std::string rule_rows(const spec::Check& check, const spec::Spec& spec) {
  std::string rows;
  for (const CheckMember& member : members_of(check, spec)) {
    for (const spec::Rule& rule : member.check->rules) {
      const std::uint64_t bit = std::uint64_t{1} << rule.bit;
      for (const auto& [ending, rules] : member.rules) {
        if ((rules & bit) == 0) continue;
        rows += fmt::format("    {{EPT_CHECK_{}, EPT_CHECK_{}, {}, {}, \"{}\", \"{}\"}},\n", upper(check.id),
                            upper(member.check->id), hex(bit), ending + 1, rule.id, to_string(rule.cite));
      }
    }
  }
  return rows;
}

}  // namespace

std::string c_check_tables(const spec::Spec& spec) {
  std::string checks;
  std::string outcomes;
  std::string rules;
  for (std::size_t n = 0; n < spec.checks.size(); ++n) {
    const spec::Check& check = spec.checks[n];
    checks += fmt::format("    {{\"{}\", {}, \"{}\"}},\n", check.id, is_whole(spec, n), check.title);
    if (!is_whole(spec, n)) continue;
    outcomes += outcome_rows(check);
    rules += rule_rows(check, spec);
  }
  return fill(kTables,
              {{"registers", register_rows(spec)}, {"checks", checks}, {"outcomes", outcomes}, {"rules", rules}});
}

}  // namespace model
