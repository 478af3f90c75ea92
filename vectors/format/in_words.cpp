#include "vectors/format/self_contained.h"

#include <array>
#include <bit>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/expectation.h"
#include "vectors/format/names.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

ept_word field_of(ept_word value, ept_word bits) { return (value & bits) >> std::countr_zero(bits); }

Json rules_json(const Vector& vector) {
  const Broken broken = broken_by(vector);
  Json rules = Json::array();
  for (const ept_check_rule_name* const rule : broken_rules(vector.asked, vector.expected))
    rules.push_back({{"rule", rule->name}, {"cite", rule->cite}});
  for (const ept_name& name : broken.vocabulary) {
    if ((broken.rules & name.bits) != 0) rules.push_back({{"rule", name.name}, {"cite", name.cite}});
  }
  return rules;
}

// The exit qualification bit by bit; what is undefined has no value.
Json qualification_json(Vocabulary vocabulary, ept_word qualification, ept_word defined) {
  Json bits = Json::array();
  for (const ept_name& name : vocabulary) {
    Json bit = {{"bit", std::countr_zero(name.bits)}, {"name", name.name}};
    if ((defined & name.bits) != 0) bit["value"] = (qualification & name.bits) != 0 ? 1 : 0;
    bit["cite"] = name.cite;
    bits.push_back(std::move(bit));
  }
  return bits;
}

Json fields_json(Vocabulary vocabulary, ept_word value) {
  Json fields = Json::object();
  for (const ept_name& name : vocabulary) {
    if ((value & name.bits) != 0) fields[name.name] = hex(field_of(value, name.bits));
    value &= ~name.bits;
  }
  return fields;
}

Json configuration_json(const ept_registers& configuration) {
  Json json = {{"maxphyaddr", configuration.maxphyaddr},
               {"capability",
                {{"value", hex(configuration.capability)},
                 {"fields", fields_json(ept_capability_names, configuration.capability)}}}};
  for (const Controls& word : kControls) {
    const ept_word value = controls_in(configuration, word);
    json[ept_register_names[word.number].name] = {{"value", hex(value)},
                                                  {"names", names_in(vocabulary_of(word), value)}};
  }
  json["parameters"] = names_in(ept_parameters_names, configuration.parameters);
  return json;
}

Json eptp_json(const Case& asked) {
  Json json = {{"value", hex(asked.registers.eptp)}};
  const ept_word reserved = reserved_in(asked.registers);
  json["fields"] = fields_json(ept_eptp_names, asked.registers.eptp & ~reserved);
  json["fields"]["address"] = hex(asked.registers.eptp & EPT_ENTRY_ADDRESS & ~reserved);
  if (reserved != 0) json["reserved_bits"] = numbers_in(reserved);
  return json;
}

void put_check(const Case& asked, Json& to) {
  to["check"] = ept_check_names[asked.check].name;
  to["maxphyaddr"] = asked.registers.maxphyaddr;
  to["parameters"] = names_in(ept_parameters_names, asked.registers.parameters);
  to["registers"] = Json::object();
  for (const auto& [name, value] : registers_in(asked.registers, kCapabilities | kGiven))
    to["registers"][name] = hex(value);
}

// Fields go by the format alone; a feature that is off leaves the name of its field.
Json entry_json(const Case& asked, const ept_context& context, int level, ept_word value) {
  const ept_classification found = ept_classify(&context, level, value);
  const ept_word beyond = EPT_ENTRY_ADDRESS & ~((ept_word{1} << asked.registers.maxphyaddr) - 1);
  Json json = {{"level", level}, {"format", ept_format_names[found.format].name}, {"value", hex(value)}};
  ept_word rest = value;
  Json fields = Json::object();
  for (const ept_field_name& field : ept_field_names) {
    const ept_word bits = field.bits & ~beyond;
    if (field.format != found.format || (value & bits) == 0) continue;
    const bool address = (bits & EPT_ENTRY_ADDRESS) != 0;
    fields[field.name] = hex(address ? value & bits : field_of(value, bits));
    rest &= ~bits;
  }
  json["fields"] = std::move(fields);
  ept_word reserved = 0;
  for (const ept_field_name& field : ept_reserved_names) {
    if (field.format == found.format) reserved |= rest & field.bits;
  }
  if (reserved != 0) json["reserved_bits"] = numbers_in(reserved);
  if ((rest & ~reserved) != 0) json["ignored_bits"] = numbers_in(rest & ~reserved);
  return json;
}

