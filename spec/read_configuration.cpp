// Physical-address widths, access attributes and the named conditions: what changes the meaning of an entry; and the
// configurations of processors, their profiles.
#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "spec/draft.h"
#include "spec/partial.h"

namespace spec {

namespace {

constexpr int kMinWidth = 32;
constexpr int kMaxWidth = 52;

std::vector<NamedBits> read_attributes(Draft& draft, MapReader& reader) {
  Seen seen;
  return reader.each("attributes", "access", [&](MapReader& entry) {
    NamedBits named;
    const unsigned bit = entry.bit(seen, 31);
    named.bits = {bit, bit};
    entry.name(named, seen, fmt::format("bit {}", bit));
    draft.names.add("access." + named.id, {named.word, named.bits});
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

void check_capability(Draft& draft, std::uint64_t value, const Place& place) {
  for (const Field& field : register_of(draft.spec, "capability").fields) {
    const bool readable = is_constant(field.bits) && field.bits.high.offset >= field.bits.low.offset;
    if (field.kind != FieldKind::reserved || !readable) continue;
    if ((value & mask_of(bits_at(field.bits))) != 0) {
      draft.diagnostics.add(
          place, fmt::format("the capability value {:#x} has reserved bits {} set", value, to_string(field.bits)),
          "a value of IA32_VMX_EPT_VPID_CAP");
    }
  }
}

// The capability MSRs of a profile; one that is not listed counts as 0.
int read_values(Draft& draft, MapReader& reader, Profile& profile) {
  for (std::size_t n = 0; n < draft.spec.registers.size(); ++n) {
    const Register& one = draft.spec.registers[n];
    const Node* const node = one.role == Role::capability ? reader.find(one.id) : nullptr;
    if (node == nullptr) continue;
    profile.registers[n] = reader.number(one.id, 0, ~std::uint64_t{0});
    if (one.id == "capability") check_capability(draft, profile.registers[n], node->place);
  }
  return 0;
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
  read_conditions(draft, reader);
}

void read_accesses(Draft& draft, MapReader& reader) {
  draft.spec.attributes = read_attributes(draft, reader);
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
  profile.registers.resize(draft.spec.registers.size(), 0);
  reader.one("registers", [&](MapReader& values) { return read_values(draft, values, profile); });
  if (reader.find("parameters") != nullptr) {
    for (const Symbol* symbol : read_names(draft, reader, "parameters", "parameter", "unknown parameter '{}'",
                                           "a field of registers/parameters.yaml"))
      profile.registers.at(register_at(symbol->word)) |= mask_of(symbol->bits);
  }
  profile.l0 = reader.optional_text("l0");
  profile.source = reader.text("source");
  if (reader.find("synthetic") != nullptr) profile.synthetic = reader.flag("synthetic");
  for (const Node* item : reader.find("assumed") != nullptr ? reader.list("assumed") : std::vector<const Node*>{})
    profile.assumed.push_back(scalar_text(*item, "an item of 'assumed'", draft.diagnostics, "a text"));
  draft.spec.profiles.push_back(std::move(profile));
}

void find_controls(Spec& spec) {
  for (Profile& profile : spec.profiles) {
    const Knowledge knowledge = knowledge_of(spec, profile);
    for (std::size_t n = 0; n < spec.registers.size(); ++n) {
      if (const std::optional<Operand>& allowed = spec.registers[n].allowed_1)
        profile.registers[n] = value_of(spec, *allowed, knowledge).value & spec.registers[n].of_walk;
    }
  }
}

}  // namespace spec
