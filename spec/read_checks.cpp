// Checks of registers: VM entry, the EPTP, instructions, and what a capability MSR can be.
#include <algorithm>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

std::optional<unsigned> number_if_there(MapReader& reader, const char* key) {
  if (reader.find(key) == nullptr) return std::nullopt;
  return static_cast<unsigned>(reader.number(key, 0, 255));
}

std::vector<unsigned> read_errors(Draft& draft, MapReader& reader) {
  std::vector<unsigned> errors;
  if (reader.find("vm_instruction_errors") == nullptr) return errors;
  for (const Node* const node : reader.words("vm_instruction_errors")) {
    const auto number = parse_number(node->text);
    if (!number || *number > 63)
      draft.diagnostics.add(node->place, fmt::format("{} is no VM-instruction error", describe(*node)),
                            "a number from 0 to 63");
    else
      errors.push_back(static_cast<unsigned>(*number));
  }
  return errors;
}

Ending read_ending(Draft& draft, MapReader& reader, Seen& seen) {
  Ending ending;
  reader.name(ending, seen);
  ending.vm_instruction_errors = read_errors(draft, reader);
  ending.exit_reason = number_if_there(reader, "exit_reason");
  ending.exception = number_if_there(reader, "exception");
  ending.may = reader.find("may") != nullptr && reader.flag("may");
  return ending;
}

// The index of the ending that `outcome` names, which a check with one ending need not say.
std::size_t read_ending_id(Draft& draft, MapReader& reader, const std::vector<Ending>& endings) {
  if (reader.find("outcome") == nullptr && endings.size() == 1) return 0;
  if (endings.empty()) return 0;  // reported already
  const std::string id = reader.id("outcome");
  const Ending* const found = find_id(endings, id);
  if (found != nullptr) return static_cast<std::size_t>(found - endings.data());
  const Node* const node = reader.find("outcome");
  if (node != nullptr)
    draft.diagnostics.add(node->place, fmt::format("{} is no outcome of this check", describe(*node)),
                          "the id of one of its 'outcomes'");
  return 0;
}

std::size_t read_check_id(Draft& draft, MapReader& reader) {
  const std::string id = reader.id("check");
  const auto found = std::ranges::find(draft.checks, id);
  if (found != draft.checks.end()) return static_cast<std::size_t>(found - draft.checks.begin());
  if (const Node* const node = reader.find("check"))
    draft.diagnostics.add(node->place, fmt::format("unknown check {}", describe(*node)),
                          "the id of a check under checks/");
  return 0;
}

Part read_part(Draft& draft, MapReader& reader, const std::vector<Ending>& endings) {
  Part part;
  reader.state(part);
  part.check = read_check_id(draft, reader);
  part.id = part.check < draft.checks.size() ? draft.checks[part.check] : "";
  if (reader.find("of") != nullptr) part.of = read_register_id(draft, reader, "of");
  if (reader.find("when") != nullptr) part.when = read_when(draft, reader, kOfRegisters);
  if (reader.find("outcome") != nullptr) part.ending = read_ending_id(draft, reader, endings);
  return part;
}

Named read_left_out(MapReader& reader, Seen& seen) {
  Named item;
  reader.name(item, seen);
  item.reason = reader.text("reason");
  return item;
}

}  // namespace

void read_check(Draft& draft, MapReader& reader) {
  Check check;
  check.place = reader.place();
  check.id = reader.id("id");
  check.title = reader.text("title");
  const auto has = [&](const char* key) { return reader.find(key) != nullptr; };
  Seen seen;
  check.endings = reader.each("outcomes", "outcome", [&](MapReader& one) { return read_ending(draft, one, seen); });
  check.given = read_given(draft, reader, seen);
  if (has("rules")) {
    check.rules = read_rules(reader, [&](MapReader& entry, Rule& rule) {
      rule.when = read_when(draft, entry, kOfRegisters);
      rule.result = read_ending_id(draft, entry, check.endings);
    });
  }
  if (has("parts"))
    check.parts = reader.each("parts", "part", [&](MapReader& one) { return read_part(draft, one, check.endings); });
  if (!has("rules") && !has("parts") && reader.is_mapping())
    draft.diagnostics.add(check.place, "the check demands nothing", "'rules', 'parts' or both");
  if (has("left_out"))
    check.left_out = reader.each("left_out", "item", [&](MapReader& one) { return read_left_out(one, seen); });
  if (std::ranges::find(draft.checks, check.id) == draft.checks.end()) draft.checks.push_back(check.id);
  draft.spec.checks.push_back(std::move(check));
}

}  // namespace spec
