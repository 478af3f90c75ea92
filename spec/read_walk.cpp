// The walk (levels, order of checks, flags) and the profiles of processors.
#include <algorithm>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

const std::vector<Choice<Check>> kChecks = {{"not_present", Check::not_present},
                                            {"misconfiguration", Check::misconfiguration},
                                            {"permissions", Check::permissions}};
const std::vector<Choice<Effect>> kEffects = {{"never", Effect::never}, {"may", Effect::may}, {"must", Effect::must}};

Level read_level(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "level");
  Level level;
  level.place = node.place;
  level.level = static_cast<int>(reader.number("level", 1, 5));
  level.index = read_constant_bits(reader, draft.diagnostics, "index");
  if (level.index.high - level.index.low != 8) {
    draft.diagnostics.add(node.place, fmt::format("the index of level {} does not have 9 bits", level.level),
                          "9 bits: a table has 512 entries");
  }
  const auto& formats = draft.spec.formats;
  for (const Node* item : reader.list("formats")) {
    const auto found =
        std::find_if(formats.begin(), formats.end(), [&](const Format& format) { return format.id == item->text; });
    if (found == formats.end() || found->level != level.level) {
      draft.diagnostics.add(item->place, fmt::format("there is no format '{}' of level {}", item->text, level.level),
                            "formats with this level");
    } else {
      level.formats.push_back(static_cast<std::size_t>(found - formats.begin()));
    }
  }
  level.cite = read_cite(reader, file, draft.diagnostics);
  level.text = reader.text("text");
  reader.done();
  return level;
}

Order read_order(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "order");
  Order order;
  order.place = node.place;
  for (const Node* item : reader.list("each_entry")) order.each_entry.push_back(reader.choose(*item, kChecks));
  for (const Node* item : reader.list("complete_walk")) order.complete_walk.push_back(reader.choose(*item, kChecks));
  std::vector<Check> entry = order.each_entry;
  std::sort(entry.begin(), entry.end());
  if (entry != std::vector<Check>{Check::not_present, Check::misconfiguration} ||
      order.complete_walk != std::vector<Check>{Check::permissions}) {
    draft.diagnostics.add(
        node.place, "a check is missing from the order or stands in the wrong list",
        "not_present and misconfiguration, in some order, of each entry; permissions of the complete walk");
  }
  order.cite = read_cite(reader, file, draft.diagnostics);
  order.text = reader.text("text");
  reader.done();
  return order;
}

Flag read_flag(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "flag");
  Flag flag;
  flag.place = node.place;
  flag.id = reader.id("id");
  const std::string field = reader.text("field");
  if (const Symbol* symbol = draft.names.find(field); symbol != nullptr && symbol->word == Word::entry) {
    flag.bits = symbol->bits;
  } else {
    draft.diagnostics.add(node.place, fmt::format("unknown field '{}'", field), "entry. and a field of an entry");
  }
  flag.leaf_only = reader.choice<bool>("levels", {{"all", false}, {"leaf", true}});
  if (const Node* when = reader.require("when")) {
    flag.when = draft.names.read(*when);
    if (stage_of(flag.when, draft.names.conditions()) > Stage::access) {
      draft.diagnostics.add(when->place, "a flag depends on more than configuration and access",
                            "a condition over configuration and access");
    }
  }
  flag.on_success = reader.choice("on_success", kEffects);
  flag.on_violation = reader.choice("on_violation", kEffects);
  flag.on_misconfiguration = reader.choice("on_misconfiguration", kEffects);
  flag.cite = read_cite(reader, file, draft.diagnostics);
  flag.text = reader.text("text");
  flag.reason = reader.text("reason");
  reader.done();
  return flag;
}

std::uint64_t& word_of(Profile& profile, Word word) {
  switch (word) {
    case Word::pin_based: return profile.pin_based;
    case Word::primary: return profile.primary;
    case Word::secondary: return profile.secondary;
    case Word::tertiary: return profile.tertiary;
    case Word::capability:
    case Word::parameter:
    case Word::eptp:
    case Word::gpa:
    case Word::entry:
    case Word::all:
    case Word::nonleaf:
    case Word::leaf:
    case Word::access:
    case Word::walk:
    case Word::violation: break;
  }
  return profile.parameters;
}

// Names of controls or parameters, set in the profile's words.
void set_named_bits(Draft& draft, const std::vector<const Node*>& items, const std::string& scope, Profile& profile) {
  for (const Node* item : items) {
    if (const Symbol* symbol = draft.names.find(scope + "." + item->text)) {
      word_of(profile, symbol->word) |= mask_of(symbol->bits);
    } else {
      draft.diagnostics.add(item->place, fmt::format("unknown {} '{}'", scope, item->text),
                            "an id from semantics/configuration.yaml");
    }
  }
}