// Of the sub-page permission table; each bit that is not reserved has a name.
Json sub_page_entry_json(const Case& asked, int level, ept_word value) {
  const ept_word reserved = value & ept_sub_page_forbidden(asked.registers.maxphyaddr, level);
  const bool vector = level == 1;
  Json json = {{"level", level}, {"format", vector ? "sub_page_vector" : "sub_page_table"}, {"value", hex(value)}};
  const ept_word address = vector ? 0 : value & ~reserved & EPT_ENTRY_ADDRESS;
  json["fields"] = fields_json(vector ? Vocabulary(ept_sub_page_vector_names) : Vocabulary(ept_sub_page_table_names),
                               value & ~reserved & ~address);
  if (address != 0) json["fields"]["address"] = hex(address);
  if (reserved != 0) json["reserved_bits"] = numbers_in(reserved);
  return json;
}

Json entries_json(const Case& asked) {
  const ept_context context = context_of(asked.registers);
  Json entries = Json::array();
  for (std::size_t i = 0; i < asked.entries.size(); ++i) {
    const int level = asked.level - static_cast<int>(i);
    const bool sub_page = asked.question == Question::sub_page;
    entries.push_back(sub_page ? sub_page_entry_json(asked, level, asked.entries[i])
                               : entry_json(asked, context, level, asked.entries[i]));
    if (has_outcome(asked.question)) entries.back()["address"] = hex(address_of(asked, i));
  }
  return entries;
}

std::string rules_text(const Vector& vector) {
  const Broken broken = broken_by(vector);
  return fmt::format("{}", fmt::join(names_in(broken.vocabulary, broken.rules), ", "));
}

std::string end_of_walk(const Vector& vector) {
  const ept_outcome& outcome = vector.expected.outcome;
  const std::string at = outcome.level == 0 ? "before an entry is read" : fmt::format("at level {}", outcome.level);
  switch (outcome.result) {
    case EPT_TRANSLATED: return fmt::format("is translated to {:#x} {}", outcome.host_physical_address, at);
    case EPT_SUB_PAGE_CHECK: return fmt::format("is decided by the sub-page permissions {}", at);
    case EPT_VIOLATION: return fmt::format("causes an EPT violation {}: {}", at, rules_text(vector));
    case EPT_SUB_PAGE_WRITE_ALLOWED: return "is allowed by the sub-page permission table";
    case EPT_SUB_PAGE_WRITE_REFUSED: return "is refused by the sub-page permission table, an EPT violation";
    case EPT_SUB_PAGE_MISS: return fmt::format("causes an SPP miss {}: {}", at, rules_text(vector));
    case EPT_SUB_PAGE_MISCONFIGURATION:
      return fmt::format("causes an SPP misconfiguration {}: {}", at, rules_text(vector));
    case EPT_MISCONFIGURATION: break;
  }
  return fmt::format("causes an EPT misconfiguration {}: {}", at, rules_text(vector));
}

constexpr std::array kKindsInWords = {"not present", "misconfigured", "a pointer to a table", "a page"};
static_assert(kKindsInWords.size() == std::size(ept_kind_names));

