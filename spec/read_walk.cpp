// The walk: levels, order of checks, flags; and what an entry can be, how an access can end, what its outcome consists
// of.
#include <algorithm>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

const std::vector<Choice<WalkCheck>> kChecks = {{"not_present", WalkCheck::not_present},
                                                {"misconfiguration", WalkCheck::misconfiguration},
                                                {"permissions", WalkCheck::permissions}};
const std::vector<Choice<Effect>> kEffects = {{"never", Effect::never}, {"may", Effect::may}, {"must", Effect::must}};

const std::vector<Choice<Effect Flag::*>> kFlagEffects = {{"on_success", &Flag::on_success},
                                                          {"on_violation", &Flag::on_violation},
                                                          {"on_misconfiguration", &Flag::on_misconfiguration}};
const std::vector<Choice<MemberKind>> kMemberKinds = {{"level", MemberKind::level},
                                                      {"number", MemberKind::number},
                                                      {"address", MemberKind::address},
                                                      {"bits", MemberKind::bits},
                                                      {"input", MemberKind::input}};

const Known kOfFlag = {{Word::access},
                       "a condition over configuration and access",
                       false,
                       "a flag depends on more than configuration and access"};

Level read_level(Draft& draft, MapReader& reader, const std::vector<Format>& formats, int highest) {
  Level level;
  reader.state(level);
  level.level = static_cast<int>(reader.number("level", 1, static_cast<std::uint64_t>(highest)));
  const auto index = reader.bits("index");
  level.index = index.value_or(Bits{});
  if (index && index->high - index->low != 8) {
    draft.diagnostics.add(reader.find("index")->place,
                          fmt::format("the index of level {} does not have 9 bits", level.level),
                          "9 bits: a table has 512 entries");
  }
  const auto of_level = [&](const std::string& id) {
    const Format* const found = find_id(formats, id);
    return found != nullptr && (found->level == level.level || found->level == 0) ? found : nullptr;
  };
  for (const Format* found :
       reader.found("formats", of_level, fmt::format("there is no format '{{}}' of level {}", level.level),
                    "formats with this level"))
    level.formats.push_back(static_cast<std::size_t>(found - formats.data()));
  return level;
}

// They run from the highest down to 1, and the index of each ends where that of the next begins.
void check_levels(Draft& draft, const std::vector<Level>& levels, int highest, const Place& place) {
  if (levels.size() != static_cast<std::size_t>(highest)) {
    draft.diagnostics.add(place, fmt::format("there are {} levels", levels.size()),
                          fmt::format("{0}, from {0} down to 1", highest));
    return;
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const Level& level = levels[i];
    const int expected = highest - static_cast<int>(i);
    if (level.level != expected) {
      draft.diagnostics.add(level.place, fmt::format("level {} stands here", level.level),
                            fmt::format("level {}: they run from {} down to 1", expected, highest));
    } else if (i > 0 && levels[i - 1].level == expected + 1 && level.index.high + 1 != levels[i - 1].index.low) {
      draft.diagnostics.add(level.place,
                            fmt::format("the index of level {} begins at bit {} and that of level {} ends at bit {}",
                                        level.level, level.index.high, level.level + 1, levels[i - 1].index.low),
                            "indices that follow one another");
    }
  }
}

// Each one control.
std::vector<Operand> read_required(Draft& draft, MapReader& reader) {
  std::vector<Operand> required;
  const std::vector<Register>& registers = draft.spec.registers;
  for (const Node* item : reader.list("requires")) {
    std::optional<Operand> found = draft.names.operand(*item);
    if (!found) continue;
    const std::size_t n = register_at(found->word);
    if (found->bits.high == found->bits.low && n < registers.size() && registers[n].role == Role::control)
      required.push_back(std::move(*found));
    else
      draft.diagnostics.add(item->place, describe(*item) + " is no control",
                            "the name of one bit of a word of controls");
  }
  return required;
}