void check_capability(Draft& draft, const Profile& profile) {
  for (const Field& field : draft.spec.capability.fields) {
    const Bits bits = bits_at(field.bits);
    if (field.kind == FieldKind::reserved && (profile.capability & mask_of(bits)) != 0) {
      draft.diagnostics.add(
          profile.place,
          fmt::format("the capability value {:#x} has reserved bits {} set", profile.capability, to_string(field.bits)),
          "a value of IA32_VMX_EPT_VPID_CAP");
    }
  }
}

}  // namespace

Bits read_constant_bits(MapReader& reader, Diagnostics& diagnostics, const char* key) {
  const Node* node = reader.require(key);
  if (node == nullptr) return {};
  const auto bits = node->kind == Node::Kind::scalar ? parse_bits(node->text) : std::nullopt;
  if (!bits)
    diagnostics.add(node->place, fmt::format("'{}' is no bit range", node->text), "a bit from 63 to 0 or HIGH:LOW");
  return bits.value_or(Bits{});
}

std::vector<NamedBits> read_named_bits(Draft& draft, const SourceFile& file, const std::vector<const Node*>& items,
                                       const std::string& scope, Word word) {
  std::vector<NamedBits> result;
  for (const Node* item : items) {
    MapReader entry(*item, draft.diagnostics, scope);
    NamedBits named;
    named.place = item->place;
    named.word = word;
    named.id = entry.id("id");
    named.bits = read_constant_bits(entry, draft.diagnostics, "bits");
    named.cite = read_cite(entry, file, draft.diagnostics);
    named.text = entry.text("text");
    entry.done();
    draft.names.add(scope + "." + named.id, {word, named.bits});
    result.push_back(std::move(named));
  }
  return result;
}

void read_walk_names(Draft& draft, const SourceFile& file) {
  draft.names.add("walk.complete",
                  {Word::walk, {static_cast<unsigned>(WalkFact::complete), static_cast<unsigned>(WalkFact::complete)}});
  draft.names.add(
      "walk.leaf_is_pte",
      {Word::walk, {static_cast<unsigned>(WalkFact::leaf_is_pte), static_cast<unsigned>(WalkFact::leaf_is_pte)}});
  MapReader reader(file.tree, draft.diagnostics, "walk");
  draft.spec.address_fields = read_named_bits(draft, file, reader.list("guest_physical_address"), "gpa", Word::gpa);
  note_conditions(draft, reader, file);
}

void read_walk(Draft& draft, const SourceFile& file) {
  MapReader reader(file.tree, draft.diagnostics, "walk");
  for (const char* key : {"kind", "sources", "guest_physical_address", "conditions"}) reader.require(key);
  std::map<std::string, Place> seen;
  for (const Node* item : reader.list("levels")) {
    draft.spec.levels.push_back(read_level(draft, file, *item));
    check_unique(draft.diagnostics, seen, fmt::format("level {}", draft.spec.levels.back().level), item->place);
  }
  if (const Node* node = reader.require("order")) draft.spec.order = read_order(draft, file, *node);
  for (const Node* item : reader.list("flags")) {
    draft.spec.flags.push_back(read_flag(draft, file, *item));
    check_unique(draft.diagnostics, seen, draft.spec.flags.back().id, item->place);
  }
  reader.done();
  const auto& levels = draft.spec.levels;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const int expected = 5 - static_cast<int>(i);
    if (levels[i].level != expected)
      draft.diagnostics.add(levels[i].place, fmt::format("level {} stands here", levels[i].level),
                            fmt::format("level {}: they run from 5 down to 1", expected));
  }
  if (levels.size() != 5)
    draft.diagnostics.add(file.tree.place, fmt::format("there are {} levels", levels.size()), "5");
}

void read_profile(Draft& draft, const SourceFile& file) {
  MapReader reader(file.tree, draft.diagnostics, "profile");
  Profile profile;
  profile.place = file.tree.place;
  reader.require("kind");
  profile.id = reader.id("id");
  profile.title = reader.text("title");
  profile.maxphyaddr =
      static_cast<int>(reader.number("maxphyaddr", static_cast<std::uint64_t>(draft.spec.min_maxphyaddr),
                                     static_cast<std::uint64_t>(draft.spec.max_maxphyaddr)));
  profile.capability = reader.number("ept_vpid_cap", 0, ~std::uint64_t{0});
  set_named_bits(draft, reader.list("controls"), "control", profile);
  set_named_bits(draft, reader.optional_list("parameters"), "parameter", profile);
  profile.source = reader.text("source");
  for (const Node* item : reader.optional_list("assumed"))
    profile.assumed.push_back(scalar_text(*item, draft.diagnostics, "a text"));
  reader.done();
  check_capability(draft, profile);
  draft.spec.profiles.push_back(std::move(profile));
}

}  // namespace spec
