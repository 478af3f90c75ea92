// What only shows when the whole specification is there: fields that tile 63:0, names that the walk needs, ids used
// once. The same tiling is decided by Z3 for all widths at once (model/proof/obligations.h); here it is found
// early and with its place.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

// Only bits from the width on can belong to one field at one width and to another at the next.
std::string at_width(int bit, int maxphyaddr) {
  return bit < maxphyaddr - 1 ? "" : fmt::format(" (at a physical-address width of {})", maxphyaddr);
}

// Reports each pair of overlapping fields and each gap once, at the first width that shows it.
void check_tiling_at(const Format& format, int maxphyaddr, Diagnostics& diagnostics) {
  std::array<const Field*, 64> owner{};
  const Field beyond;
  std::fill(owner.begin() + format.width, owner.end(), &beyond);
  for (const Field& field : format.fields) {
    for (int bit = field.bits.low.at(maxphyaddr); bit <= field.bits.high.at(maxphyaddr); ++bit) {
      const Field*& other = owner.at(static_cast<std::size_t>(bit));
      if (other != nullptr) {
        diagnostics.add(field.place,
                        fmt::format("'{}' ({}) overlaps '{}' ({}) at bit {}{}", field.id, to_string(field.bits),
                                    other->id, to_string(other->bits), bit, at_width(bit, maxphyaddr)),
                        fmt::format("fields of {} that share no bit", format.id));
        return;
      }
      other = &field;
    }
  }
  const auto gap = std::ranges::find(owner, nullptr);
  if (gap != owner.end()) {
    const auto bit = static_cast<int>(gap - owner.begin());
    diagnostics.add(format.place,
                    fmt::format("no field covers bit {} of {}{}", bit, format.id, at_width(bit, maxphyaddr)),
                    fmt::format("fields that cover bits {}:0", format.width - 1));
  }
}

bool in_range(const Format& format, int maxphyaddr, Diagnostics& diagnostics) {
  for (const Field& field : format.fields) {
    const int high = field.bits.high.at(maxphyaddr);
    const int low = field.bits.low.at(maxphyaddr);
    const bool never = field.bits.low.from_maxphyaddr && field.bits.high.from_maxphyaddr && high < low;
    const bool outside = high >= static_cast<int>(format.width);
    if (!never && !outside && low >= 0 && high >= low - 1) continue;
    const std::string how = never     ? "never has a bit"
                            : outside ? fmt::format("goes beyond the {} bits of {}", format.width, format.id)
                                      : fmt::format("is reversed for a physical-address width of {}", maxphyaddr);
    diagnostics.add(field.place, fmt::format("the range {} {}", to_string(field.bits), how),
                    outside ? fmt::format("bits {}:0", format.width - 1) : "HIGH:LOW");
    return false;
  }
  return true;
}

// At the first width that shows a mistake.
void check_tiling(const Format& format, const Spec& spec, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  for (int width = spec.min_maxphyaddr; width <= spec.max_maxphyaddr && diagnostics.size() == before; ++width) {
    if (in_range(format, width, diagnostics)) check_tiling_at(format, width, diagnostics);
  }
}

const Field* field_of(const Format& format, const std::string& id) {
  const Field* const found = find_id(format.fields, id);
  return found != nullptr && has_name(*found) ? found : nullptr;
}

// Formats of one level are told apart by the bit that says whether the entry maps a page.
void check_level(const Spec& spec, const Level& level, Diagnostics& diagnostics) {
  for (const std::size_t f : level.formats) {
    const Format& format = spec.formats[f];
    const Field* size = field_of(format, "page_size");
    const bool told_apart =
        size != nullptr && size->kind == FieldKind::fixed && size->value == (format.maps_page ? 1U : 0U);
    if (level.formats.size() == 1 || (level.formats.size() == 2 && told_apart)) continue;
    diagnostics.add(size == nullptr ? format.place : size->place,
                    fmt::format("nothing tells {} apart from the other formats of level {}", format.id, level.level),
                    "two formats with a field page_size of kind fixed: 1 where a page is mapped, 0 in the other");
  }
}

