// What only shows when the whole specification is there: fields that tile 63:0, names that the walk needs, ids used
// once. The same tiling is decided by Z3 for all widths at once (model/smt/spec_checks.h); here it is found early and
// with its place.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

// Reports each pair of overlapping fields and each gap once, at the first width that shows it.
void check_tiling_at(const Format& format, int maxphyaddr, Diagnostics& diagnostics) {
  std::array<const Field*, 64> owner{};
  for (const Field& field : format.fields) {
    for (int bit = field.bits.low.at(maxphyaddr); bit <= field.bits.high.at(maxphyaddr); ++bit) {
      const Field*& other = owner.at(static_cast<std::size_t>(bit));
      if (other != nullptr) {
        diagnostics.add(field.place,
                        fmt::format("'{}' ({}) overlaps '{}' ({}) at bit {}", field.id, to_string(field.bits),
                                    other->id, to_string(other->bits), bit),
                        fmt::format("fields of {} that share no bit", format.id));
        return;
      }
      other = &field;
    }
  }
  const auto gap = std::find(owner.begin(), owner.end(), nullptr);
  if (gap != owner.end()) {
    diagnostics.add(format.place, fmt::format("no field covers bit {} of {}", gap - owner.begin(), format.id),
                    "fields that cover bits 63:0");
  }
}

bool in_range(const Format& format, int maxphyaddr, Diagnostics& diagnostics) {
  for (const Field& field : format.fields) {
    const int high = field.bits.high.at(maxphyaddr);
    const int low = field.bits.low.at(maxphyaddr);
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

bool same_matcher(const Format& a, const Format& b) {
  const auto fixed = [](const Format& format) {
    std::vector<std::pair<int, std::uint64_t>> values;
    for (const Field& field : format.fields) {
      if (field.kind == FieldKind::fixed) values.emplace_back(field.bits.high.offset, field.value);
    }
    return values;
  };
  return fixed(a) == fixed(b);
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
  for (const Level& level : spec.levels) {
    if (level.formats.size() == 2 && same_matcher(spec.formats[level.formats[0]], spec.formats[level.formats[1]])) {
      diagnostics.add(level.place, fmt::format("nothing tells the formats of level {} apart", level.level),
                      "a field of kind fixed with different values");
    }
  }
}

}  // namespace spec
