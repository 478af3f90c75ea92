#include "spec/ir.h"

#include <fmt/format.h>

namespace spec {

namespace {

std::string to_string(const Bound& bound) {
  if (!bound.from_maxphyaddr) return fmt::format("{}", bound.offset);
  return bound.offset == 0 ? "maxphyaddr" : fmt::format("maxphyaddr{:+}", bound.offset);
}

}  // namespace

std::string to_string(const Place& place) {
  if (place.line == 0) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string to_string(const Citation& cite) {
  return fmt::format("SDM Vol. {}, {}, {} ({})", cite.volume, cite.section, cite.at, cite.edition);
}

std::string to_string(const Range& range) {
  const std::string high = to_string(range.high);
  const std::string low = to_string(range.low);
  return high == low ? high : high + ":" + low;
}

std::string in_words(const Range& range) {
  const std::string text = to_string(range);
  return (text.find(':') == std::string::npos ? "bit " : "bits ") + text;
}

std::string to_string(FieldKind kind) {
  switch (kind) {
    case FieldKind::field: return "field";
    case FieldKind::ignored: return "ignored";
    case FieldKind::reserved: return "reserved";
    case FieldKind::beyond_maxphyaddr: return "beyond_maxphyaddr";
    case FieldKind::address: return "address";
    case FieldKind::fixed: return "fixed";
  }
  return "";
}

}  // namespace spec