std::string entry_sentence(const Vector& vector) {
  const ept_classification& found = vector.expected.classification;
  const std::string rules = rules_text(vector);
  return fmt::format("The entry {:#x} of level {}, read as {}, is {}{}{}.", vector.asked.entries.at(0),
                     vector.asked.level, ept_format_names[found.format].name, kKindsInWords.at(found.kind),
                     rules.empty() ? "" : ": ", rules);
}

}  // namespace

Broken broken_by(const Vector& vector) {
  const Expected& expected = vector.expected;
  if (vector.asked.question == Question::eptp) return {ept_eptp_rule_names, expected.eptp_rules};
  if (vector.asked.question == Question::entry) return {ept_entry_rule_names, expected.classification.rules};
  if (vector.asked.question == Question::check) return {};
  return {rules_of(expected.outcome.result), expected.outcome.rules};
}

ept_word reserved_in(ept_registers registers) {
  const ept_word eptp = registers.eptp;
  constexpr ept_word kReserved = EPT_RULE_EPTP_RESERVED_BIT | EPT_RULE_EPTP_ADDRESS_BEYOND_MAXPHYADDR;
  ept_word reserved = 0;
  for (const int bit : numbers_in(eptp)) {
    const ept_word one = ept_word{1} << bit;
    registers.eptp = one;
    if ((eptp_rules_of(registers) & kReserved) != 0) reserved |= one;
  }
  return reserved;
}

std::string sentence(const Vector& vector) {
  const Case& asked = vector.asked;
  if (asked.question == Question::check) {
    const ept_check_outcome_name* const outcome = outcome_of(asked.check, vector.expected.check.outcome);
    return fmt::format("{}: {}", ept_check_names[asked.check].title, outcome == nullptr ? "accepted." : outcome->text);
  }
  if (asked.question == Question::entry) return entry_sentence(vector);
  if (has_outcome(asked.question))
    return fmt::format("An access ({}) at guest-physical address {:#x} {}.",
                       fmt::join(names_in(ept_access_names, asked.access), ", "), asked.guest_physical_address,
                       end_of_walk(vector));
  const std::string rules = rules_text(vector);
  return rules.empty() ? fmt::format("VM entry accepts the EPTP {:#x}.", asked.registers.eptp)
                       : fmt::format("VM entry refuses the EPTP {:#x}: {}.", asked.registers.eptp, rules);
}

Json in_words(const Vector& vector) {
  const Case& asked = vector.asked;
  Json json = {{"id", vector.id},
               {"about", sentence(vector)},
               {"question", kQuestions.at(static_cast<std::size_t>(asked.question))}};
  if (asked.question == Question::check) {
    put_check(asked, json);
  } else {
    json["configuration"] = configuration_json(asked.registers);
    json["eptp"] = eptp_json(asked);
  }
  if (!asked.entries.empty()) json["entries"] = entries_json(asked);
  if (asked.question == Question::sub_page)
    json["sub_page_table_pointer"] = hex(asked.registers.sub_page_table_pointer);
  if (has_outcome(asked.question))
    json["access"] = {{"attributes", names_in(ept_access_names, asked.access)},
                      {"guest_physical_address", hex(asked.guest_physical_address)}};
  json["expected"] = expectation_json(asked, vector.expected);
  json["broken_rules"] = rules_json(vector);
  const ept_outcome& outcome = vector.expected.outcome;
  if (outcome.qualification_defined != 0)
    json["qualification"] =
        qualification_json(ept_qualification_names, outcome.qualification, outcome.qualification_defined);
  if (outcome.sub_page_qualification_defined != 0)
    json["sub_page_qualification"] = qualification_json(
        ept_sub_page_qualification_names, outcome.sub_page_qualification, outcome.sub_page_qualification_defined);
  json["goals"] = vector.goals;
  if (!vector.cite.empty()) json["cite"] = vector.cite;
  if (!vector.neighbour.empty()) json["neighbour"] = vector.neighbour;
  if (!vector.twin.empty()) json["twin"] = vector.twin;
  return json;
}

}  // namespace vectors
