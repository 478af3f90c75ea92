// The constants of the emitted header.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/text.h"
#include "spec/names.h"

namespace model {

namespace {

using spec::mask_of;

struct Define {
  std::string name;
  std::uint64_t value = 0;
  std::string comment;
};

std::string defines(const std::string& heading, const std::vector<Define>& lines) {
  std::vector<CodeLine> code;
  for (const Define& line : lines)
    code.push_back({fmt::format("#define {} {}", line.name, hex(line.value)), line.comment});
  return fmt::format("/* {} */\n{}\n", heading, aligned(code));
}

std::vector<Define> field_defines(const std::vector<const spec::Format*>& formats, const std::string& prefix) {
  std::vector<Define> lines;
  std::set<std::string> seen;
  for (const spec::Format* format : formats) {
    for (const spec::Field& field : format->fields) {
      if (!has_name(field) || !seen.insert(field.id).second) continue;
      const bool prefixed = prefix == "EPT_EPTP_" && field.id.starts_with("eptp_");
      lines.push_back(
          {(prefixed ? "EPT_" : prefix) + upper(field.id), mask_of(bits_at(field.bits)), in_words(field.bits)});
    }
  }
  std::ranges::stable_sort(lines, {}, &Define::value);
  return lines;
}

// The named fields of all formats, and the bits that hold an address in some format.
std::vector<Define> entry_defines(const spec::Spec& spec) {
  std::vector<const spec::Format*> formats;
  std::uint64_t address = 0;
  for (const spec::Format& format : spec.formats) {
    formats.push_back(&format);
    for (const spec::Field& field : format.fields) {
      if (field.kind == spec::FieldKind::address) address |= mask_of(bits_at(field.bits, spec.max_maxphyaddr));
    }
  }
  std::vector<Define> lines = field_defines(formats, "EPT_ENTRY_");
  lines.push_back({"EPT_ENTRY_ADDRESS", address, "of the next table or of the page"});
  return lines;
}

std::vector<Define> sub_page_defines(const spec::Spec& spec) {
  std::vector<const spec::Format*> formats;
  for (const spec::Format& format : spec.sub_page.formats) formats.push_back(&format);
  return field_defines(formats, "EPT_SUB_PAGE_");
}

std::uint64_t bits_of(const spec::NamedBits& named) { return mask_of(named.bits); }
std::uint64_t bits_of(const spec::Rule& rule) { return std::uint64_t{1} << rule.bit; }
std::uint64_t bits_of(const spec::QualificationBit& bit) { return std::uint64_t{1} << bit.bit; }
std::uint64_t bits_of(const spec::NamedCondition& condition) { return std::uint64_t{1} << condition.bit.value(); }

template <typename Item>
std::vector<Define> item_defines(const std::vector<Item>& items, const std::string& prefix) {
  std::vector<Define> lines;
  for (const Item& item : items)
    lines.push_back({prefix + upper(item.id), bits_of(item), item.text.substr(0, item.text.find_last_not_of('.') + 1)});
  return lines;
}

// The bits of registers of a role that a walk depends on.
std::vector<Define> register_defines(const spec::Spec& spec, spec::Role role, const std::string& prefix) {
  std::vector<spec::NamedBits> bits;
  for (const spec::Register* one : spec::configuration_of_walk(spec)) {
    for (const spec::Field& field : one->fields) {
      if (one->role != role || !has_name(field) || (mask_of(bits_at(field.bits)) & one->of_walk) == 0) continue;
      bits.push_back({static_cast<const spec::Named&>(field), spec::Word::access, bits_at(field.bits)});
    }
  }
  return item_defines(bits, prefix);
}

std::vector<Define> condition_defines(const spec::Spec& spec) {
  std::vector<spec::NamedCondition> prepared = spec.conditions;
  std::erase_if(prepared, [](const auto& condition) { return condition.stage != spec::Stage::configuration; });
  std::ranges::sort(prepared, {}, [](const auto& condition) { return condition.bit; });
  return item_defines(prepared, "EPT_CONDITION_");
}

std::vector<Define> access_defines(const spec::Spec& spec) {
  std::vector<Define> lines;
  for (const spec::Access& access : spec.accesses)
    lines.push_back({"EPT_ACCESS_" + upper(access.id), access.attributes, ""});
  return lines;
}

}  // namespace

void emit_c_vocabulary(const spec::Spec& spec, std::ostream& out) {
  out << defines("IA32_VMX_EPT_VPID_CAP.", field_defines({&register_of(spec, "capability")}, "EPT_CAPABILITY_"))
      << defines("VM-execution controls, each in its word.",
                 register_defines(spec, spec::Role::control, "EPT_CONTROL_"))
      << defines("Points that the manual leaves open.", register_defines(spec, spec::Role::choice, "EPT_PARAMETER_"))
      << defines("Conditions that follow from configuration and EPTP.", condition_defines(spec))
      << defines("Fields of the EPTP.", field_defines({&register_of(spec, "eptp")}, "EPT_EPTP_"))
      << defines("Fields of an entry.", entry_defines(spec))
      << defines("Fields of an entry of the sub-page permission table.", sub_page_defines(spec))
      << defines("Parts of a guest-physical address.", item_defines(spec.address_fields, "EPT_GPA_"))
      << defines("Attributes of an access.", item_defines(spec.attributes, "EPT_ACCESS_"))
      << defines("The usual accesses.", access_defines(spec))
      << defines("Rules for the EPTP, each stating when it is broken.", item_defines(eptp_rules(spec), "EPT_RULE_"))
      << defines("Rules for a present entry, each stating when it is broken.",
                 item_defines(spec.misconfigurations, "EPT_RULE_"))
      << defines("Rules for an entry of the sub-page permission table, likewise.",
                 item_defines(spec.sub_page.rules, "EPT_RULE_"))
      << defines("Causes of an EPT violation.", item_defines(spec.violations, "EPT_VIOLATION_"))
      << defines("Groups of them.", item_defines(spec.violation_groups, "EPT_VIOLATION_"))
      << defines("Exit qualification of an EPT violation.", item_defines(spec.qualification, "EPT_QUALIFICATION_"))
      << defines("Exit qualification of exit 66.", item_defines(spec.sub_page.qualification, "EPT_QUALIFICATION_"));
}

}  // namespace model
