#include "vectors/format/expectation.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/identity.h"
#include "vectors/format/names.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

Json shown(const ept_outcome& outcome, const ept_outcome_member& one) {
  const ept_word value = ept_outcome_get(&outcome, one.member);
  if (one.member == EPT_OUTCOME_RULES) {
    return names_in(rules_of(outcome.result), value);
  }
  switch (one.kind) {
    case EPT_MEMBER_NUMBER: return value;
    case EPT_MEMBER_ADDRESS:
    case EPT_MEMBER_BITS:
    case EPT_MEMBER_INPUT:
    case EPT_MEMBER_DEFINED: return hex(value);
    case EPT_MEMBER_MUST:
    case EPT_MEMBER_MAY: break;
  }
  return numbers_in(value);
}

// A number that the manual may leave open is there where it does not, and then says so. What the case or the result
// tells is not repeated.
bool is_shown(const ept_outcome& outcome, const ept_outcome_member& one) {
  if (is_told(outcome, one)) return false;
  const ept_outcome_member& partner = ept_outcome_members[one.partner];
  if (one.kind == EPT_MEMBER_DEFINED && partner.kind == EPT_MEMBER_NUMBER) return false;
  const bool open = one.kind == EPT_MEMBER_NUMBER && partner.kind == EPT_MEMBER_DEFINED;
  return ept_outcome_get(&outcome, open ? partner.member : one.member) != 0;
}

Json outcome_json(const ept_outcome& outcome) {
  Json json = {{"result", ept_result_names[outcome.result].name}};
  for (const ept_outcome_member& one : ept_outcome_members) {
    if (is_shown(outcome, one)) json[one.name] = shown(outcome, one);
  }
  return json;
}

std::string text_of(const Json& json) { return json.is_string() ? json.get<std::string>() : json.dump(); }

// "expects violation where the manual says translated": how `found` differs from what is right; empty when it does not.
std::string difference(const Json& found, const Json& right) {
  if (!found.is_object()) return "'expected' is not an object";
  for (const auto& [name, value] : right.items()) {
    const std::string what = name == "result" ? "" : name + " ";
    if (!found.contains(name)) return fmt::format("lacks {}{}, which the manual says", what, text_of(value));
    if (found.at(name) != value)
      return fmt::format("expects {}{} where the manual says {}", what, text_of(found.at(name)), text_of(value));
  }
  for (const auto& [name, value] : found.items()) {
    if (!right.contains(name)) return fmt::format("expects {} {}, which the manual does not say", name, text_of(value));
  }
  return "";
}

}  // namespace

bool is_told(const ept_outcome& outcome, const ept_outcome_member& member) {
  return member.kind == EPT_MEMBER_INPUT || (member.cleared >> outcome.result & 1) != 0;
}

std::vector<const ept_check_rule_name*> broken_rules(const Case& asked, const Expected& expected) {
  std::vector<const ept_check_rule_name*> rules;
  if (asked.question != Question::check) return rules;
  for (const ept_check_rule_name& one : ept_check_rule_names) {
    if (one.whole == asked.check && (expected.check.rules[one.check] & one.bits) != 0) rules.push_back(&one);
  }
  return rules;
}

Json expectation_json(const Case& asked, const Expected& expected) {
  if (has_outcome(asked.question)) return outcome_json(expected.outcome);
  Json json;
  if (asked.question == Question::check) {
    const ept_check_outcome_name* const outcome = outcome_of(asked.check, expected.check.outcome);
    json["result"] = outcome == nullptr ? "accepted" : outcome->name;
    for (const ept_check_rule_name* const rule : broken_rules(asked, expected)) json["rules"].push_back(rule->name);
    return json;
  }
  if (asked.question == Question::eptp) {
    json["result"] = expected.eptp_rules == 0 ? "accepted" : "refused";
    if (expected.eptp_rules != 0) json["rules"] = names_in(ept_eptp_rule_names, expected.eptp_rules);
    return json;
  }
  const ept_classification& entry = expected.classification;
  json["result"] = ept_kind_names[entry.kind].name;
  json["format"] = ept_format_names[entry.format].name;
  if (entry.rules != 0) json["rules"] = names_in(ept_entry_rule_names, entry.rules);
  if (entry.reserved_bits != 0) json["reserved_bits"] = hex(entry.reserved_bits);
  return json;
}

int levels_of(const ept_registers& registers) {
  return (conditions_of(registers) & EPT_CONDITION_FIVE_LEVEL_WALK) != 0 ? 5 : 4;
}

std::size_t entries_of(const Case& asked) {
  switch (asked.question) {
    case Question::eptp:
    case Question::check: return 0;
    case Question::entry: return 1;
    case Question::walk: return static_cast<std::size_t>(levels_of(asked.registers));
    case Question::sub_page: return kSubPageLevels;
  }
  return 0;
}

ept_check_id read_check(Object& from) {
  const std::string name = from.text("check", true);
  for (int n = 0; n < EPT_CHECKS; ++n) {
    if (ept_check_names[n].whole && name == ept_check_names[n].name) return static_cast<ept_check_id>(n);
  }
  from.wrong("'check' is no check that is made alone");
  return EPT_CHECK_EPTP;
}

void read_registers(Object& from, unsigned roles, ept_registers& to) {
  if (!from.has("registers")) return;
  Object list = from.object("registers");
  for (int n = 0; n < EPT_REGISTERS; ++n) {
    const ept_register_name& name = ept_register_names[n];
    if ((roles >> name.role & 1) == 0 || !list.has(name.name)) continue;
    const ept_word value = list.hex(name.name, true);
    if ((value & ~name.bits) != 0) list.wrong(fmt::format("'{}' has more bits than the register", name.name));
    *ept_register_word(&to, n) = value;
  }
  list.refuse_the_rest();
}

void read_checked(Object& from, Vector& vector) {
  vector.id = from.text("id", true);
  const Json* const expected = from.find("expected", true);
  const Case& asked = vector.asked;
  const std::size_t count = entries_of(asked);
  if (asked.entries.size() != count)
    return from.wrong(fmt::format("{}: {} entries where {} belong", vector.id, asked.entries.size(), count));
  if (const std::string id = id_of(asked); id != vector.id)
    return from.wrong(fmt::format("{}: the id is not that of the case, {}", vector.id, id));
  vector.expected = expected_of(asked);
  if (expected == nullptr) return;
  const std::string mistake = difference(*expected, expectation_json(asked, vector.expected));
  if (!mistake.empty()) from.wrong(vector.id + ": " + mistake);
}

}  // namespace vectors