// What is reported of a page, and what a format's kinds of fields are there for.
void check_format(const Spec& spec, std::size_t index, Diagnostics& diagnostics) {
  const Format& format = spec.formats[index];
  for (const char* id : {"memory_type", "ignore_pat"}) {
    if (format.maps_page && field_of(format, id) == nullptr) {
      diagnostics.add(format.place, fmt::format("{} maps a page and has no field '{}'", format.id, id),
                      "the fields memory_type and ignore_pat, which a translation reports");
    }
  }
  for (const Field& field : format.fields) {
    const bool forbidden = std::ranges::any_of(spec.misconfigurations, [&](const Rule& rule) {
      const bool concerned = std::ranges::find(rule.formats, index) != rule.formats.end();
      return concerned && rule.when.kind == Condition::Kind::any_of_kind && rule.when.word == Word::entry &&
             rule.when.field_kind == field.kind;
    });
    if (forbidden || (field.kind != FieldKind::reserved && field.kind != FieldKind::beyond_maxphyaddr)) continue;
    diagnostics.add(field.place, fmt::format("no rule demands that '{}' of {} be 0", field.id, format.id),
                    fmt::format("a misconfiguration with when: {{any_bit_of: {}, in_word: entry}} that concerns {}",
                                to_string(field.kind), format.id));
    return;
  }
}

void check_formats(const Spec& spec, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < spec.formats.size(); ++i) {
    const Format& format = spec.formats[i];
    const bool used = std::ranges::any_of(
        spec.levels, [&](const Level& level) { return std::ranges::find(level.formats, i) != level.formats.end(); });
    if (!used)
      diagnostics.add(format.place, fmt::format("no level has the format {}", format.id), "a level of the walk");
    check_format(spec, i, diagnostics);
  }
}

void check_violations(const Spec& spec, Diagnostics& diagnostics) {
  std::uint64_t bits = 0;
  const Rule* of_entry = nullptr;
  for (const Rule& rule : spec.violations) {
    bits |= std::uint64_t{1} << rule.bit;
    if (rule.stage != ViolationStage::entry) continue;
    const Condition& when = rule.when;
    if (when.kind != Condition::Kind::negation || when.operands.front().name != "condition.present") {
      diagnostics.add(when.place, fmt::format("'{}' is of stage entry and has another condition", rule.id),
                      "not condition.present");
    }
    if (of_entry != nullptr) {
      diagnostics.add(rule.place, fmt::format("'{}' is of stage entry, as '{}' is", rule.id, of_entry->id),
                      "one rule of stage entry");
    }
    of_entry = &rule;
  }
  if (of_entry == nullptr) {
    diagnostics.add(spec.violations.front().place, "no rule is of stage entry", "one rule of stage entry");
  }
  for (const NamedBits& group : spec.violation_groups) {
    if ((mask_of(group.bits) & ~bits) != 0) {
      diagnostics.add(group.place, fmt::format("the group '{}' has a bit that no rule has", group.id),
                      "bits of the 'rules'");
    }
  }
}

// Rules for the EPTP and for entries have names of one kind in the emitted header; likewise accesses and their
// attributes.
void check_shared_names(const Spec& spec, Diagnostics& diagnostics) {
  const auto check = [&](const auto& some, const auto& others) {
    Seen seen;
    for (const auto& one : some) seen.emplace(one.id, one.place);
    for (const auto& one : others) check_unique(diagnostics, seen, one.id, one.place);
  };
  check(eptp_rules(spec), spec.misconfigurations);
  check(spec.sub_page.rules, eptp_rules(spec));
  check(spec.sub_page.rules, spec.misconfigurations);
  check(spec.sub_page.qualification, spec.qualification);
  check(spec.attributes, spec.accesses);
}

// What the model reports has a place for these two.
void check_flags(const Spec& spec, Diagnostics& diagnostics) {
  for (const Flag& flag : spec.flags) {
    if (flag.id != "accessed" && flag.id != "dirty")
      diagnostics.add(flag.place, fmt::format("an outcome has no place for the flag '{}'", flag.id),
                      "accessed and dirty");
  }
  if (spec.flags.size() == 2) return;
  diagnostics.add(spec.flags.front().place, fmt::format("there are {} flags", spec.flags.size()), "accessed and dirty");
}

