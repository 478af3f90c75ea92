// Mistakes in a format: a field one bit too long or too short, a field or a single bit of another kind, an entry that
// maps a page taken for one that does not.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "vectors/mutants/mutant.h"

namespace vectors {

namespace {

using spec::Field;
using spec::FieldKind;
using spec::Format;
using spec::Spec;

using FormatOf = std::function<Format&(Spec&)>;

// Whether the border of two fields means anything: that of an ignored field and one whose bits are named does not.
bool border_means(const Field& a, const Field& b) {
  const auto silent = [](const Field& field) {
    return field.kind == FieldKind::field || field.kind == FieldKind::ignored;
  };
  return !(silent(a) && silent(b)) && a.kind != b.kind;
}

std::vector<std::size_t> by_bits(const Format& format, int maxphyaddr) {
  std::vector<std::size_t> order(format.fields.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return format.fields[a].bits.low.at(maxphyaddr) < format.fields[b].bits.low.at(maxphyaddr);
  });
  return order;
}

// The field below ends `by` bits higher, where the one above now begins. One that has no bits left is gone.
void move_border(Format& format, std::size_t below, std::size_t above, int by) {
  format.fields.at(below).bits.high.offset += by;
  format.fields.at(above).bits.low.offset += by;
  std::erase_if(format.fields, [](const Field& field) {
    return is_constant(field.bits) && field.bits.high.offset < field.bits.low.offset;
  });
}

void add_borders(Mutants& mutants, const Format& format, const FormatOf& at, int maxphyaddr) {
  const auto order = by_bits(format, maxphyaddr);
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    const Field& below = format.fields[order[i]];
    const Field& above = format.fields[order[i + 1]];
    if (!border_means(below, above)) continue;
    for (const int by : {1, -1}) {
      mutants.push_back(
          {fmt::format("format/{}/{}/ends_{}", format.id, below.id, by > 0 ? "higher" : "lower"), "range",
           fmt::format("{}: '{}' ends one bit {}, and '{}' begins there", to_string(below.place), below.id,
                       by > 0 ? "higher" : "lower", above.id),
           [at, by, low = order[i], high = order[i + 1]](Spec& spec) { move_border(at(spec), low, high, by); }});
    }
  }
}

void add_kinds(Mutants& mutants, const Format& format, const FormatOf& at) {
  for (std::size_t i = 0; i < format.fields.size(); ++i) {
    const Field& field = format.fields[i];
    std::vector<FieldKind> kinds = {FieldKind::reserved};
    const bool address_or_fixed = field.kind == FieldKind::address || field.kind == FieldKind::fixed;
    if (field.kind == FieldKind::reserved || field.kind == FieldKind::beyond_maxphyaddr) kinds = {FieldKind::ignored};
    if (address_or_fixed) kinds.push_back(FieldKind::ignored);
    for (const FieldKind kind : kinds) {
      mutants.push_back({fmt::format("format/{}/{}/{}", format.id, field.id, to_string(kind)), "kind",
                         fmt::format("{}: '{}' is of kind {}", to_string(field.place), field.id, to_string(kind)),
                         [at, i, kind](Spec& spec) { at(spec).fields.at(i).kind = kind; }});
    }
  }
}

// Bit `bit` must be 0 as well, whatever field it belongs to.
void forbid(Format& format, int bit) {
  Field field;
  field.id = "forbidden";
  field.kind = FieldKind::reserved;
  field.bits = {{false, bit}, {false, bit}};
  format.fields.push_back(field);
}

// Takes one bit out of a reserved field.
void permit(Format& format, std::size_t index, int bit) {
  Field upper = format.fields.at(index);
  format.fields[index].bits.high = {false, bit - 1};
  upper.bits.low = {false, bit + 1};
  format.fields.push_back(upper);
}

void add_bits(Mutants& mutants, const Format& format, const FormatOf& at, int maxphyaddr) {
  for (int bit = 0; bit < 64; ++bit) {
    for (std::size_t i = 0; i < format.fields.size(); ++i) {
      const Field& field = format.fields[i];
      // A bit that is always 0 in the format, or beyond every width, can be forbidden without a difference.
      const bool fixed_zero = field.kind == FieldKind::fixed && field.value == 0;
      const bool has = field.bits.low.at(maxphyaddr) <= bit && bit <= field.bits.high.at(maxphyaddr);
      if (!has || fixed_zero || field.kind == FieldKind::beyond_maxphyaddr) continue;
      const bool reserved = field.kind == FieldKind::reserved;
      mutants.push_back({fmt::format("bit/{}/{:02}", format.id, bit), reserved ? "bit_permitted" : "bit_forbidden",
                         fmt::format("{}: bit {} of {} {}", to_string(field.place), bit, format.id,
                                     reserved ? "may be 1" : "must be 0"),
                         [at, i, bit, reserved](Spec& spec) {
                           if (reserved)
                             permit(at(spec), i, bit);
                           else
                             forbid(at(spec), bit);
                         }});
    }
  }
}

void add_pages(Mutants& mutants, const Spec& spec) {
  for (std::size_t f = 0; f < spec.formats.size(); ++f) {
    const Format& format = spec.formats[f];
    if (format.level == 1) continue;  // there is no level below
    mutants.push_back({fmt::format("format/{}/{}", format.id, format.maps_page ? "table" : "page"), "maps_page",
                       fmt::format("{}: {} {}", to_string(format.place), format.id,
                                   format.maps_page ? "references a table" : "maps a page"),
                       [f](Spec& of) { of.formats.at(f).maps_page = !of.formats.at(f).maps_page; }});
  }
}

// The formats of a level told apart the wrong way round.
void add_fixed(Mutants& mutants, const Spec& spec) {
  for (const spec::Level& level : spec.levels) {
    if (level.formats.size() < 2) continue;
    mutants.push_back({fmt::format("format/level_{}/swapped", level.level), "fixed",
                       fmt::format("{}: the fixed bits of level {} are inverted", to_string(level.place), level.level),
                       [formats = level.formats](Spec& of) {
                         for (const std::size_t f : formats) {
                           for (Field& field : of.formats.at(f).fields)
                             field.value ^= field.kind == FieldKind::fixed ? 1U : 0U;
                         }
                       }});
  }
}

}  // namespace

Mutants format_mutants(const Spec& spec) {
  Mutants mutants;
  const auto add = [&](const Format& format, const FormatOf& at) {
    add_borders(mutants, format, at, spec.min_maxphyaddr);
    add_kinds(mutants, format, at);
    add_bits(mutants, format, at, spec.max_maxphyaddr);
  };
  add(register_of(spec, "eptp"), [](Spec& of) -> Format& { return *find_id(of.registers, "eptp"); });
  for (std::size_t f = 0; f < spec.formats.size(); ++f)
    add(spec.formats[f], [f](Spec& of) -> Format& { return of.formats.at(f); });
  for (std::size_t f = 0; f < spec.sub_page.formats.size(); ++f)
    add(spec.sub_page.formats[f], [f](Spec& of) -> Format& { return of.sub_page.formats.at(f); });
  add_pages(mutants, spec);
  add_fixed(mutants, spec);
  return mutants;
}

}  // namespace vectors
