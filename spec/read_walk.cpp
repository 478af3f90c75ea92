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
  const Node* index = reader.find("index");
  if (index != nullptr && parse_bits(index->text) && level.index.high - level.index.low != 8) {
    draft.diagnostics.add(index->place, fmt::format("the index of level {} does not have 9 bits", level.level),
                          "9 bits: a table has 512 entries");
  }
  const auto& formats = draft.spec.formats;
  for (const Node* item : reader.words("formats")) {
    const Format* const found = find_id(formats, item->text);
    if (found == nullptr || found->level != level.level) {
      draft.diagnostics.add(item->place, fmt::format("there is no format '{}' of level {}", item->text, level.level),
                            "formats with this level");
    } else {
      level.formats.push_back(static_cast<std::size_t>(found - formats.data()));
    }
  }
  level.cite = read_cite(reader, file, draft.diagnostics);
  level.text = reader.text("text");
  reader.done();
  return level;
}

// They run from 5 down to 1, and the index of each ends where that of the next begins.
void check_levels(Draft& draft, const Place& place) {
  const auto& levels = draft.spec.levels;
  if (levels.size() != 5) {
    draft.diagnostics.add(place, fmt::format("there are {} levels", levels.size()), "5, from 5 down to 1");
    return;
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Level& level = levels[i];
    const int expected = 5 - static_cast<int>(i);
    if (level.level != expected) {
      draft.diagnostics.add(level.place, fmt::format("level {} stands here", level.level),
                            fmt::format("level {}: they run from 5 down to 1", expected));
    } else if (i > 0 && levels[i - 1].level == expected + 1 && level.index.high + 1 != levels[i - 1].index.low) {
      draft.diagnostics.add(level.place,
                            fmt::format("the index of level {} begins at bit {} and that of level {} ends at bit {}",
                                        level.level, level.index.high, level.level + 1, levels[i - 1].index.low),
                            "indices that follow one another");
    }
  }
}

Order read_order(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "order");
  Order order;
  order.place = node.place;
  const std::size_t before = draft.diagnostics.size();
  for (const Node* item : reader.list("each_entry")) order.each_entry.push_back(reader.choose(*item, kChecks));
  for (const Node* item : reader.list("complete_walk")) order.complete_walk.push_back(reader.choose(*item, kChecks));
  std::vector<Check> entry = order.each_entry;
  std::sort(entry.begin(), entry.end());
  const bool complete = entry == std::vector<Check>{Check::not_present, Check::misconfiguration} &&
                        order.complete_walk == std::vector<Check>{Check::permissions};
  if (!complete && reader.is_mapping() && draft.diagnostics.size() == before) {
    draft.diagnostics.add(
        node.place, "a check is missing from the order or stands in the wrong list",
        "not_present and misconfiguration, in some order, of each entry; permissions of the complete walk");
  }
  order.cite = read_cite(reader, file, draft.diagnostics);
  order.text = reader.text("text");
  reader.done();
  return order;
}

// The bit of a flag, which the format of every entry that gets it must have.
Bits read_flag_bits(Draft& draft, const Node& node, bool leaf_only) {
  const Symbol* symbol = draft.names.find(node.text);
  if (symbol == nullptr || symbol->word != Word::entry || symbol->bits.high != symbol->bits.low) {
    draft.diagnostics.add(node.place, describe(node) + " is no flag of an entry", "entry. and a field of one bit");
    return {};
  }
  const std::string id = node.text.substr(node.text.find('.') + 1);
  for (const Format& format : draft.spec.formats) {
    if ((leaf_only && !format.maps_page) || has_field(format, id, symbol->bits)) continue;
    draft.diagnostics.add(node.place, fmt::format("{} has no field '{}'", format.id, id),
                          "a field of every entry that the flag is set in");
  }
  return symbol->bits;
}

Flag read_flag(Draft& draft, const SourceFile& file, const Node& node) {
  MapReader reader(node, draft.diagnostics, "flag");
  Flag flag;
  flag.place = node.place;
  flag.id = reader.id("id");
  flag.leaf_only = reader.choice<bool>("levels", {{"all", false}, {"leaf", true}});
  if (const Node* field = reader.require("field")) flag.bits = read_flag_bits(draft, *field, flag.leaf_only);
  if (const Node* when = reader.require("when")) {
    flag.when = draft.names.read(*when);
    if (speaks_beyond(flag.when, {Word::access}, draft.names.conditions())) {
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
  for (const ControlWord& controls : kControlWords) {
    if (controls.word == word) return profile.*controls.member;
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

Bits read_constant_bits(MapReader& reader, Diagnostics& diagnostics, const char* key) {
  const Node* node = reader.require(key);
  if (node == nullptr) return {};
  const auto bits = node->kind == Node::Kind::scalar ? parse_bits(node->text) : std::nullopt;
  if (!bits)
    diagnostics.add(node->place, describe(*node) + " is no bit range",
                    "a bit from 63 to 0 or HIGH:LOW, high end first");
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
    if (draft.names.find(scope + "." + named.id) != nullptr) {
      draft.diagnostics.add(named.place, fmt::format("'{}.{}' is named a second time", scope, named.id),
                            "each name once");
    }
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
  MapReader reader = read_head(draft, file);
  for (const char* key : {"guest_physical_address", "conditions"}) reader.require(key);
  const std::size_t before = draft.diagnostics.size();
  for (const Node* item : reader.list("levels")) draft.spec.levels.push_back(read_level(draft, file, *item));
  if (draft.diagnostics.size() == before) check_levels(draft, reader.find("levels")->place);
  std::map<std::string, Place> seen;
  if (const Node* node = reader.require("order")) draft.spec.order = read_order(draft, file, *node);
  for (const Node* item : reader.list("flags")) {
    draft.spec.flags.push_back(read_flag(draft, file, *item));
    check_unique(draft.diagnostics, seen, draft.spec.flags.back().id, item->place);
  }
  reader.done();
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
  set_named_bits(draft, reader.words("controls"), "control", profile);
  if (reader.find("parameters") != nullptr) set_named_bits(draft, reader.words("parameters"), "parameter", profile);
  check_activation(draft, profile);
  profile.source = reader.text("source");
  if (reader.find("synthetic") != nullptr) profile.synthetic = reader.flag("synthetic");
  for (const Node* item : reader.optional_list("assumed"))
    profile.assumed.push_back(scalar_text(*item, "an item of 'assumed'", draft.diagnostics, "a text"));
  reader.done();
  if (const Node* node = reader.find("ept_vpid_cap")) check_capability(draft, profile, node->place);
  draft.spec.profiles.push_back(std::move(profile));
}

}  // namespace spec
