#include "spec/ir.h"

#include <stdexcept>

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

std::string to_string(Relation relation) {
  switch (relation) {
    case Relation::within: return "within";
    case Relation::at_most: return "at_most";
    case Relation::equal: return "equal";
  }
  return "";
}

std::string to_string(Role role) {
  switch (role) {
    case Role::capability: return "capability";
    case Role::control: return "control";
    case Role::field: return "field";
    case Role::state: return "state";
    case Role::operand: return "operand";
    case Role::choice: return "choice";
    case Role::derived: return "derived";
  }
  return "";
}

std::vector<Rule>& eptp_rules(Spec& spec) { return find_id(spec.checks, "eptp")->rules; }
const std::vector<Rule>& eptp_rules(const Spec& spec) { return find_id(spec.checks, "eptp")->rules; }

std::vector<const Register*> configuration_of_walk(const Spec& spec) {
  std::vector<const Register*> found;
  for (const Register& one : spec.registers) {
    if (one.of_walk != 0 && one.role != Role::field) found.push_back(&one);
  }
  return found;
}

std::vector<std::size_t> checks_in(const Spec& spec, std::size_t check) {
  std::vector<std::size_t> found = {check};
  for (const Part& part : spec.checks.at(check).parts) {
    for (const std::size_t below : checks_in(spec, part.check)) found.push_back(below);
  }
  return found;
}

bool is_whole(const Spec& spec, std::size_t check) {
  return std::ranges::none_of(spec.checks, [&](const Check& other) {
    return std::ranges::find(other.parts, check, &Part::check) != other.parts.end();
  });
}

const Register& origin_of(const Spec& spec, Word word) {
  const Register& one = spec.registers.at(register_at(word));
  if (!one.derivation) return one;
  return origin_of(spec, one.derivation->names);
}

const Register& register_of(const Spec& spec, const std::string& id) {
  if (const Register* const found = find_id(spec.registers, id)) return *found;
  throw std::logic_error("there is no register " + id);
}

Word word_of(const Spec& spec, const std::string& id) {
  return word_of_register(static_cast<std::size_t>(&register_of(spec, id) - spec.registers.data()));
}

}  // namespace spec