Order read_order(Draft& draft, MapReader& reader) {
  Order order;
  reader.state(order);
  const std::size_t before = draft.diagnostics.size();
  for (const Node* item : reader.list("each_entry")) order.each_entry.push_back(reader.choose(*item, kChecks));
  for (const Node* item : reader.list("complete_walk")) order.complete_walk.push_back(reader.choose(*item, kChecks));
  std::vector<WalkCheck> entry = order.each_entry;
  std::ranges::sort(entry);
  const bool complete = entry == std::vector<WalkCheck>{WalkCheck::not_present, WalkCheck::misconfiguration} &&
                        order.complete_walk == std::vector<WalkCheck>{WalkCheck::permissions};
  if (!complete && reader.is_mapping() && draft.diagnostics.size() == before) {
    draft.diagnostics.add(
        order.place, "a check is missing from the order or stands in the wrong list",
        "not_present and misconfiguration, in some order, of each entry; permissions of the complete walk");
  }
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

Flag read_flag(Draft& draft, MapReader& reader, Seen& seen) {
  Flag flag;
  reader.name(flag, seen);
  flag.reason = reader.text("reason");
  flag.leaf_only = reader.choice<bool>("levels", {{"all", false}, {"leaf", true}});
  if (const Node* field = reader.require("field")) flag.bits = read_flag_bits(draft, *field, flag.leaf_only);
  flag.when = read_when(draft, reader, kOfFlag);
  flag.on_success = reader.choice("on_success", kEffects);
  flag.on_violation = reader.choice("on_violation", kEffects);
  flag.on_misconfiguration = reader.choice("on_misconfiguration", kEffects);
  return flag;
}

std::uint64_t read_results(const std::vector<Result>& results, MapReader& reader) {
  std::uint64_t set = 0;
  for (const Result* found : reader.found(
           "of", [&](const auto& id) { return find_id(results, id); }, "there is no result '{}'", "an id of 'results'"))
    set |= std::uint64_t{1} << (found - results.data());
  return set;
}

void read_cleared(const std::vector<Result>& results, MapReader& reader, OutcomeMember& member) {
  member.cleared = reader.one("cleared", [&](MapReader& cleared) {
    Named stated;
    cleared.state(stated);
    member.cleared_cite = stated.cite;
    return read_results(results, cleared);
  });
  member.results |= member.cleared;
}

// Bits of a member that count for nothing with some attribute of the access.
void read_open(Draft& draft, MapReader& reader, OutcomeMember& member) {
  reader.one("open", [&](MapReader& open) {
    Named stated;
    open.state(stated);
    member.open = mask_of(open.bits("bits").value_or(Bits{}));
    const Node* const with = open.require("with");
    if (with == nullptr) return 0;
    const Symbol* const symbol = draft.names.find(with->text);
    if (symbol != nullptr && symbol->word == Word::access) {
      member.open_access = mask_of(symbol->bits);
    } else {
      draft.diagnostics.add(with->place, describe(*with) + " is no attribute of an access", "access. and its name");
    }
    return 0;
  });
}

// A member that repeats an input has its name; this is the one input that an exit saves.
void check_input(Draft& draft, const OutcomeMember& member) {
  if (member.kind != MemberKind::input || member.id == "guest_physical_address") return;
  draft.diagnostics.add(member.place, fmt::format("there is no input '{}'", member.id), "guest_physical_address");
}

OutcomeMember read_member(Draft& draft, MapReader& reader, Seen& seen) {
  const std::vector<Result>& results = draft.spec.results;
  OutcomeMember member;
  reader.name(member, seen);
  member.kind = reader.choice("kind", kMemberKinds);
  member.results = read_results(results, reader);
  member.reported = reader.flag("reported");
  if (reader.find("defined") != nullptr) {
    member.defined = reader.text("defined");
    reader.once(seen, member.id + "_defined");
  }
  if (reader.find("open") != nullptr) read_open(draft, reader, member);
  if (reader.find("cleared") != nullptr) read_cleared(results, reader, member);
  return member;
}

Saved read_saved(MapReader& reader, Seen& seen) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0};
  Saved saved;
  reader.name(saved, seen);
  saved.value = reader.find("value") != nullptr ? reader.number("value", 0, kMost) : 0;
  saved.mask = reader.find("mask") != nullptr ? reader.number("mask", 1, kMost) : kMost;
  return saved;
}

}  // namespace

std::vector<NamedBits> read_named_bits(Draft& draft, MapReader& reader, const char* list, const std::string& scope,
                                       Word word) {
  return reader.each(list, scope.c_str(), [&](MapReader& entry) {
    NamedBits named;
    entry.state(named);
    named.id = entry.id("id");
    named.word = word;
    named.bits = entry.bits("bits").value_or(Bits{});
    if (!draft.names.add(scope + "." + named.id, {word, named.bits})) {
      draft.diagnostics.add(named.place, fmt::format("'{}.{}' is named a second time", scope, named.id),
                            "each name once");
    }
    return named;
  });
}

std::vector<Level> read_levels(Draft& draft, MapReader& reader, const std::vector<Format>& formats, int highest) {
  const std::size_t before = draft.diagnostics.size();
  std::vector<Level> levels =
      reader.each("levels", "level", [&](MapReader& level) { return read_level(draft, level, formats, highest); });
  if (draft.diagnostics.size() == before) check_levels(draft, levels, highest, reader.find("levels")->place);
  return levels;
}

void read_walk(Draft& draft, MapReader& reader) {
  for (const auto& [name, fact] :
       {std::pair{"walk.complete", WalkFact::complete}, {"walk.leaf_is_pte", WalkFact::leaf_is_pte}})
    draft.names.add(name, {Word::walk, {static_cast<unsigned>(fact), static_cast<unsigned>(fact)}});
  draft.spec.address_fields = read_named_bits(draft, reader, "guest_physical_address", "gpa", Word::gpa);
  read_conditions(draft, reader);
  draft.spec.enabled = read_required(draft, reader);
  draft.spec.levels = read_levels(draft, reader, draft.spec.formats, 5);
  draft.spec.order = reader.one("order", [&](MapReader& order) { return read_order(draft, order); });
  Seen seen;
  draft.spec.flags = reader.each("flags", "flag", [&](MapReader& flag) { return read_flag(draft, flag, seen); });
}

void read_outcome(Draft& draft, MapReader& reader) {
  Seen seen;
  draft.spec.entry_kinds = reader.each("entries", "entry", [&](MapReader& entry) {
    Named kind;
    entry.name(kind, seen);
    return kind;
  });
  draft.spec.results = reader.each("results", "result", [&](MapReader& entry) {
    Result result;
    entry.name(result, seen);
    result.flags = entry.find("flags") == nullptr ? nullptr : entry.choice("flags", kFlagEffects);
    return result;
  });
  draft.spec.outcome =
      reader.each("members", "member", [&](MapReader& entry) { return read_member(draft, entry, seen); });
  for (const OutcomeMember& member : draft.spec.outcome) check_input(draft, member);
  draft.spec.saved = reader.each("saved", "saved fact", [&](MapReader& entry) { return read_saved(entry, seen); });
  for (const Flag& flag : draft.spec.flags) {
    for (const char* level_set : {"_must", "_may"})
      check_unique(draft.diagnostics, seen, flag.id + level_set, flag.place);
  }
}

}  // namespace spec
