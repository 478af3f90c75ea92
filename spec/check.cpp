// What only shows when the whole specification is there: fields that tile 63:0, names that the walk needs, ids used
// once. The same tiling is decided by Z3 for all widths at once (model/proof/spec_obligations.h); here it is found early and
// with its place.
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
  const auto gap = std::find(owner.begin(), owner.end(), nullptr);
  if (gap != owner.end()) {
    const auto bit = static_cast<int>(gap - owner.begin());
    diagnostics.add(format.place,
                    fmt::format("no field covers bit {} of {}{}", bit, format.id, at_width(bit, maxphyaddr)),
                    "fields that cover bits 63:0");
  }
}

bool in_range(const Format& format, int maxphyaddr, Diagnostics& diagnostics) {
  for (const Field& field : format.fields) {
    const int high = field.bits.high.at(maxphyaddr);
    const int low = field.bits.low.at(maxphyaddr);
    if (field.bits.low.from_maxphyaddr && field.bits.high.from_maxphyaddr && high < low) {
      diagnostics.add(field.place, fmt::format("the range {} never has a bit", to_string(field.bits)), "HIGH:LOW");
      return false;
    }
    if (high > 63 || low < 0 || high < low - 1) {
      diagnostics.add(
          field.place,
          fmt::format("the range {} is reversed for a physical-address width of {}", to_string(field.bits), maxphyaddr),
          "HIGH:LOW");
      return false;
    }
  }
  return true;
}

// Whether a field of both formats must have different values.
bool told_apart(const Format& a, const Format& b) {
  const auto differs = [](const Field& x, const Field& y) {
    return x.kind == FieldKind::fixed && y.kind == FieldKind::fixed && bits_at(x.bits) == bits_at(y.bits) &&
           x.value != y.value;
  };
  return std::any_of(a.fields.begin(), a.fields.end(), [&](const Field& x) {
    return std::any_of(b.fields.begin(), b.fields.end(), [&](const Field& y) { return differs(x, y); });
  });
}

void check_level(const Spec& spec, const Level& level, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < level.formats.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Format& a = spec.formats[level.formats[j]];
      const Format& b = spec.formats[level.formats[i]];
      if (told_apart(a, b)) continue;
      diagnostics.add(b.place, fmt::format("nothing tells {} apart from {} of the same level", b.id, a.id),
                      "a field of kind fixed with different values");
    }
  }
}

void check_formats(const Spec& spec, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < spec.formats.size(); ++i) {
    const Format& format = spec.formats[i];
    const bool used = std::any_of(spec.levels.begin(), spec.levels.end(), [&](const Level& level) {
      return std::find(level.formats.begin(), level.formats.end(), i) != level.formats.end();
    });
    if (!used)
      diagnostics.add(format.place, fmt::format("no level has the format {}", format.id), "a level of the walk");
  }
}

void check_violations(const Spec& spec, Diagnostics& diagnostics) {
  std::uint64_t bits = 0;
  const Rule* of_entry = nullptr;
  for (const Rule& rule : spec.violations) {
    bits |= std::uint64_t{1} << rule.bit;
    if (rule.stage != ViolationStage::entry) continue;
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

}  // namespace

void check_tiling(const Format& format, int min_maxphyaddr, int max_maxphyaddr, Diagnostics& diagnostics) {
  for (int maxphyaddr = min_maxphyaddr; maxphyaddr <= max_maxphyaddr; ++maxphyaddr) {
    Diagnostics found;
    if (in_range(format, maxphyaddr, found)) check_tiling_at(format, maxphyaddr, found);
    if (found.empty()) continue;
    for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
    return;
  }
}

void check_whole(const Spec& spec, Diagnostics& diagnostics) {
  for (const Format& format : spec.formats) check_tiling(format, spec.min_maxphyaddr, spec.max_maxphyaddr, diagnostics);
  check_tiling(spec.eptp, spec.min_maxphyaddr, spec.max_maxphyaddr, diagnostics);
  check_tiling(spec.capability, spec.min_maxphyaddr, spec.max_maxphyaddr, diagnostics);
  check_formats(spec, diagnostics);
  for (const Level& level : spec.levels) check_level(spec, level, diagnostics);
  check_violations(spec, diagnostics);
}

}  // namespace spec