// The bit that decides on a write is a field of its own.
void check_sub_page(const SubPage& sub_page, Diagnostics& diagnostics) {
  const SubPagePermission& permission = sub_page.permission;
  const Format& vector = sub_page.formats.at(sub_page.levels.back().formats.front());
  const std::uint64_t parts = (mask_of(permission.index) >> permission.index.low) + 1;
  for (std::uint64_t part = 0; part < parts; ++part) {
    const std::uint64_t bit = permission.first + permission.step * part;
    const bool found = std::ranges::any_of(vector.fields, [&](const Field& field) {
      return has_name(field) && bits_at(field.bits) == Bits{static_cast<unsigned>(bit), static_cast<unsigned>(bit)};
    });
    if (found) continue;
    diagnostics.add(permission.place, fmt::format("bit {} of {} is no field of its own", bit, vector.id),
                    "a field of one bit for each value of the index");
    return;
  }
}

// Conditions over the configuration are a set, in which each has its place.
void check_condition_bits(const Spec& spec, Diagnostics& diagnostics) {
  Seen seen;
  for (const NamedCondition& condition : spec.conditions) {
    const bool of_configuration = condition.stage == Stage::configuration;
    if (condition.bit) check_unique(diagnostics, seen, fmt::format("bit {}", *condition.bit), condition.place);
    if (of_configuration == condition.bit.has_value()) continue;
    diagnostics.add(condition.place,
                    fmt::format("the condition '{}' {}", condition.id,
                                of_configuration ? "is over the configuration alone and has no 'bit'"
                                                 : "is over more than the configuration and has a 'bit'"),
                    "'bit' at each condition over controls, capabilities, parameters and EPTP, and at no other");
  }
}

// A bit of an entry that has a meaning in every format.
bool is_common_bit(const Spec& spec, const Condition& condition) {
  const std::string id = condition.name.substr(condition.name.find('.') + 1);
  return condition.kind == Condition::Kind::nonzero && condition.word == Word::entry &&
         std::ranges::all_of(spec.formats, [&](const Format& format) { return has_field(format, id, condition.bits); });
}

// An entry is present by any of some bits, each of which may count in some configurations only.
void check_present(const Spec& spec, Diagnostics& diagnostics) {
  const Condition& when = spec.conditions[spec.present].when;
  const bool several = when.kind == Condition::Kind::any_of;
  for (const Condition& way : several ? when.operands : std::vector<Condition>{when}) {
    const bool guarded = way.kind == Condition::Kind::all_of;
    std::size_t bits = 0;
    std::size_t others = 0;
    for (const Condition& part : guarded ? way.operands : std::vector<Condition>{way}) {
      if (is_common_bit(spec, part)) {
        ++bits;
      } else if (stage_of(part, spec.conditions) != Stage::configuration) {
        ++others;
      }
    }
    if (bits == 1 && others == 0) continue;
    diagnostics.add(way.place, "'present' is not made of single bits that every format has",
                    "any: of entry bits, each alone or in a list with conditions over the configuration");
  }
}

void check_five_levels(const Spec& spec, Diagnostics& diagnostics) {
  const NamedCondition* const found = find_id(spec.conditions, "five_level_walk");
  if (found != nullptr && found->stage == Stage::configuration) return;
  diagnostics.add(spec.levels.front().place, "no condition over the configuration is called 'five_level_walk'",
                  "one that says when a walk begins at level 5");
}

// All conditions over the configuration are one word of the emitted header.
void check_room(const Spec& spec, Diagnostics& diagnostics) {
  for (const NamedCondition& condition : with_names_for_all(spec).conditions) {
    if (condition.stage != Stage::configuration || condition.bit) continue;
    diagnostics.add(
        condition.place, fmt::format("there is no room for '{}'", condition.text),
        fmt::format("at most {} conditions over the configuration, with those that rules spell out", kMostConditions));
    return;
  }
}

}  // namespace

void check_whole(const Spec& spec, Diagnostics& diagnostics) {
  for (const Format& format : spec.formats) check_tiling(format, spec, diagnostics);
  for (const Format& format : spec.sub_page.formats) check_tiling(format, spec, diagnostics);
  for (const Register& one : spec.registers) {
    if (one.role != Role::derived) check_tiling(one, spec, diagnostics);
  }
  check_registers(spec, diagnostics);
  check_formats(spec, diagnostics);
  for (const Level& level : spec.levels) check_level(spec, level, diagnostics);
  check_violations(spec, diagnostics);
  check_shared_names(spec, diagnostics);
  check_flags(spec, diagnostics);
  check_sub_page(spec.sub_page, diagnostics);
  check_condition_bits(spec, diagnostics);
  check_present(spec, diagnostics);
  check_five_levels(spec, diagnostics);
  check_room(spec, diagnostics);
}

}  // namespace spec
