// Controls, parameters, access attributes and the named conditions: what changes the meaning of an entry; and the
// configurations of processors, their profiles.
#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

constexpr int kMinWidth = 32;
constexpr int kMaxWidth = 52;

std::vector<Choice<Word>> control_words() {
  std::vector<Choice<Word>> choices;
  for (const ControlWord& one : kControlWords) choices.push_back({one.name, one.word});
  return choices;
}

// One of the lists `controls`, `parameters`, `attributes`; `word` is nullopt where each item names its own.
std::vector<NamedBits> read_bits(Draft& draft, MapReader& reader, const char* list, const char* scope,
                                 std::optional<Word> word) {
  Seen seen;
  return reader.each(list, scope, [&](MapReader& entry) {
    NamedBits named;
    named.word = word ? *word : entry.choice("word", control_words());
    const unsigned max = named.word == Word::tertiary ? 63 : 31;
    const auto* const of = std::ranges::find(kControlWords, named.word, &ControlWord::word);
    const unsigned bit = entry.bit(seen, max, word ? "" : fmt::format(" of {}", of->name));
    named.bits = {bit, bit};
    entry.name(named, seen, fmt::format("bit {}", bit));
    if (named.word == Word::parameter) named.reason = entry.text("reason");
    draft.names.add(fmt::format("{}.{}", scope, named.id), {named.word, named.bits});
    return named;
  });
}

// The physical-address widths that exist; all that there could be when they cannot be read.
struct Widths : Named {
  int min = kMinWidth;
  int max = kMaxWidth;
};

Widths read_widths(Draft& draft, MapReader& reader) {
  Widths widths;
  reader.state(widths);
  const std::size_t before = draft.diagnostics.size();
  const int min = static_cast<int>(reader.number("min", kMinWidth, kMaxWidth));
  const int max = static_cast<int>(reader.number("max", kMinWidth, kMaxWidth));
  if (draft.diagnostics.size() != before) return widths;
  if (min > max)
    draft.diagnostics.add(reader.place(), fmt::format("min {} is above max {}", min, max),
                          "a min that is not above max");
  std::tie(widths.min, widths.max) = std::minmax(min, max);
  return widths;
}

// The bits that a list gives the names of, SCOPE.WORD.
std::vector<const Symbol*> read_names(Draft& draft, MapReader& reader, const char* key, const std::string& scope,
                                      const std::string& wrong, const char* expected) {
  return reader.found(
      key, [&](const auto& id) { return draft.names.find(scope + "." + id); }, wrong, expected);
}

// A control counts as 0 without the control that activates its word; a profile that names it then says something else
// than it means.
void check_activation(Draft& draft, const Profile& profile) {
  const auto activated = [&](const char* control) {
    const Symbol* symbol = draft.names.find(control);
    return symbol != nullptr && (profile.primary & mask_of(symbol->bits)) != 0;
  };
  if ((profile.secondary != 0 && !activated("control.activate_secondary_controls")) ||
      (profile.tertiary != 0 && !activated("control.activate_tertiary_controls"))) {
    draft.diagnostics.add(profile.place,
                          fmt::format("the profile '{}' has controls whose word is not activated", profile.id),
                          "activate_secondary_controls, activate_tertiary_controls with controls of those words");
  }
}

void check_capability(Draft& draft, const Profile& profile, const Place& place) {
  for (const Field& field : draft.spec.capability.fields) {
    const bool readable = is_constant(field.bits) && field.bits.high.offset >= field.bits.low.offset;
    if (field.kind != FieldKind::reserved || !readable) continue;
    if ((profile.capability & mask_of(bits_at(field.bits))) != 0) {
      draft.diagnostics.add(
          place,
          fmt::format("the capability value {:#x} has reserved bits {} set", profile.capability, to_string(field.bits)),
          "a value of IA32_VMX_EPT_VPID_CAP");
    }
  }
}

}  // namespace

void read_conditions(Draft& draft, MapReader& reader) {
  reader.each("conditions", "condition", [&](MapReader& entry) {
    NamedCondition condition;
    condition.id = entry.id("id");
    if (entry.find("bit") != nullptr) condition.bit = static_cast<unsigned>(entry.number("bit", 0, 63));
    entry.state(condition);
    if (const Node* when = entry.require("when")) draft.names.add_condition(condition, *when);
    return condition;
  });
}

void read_configuration(Draft& draft, MapReader& reader) {
  const Widths widths = reader.one("maxphyaddr", [&](MapReader& width) { return read_widths(draft, width); });
  draft.spec.min_maxphyaddr = widths.min;
  draft.spec.max_maxphyaddr = widths.max;
  draft.spec.controls = read_bits(draft, reader, "controls", "control", std::nullopt);
  draft.spec.parameters = read_bits(draft, reader, "parameters", "parameter", Word::parameter);
  read_conditions(draft, reader);
}

void read_accesses(Draft& draft, MapReader& reader) {
  draft.spec.attributes = read_bits(draft, reader, "attributes", "access", Word::access);
  Seen seen;
  draft.spec.accesses = reader.each("accesses", "access", [&](MapReader& entry) {
    Access access;
    access.place = entry.place();
    access.id = entry.id("id");
    entry.once(seen, access.id);
    for (const Symbol* symbol :
         read_names(draft, entry, "attributes", "access", "unknown attribute '{}'", "one of the file's 'attributes'"))
      access.attributes |= mask_of(symbol->bits);
    return access;
  });
  read_conditions(draft, reader);
}

void read_profile(Draft& draft, MapReader& reader) {
  Profile profile;
  profile.place = reader.place();
  profile.id = reader.id("id");
  profile.title = reader.text("title");
  profile.maxphyaddr =
      static_cast<int>(reader.number("maxphyaddr", static_cast<std::uint64_t>(draft.spec.min_maxphyaddr),
                                     static_cast<std::uint64_t>(draft.spec.max_maxphyaddr)));
  profile.capability = reader.number("ept_vpid_cap", 0, ~std::uint64_t{0});
  constexpr const char* kExpected = "an id from semantics/configuration.yaml";
  for (const Symbol* symbol : read_names(draft, reader, "controls", "control", "unknown control '{}'", kExpected)) {
    const auto* word = std::ranges::find(kControlWords, symbol->word, &ControlWord::word);
    profile.*word->member |= mask_of(symbol->bits);
  }
  if (reader.find("parameters") != nullptr) {
    for (const Symbol* symbol :
         read_names(draft, reader, "parameters", "parameter", "unknown parameter '{}'", kExpected))
      profile.parameters |= mask_of(symbol->bits);
  }
  check_activation(draft, profile);
  profile.source = reader.text("source");
  if (reader.find("synthetic") != nullptr) profile.synthetic = reader.flag("synthetic");
  for (const Node* item : reader.find("assumed") != nullptr ? reader.list("assumed") : std::vector<const Node*>{})
    profile.assumed.push_back(scalar_text(*item, "an item of 'assumed'", draft.diagnostics, "a text"));
  if (const Node* node = reader.find("ept_vpid_cap")) check_capability(draft, profile, node->place);
  draft.spec.profiles.push_back(std::move(profile));
}

}  // namespace spec
