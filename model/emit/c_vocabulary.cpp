#include "model/emit/c_vocabulary.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_layout.h"
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

std::string without_full_stop(const std::string& text) { return text.substr(0, text.find_last_not_of('.') + 1); }

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
  std::stable_sort(lines.begin(), lines.end(), [](const Define& a, const Define& b) { return a.value < b.value; });
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

std::vector<Define> bit_defines(const std::vector<spec::NamedBits>& bits, const std::string& prefix) {
  std::vector<Define> lines;
  for (const spec::NamedBits& bit : bits)
    lines.push_back({prefix + upper(bit.id), mask_of(bit.bits), without_full_stop(bit.text)});
  return lines;
}

std::vector<Define> rule_defines(const std::vector<spec::Rule>& rules, const std::string& prefix) {
  std::vector<Define> lines;
  for (const spec::Rule& rule : rules)
    lines.push_back({prefix + upper(rule.id), std::uint64_t{1} << rule.bit, without_full_stop(rule.text)});
  return lines;
}

std::vector<Define> condition_defines(const spec::Spec& spec) {
  std::vector<Define> lines;
  for (const spec::NamedCondition& condition : spec.conditions) {
    if (condition.stage == spec::Stage::configuration) {
      lines.push_back({"EPT_CONDITION_" + upper(condition.id), std::uint64_t{1} << condition.bit.value(),
                       without_full_stop(condition.text)});
    }
  }
  std::sort(lines.begin(), lines.end(), [](const Define& a, const Define& b) { return a.value < b.value; });
  return lines;
}

std::vector<Define> access_defines(const spec::Spec& spec) {
  std::vector<Define> lines;
  for (const spec::Access& access : spec.accesses)
    lines.push_back({"EPT_ACCESS_" + upper(access.id), access.attributes, ""});
  return lines;
}

std::vector<Define> qualification_defines(const spec::Spec& spec) {
  std::vector<Define> lines;
  for (const spec::QualificationBit& bit : spec.qualification) {
    lines.push_back({"EPT_QUALIFICATION_" + upper(bit.id), std::uint64_t{1} << bit.bit, without_full_stop(bit.text)});
  }
  return lines;
}

}  // namespace

void emit_c_vocabulary(const spec::Spec& spec, std::ostream& out) {
  out << defines("IA32_VMX_EPT_VPID_CAP.", field_defines({&spec.capability}, "EPT_CAPABILITY_"))
      << defines("VM-execution controls, each in its word.", bit_defines(spec.controls, "EPT_CONTROL_"))
      << defines("Points that the manual leaves open.", bit_defines(spec.parameters, "EPT_PARAMETER_"))
      << defines("Conditions that follow from configuration and EPTP.", condition_defines(spec))
      << defines("Fields of the EPTP.", field_defines({&spec.eptp}, "EPT_EPTP_"))
      << defines("Fields of an entry.", entry_defines(spec))
      << defines("Parts of a guest-physical address.", bit_defines(spec.address_fields, "EPT_GPA_"))
      << defines("Attributes of an access.", bit_defines(spec.attributes, "EPT_ACCESS_"))
      << defines("The usual accesses.", access_defines(spec))
      << defines("Rules for the EPTP, each stating when it is broken.", rule_defines(spec.eptp_rules, "EPT_RULE_"))
      << defines("Rules for a present entry, each stating when it is broken.",
                 rule_defines(spec.misconfigurations, "EPT_RULE_"))
      << defines("Causes of an EPT violation.", rule_defines(spec.violations, "EPT_VIOLATION_"))
      << defines("Groups of them.", bit_defines(spec.violation_groups, "EPT_VIOLATION_"))
      << defines("Exit qualification of an EPT violation.", qualification_defines(spec));
}

}  // namespace model
