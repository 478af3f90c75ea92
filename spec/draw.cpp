#include "spec/draw.h"

#include <algorithm>

#include <fmt/format.h>

namespace spec {

namespace {

std::string join_or(const std::vector<std::string>& parts, const char* none) {
  return parts.empty() ? none : fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

bool matches(const Format& format, std::uint64_t entry) {
  return std::ranges::all_of(format.fields, [&](const Field& field) {
    return field.kind != FieldKind::fixed ||
           (entry & mask_of(bits_at(field.bits))) >> bits_at(field.bits).low == field.value;
  });
}

std::string draw(const Format& format, std::uint64_t value, int maxphyaddr) {
  std::vector<std::string> parts;
  std::uint64_t left = value;
  for (const Field& field : format.fields) {
    if (field.bits.high.at(maxphyaddr) < field.bits.low.at(maxphyaddr)) continue;
    const Bits bits = bits_at(field.bits, maxphyaddr);
    const std::uint64_t content = value & mask_of(bits);
    left &= ~mask_of(bits);
    if (content == 0) continue;
    parts.push_back(field.kind == FieldKind::address ? fmt::format("{}={:#x}", field.id, content)
                                                     : fmt::format("{}={:#x}", field.id, content >> bits.low));
  }
  if (left != 0) parts.push_back(fmt::format("no_field={:#x}", left));
  return join_or(parts, "all fields 0");
}

const Format& format_of(const Spec& spec, int level, std::uint64_t entry) {
  return *std::ranges::find_if(spec.formats,
                               [&](const Format& format) { return format.level == level && matches(format, entry); });
}

std::string draw_rules(const std::vector<Rule>& rules, std::uint64_t set) {
  std::vector<std::string> parts;
  for (const Rule& rule : rules) {
    if ((set >> rule.bit & 1) != 0) parts.push_back(rule.id);
    set &= ~(std::uint64_t{1} << rule.bit);
  }
  if (set != 0) parts.push_back(fmt::format("no_rule={:#x}", set));
  return join_or(parts, "none");
}

std::string draw_bits(const std::vector<NamedBits>& bits, std::uint64_t set) {
  std::vector<std::string> parts;
  for (const NamedBits& named : bits) {
    if ((set & mask_of(named.bits)) != 0) parts.push_back(named.id);
  }
  return join_or(parts, "none");
}

}  // namespace spec
