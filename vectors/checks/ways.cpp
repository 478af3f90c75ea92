#include "vectors/checks/ways.h"

#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include <fmt/format.h>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

using spec::Condition;

constexpr unsigned kFewValues = 3;  // bits of a field of which each value is tried

Condition literal(const Condition& condition, bool holds) { return holds ? condition : negated(condition); }

std::uint64_t largest_of(spec::Bits bits) { return spec::mask_of({bits.high - bits.low, 0}); }

std::string joined(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + "/" + b; }

// Adds to each way the conditions at the other places, which have one truth.
void add_beside(std::vector<CheckWay>& ways, const std::vector<Condition>& all, std::size_t place, bool hold) {
  for (CheckWay& way : ways) {
    for (std::size_t n = 0; n < all.size(); ++n) {
      if (n != place) way.demands.push_back(literal(all[n], hold));
    }
  }
}

void append(std::vector<CheckWay>& list, std::vector<CheckWay> more) {
  std::move(more.begin(), more.end(), std::back_inserter(list));
}

// All have one truth: the ways of each that has several, the others being as they are.
std::vector<CheckWay> each(const Ways& ways, const std::vector<Condition>& all, bool hold) {
  std::vector<CheckWay> list;
  for (std::size_t n = 0; n < all.size(); ++n) {
    std::vector<CheckWay> own = ways.of(all[n], hold);
    if (own.size() == 1 && all.size() > 1) continue;
    add_beside(own, all, n, hold);
    for (CheckWay& way : own) {
      while (std::ranges::find(list, way.id, &CheckWay::id) != list.end()) way.id += way.id.empty() ? "other" : "_too";
    }
    append(list, std::move(own));
  }
  if (!list.empty()) return list;
  CheckWay only;
  for (const Condition& one : all) only.demands.push_back(literal(one, hold));
  return {only};
}

// One has the truth and the others do not.
std::vector<CheckWay> only_one(const Ways& ways, const std::vector<Condition>& all, bool holds) {
  std::vector<CheckWay> list;
  std::set<std::string> names;
  for (std::size_t n = 0; n < all.size(); ++n) {
    std::vector<CheckWay> own = ways.of(all[n], holds);
    add_beside(own, all, n, !holds);
    std::string name = name_of(all[n]);
    while (!names.insert(name).second) name += "_too";
    for (CheckWay& way : own) way.id = joined(name, way.id);
    append(list, std::move(own));
  }
  return list;
}

}  // namespace

std::string name_of(const Condition& condition) {
  switch (condition.kind) {
    case Condition::Kind::negation: return name_of(condition.operands.front());
    case Condition::Kind::all_of:
    case Condition::Kind::any_of: {
      std::vector<std::string> names;
      for (const Condition& operand : condition.operands) {
        if (std::ranges::find(names, name_of(operand)) == names.end()) names.push_back(name_of(operand));
      }
      return fmt::format("{}", fmt::join(names, "+"));
    }
    case Condition::Kind::any_of_kind: return to_string(condition.field_kind);
    case Condition::Kind::nonzero:
    case Condition::Kind::one_of:
    case Condition::Kind::compared:
    case Condition::Kind::named: break;
  }
  return condition.name.substr(condition.name.rfind('.') + 1);
}

std::vector<CheckWay> Ways::of(const Condition& condition, bool holds) const {
  switch (condition.kind) {
    case Condition::Kind::all_of:
      return holds ? each(*this, condition.operands, true) : only_one(*this, condition.operands, false);
    case Condition::Kind::any_of:
      return holds ? only_one(*this, condition.operands, true) : each(*this, condition.operands, false);
    case Condition::Kind::negation: return of(condition.operands.front(), !holds);
    case Condition::Kind::named: return of(spec_.conditions.at(condition.named).when, holds);
    case Condition::Kind::nonzero: return nonzero(condition, holds);
    case Condition::Kind::one_of: return one_of(condition, holds);
    case Condition::Kind::any_of_kind: return any_of_kind(condition, holds);
    case Condition::Kind::compared: return compared(condition, holds);
  }
  return {};
}

std::vector<CheckWay> Ways::possible(std::vector<CheckWay> ways) const {
  std::erase_if(ways, [&](const CheckWay& way) { return contradict(spec_, check_, way.demands); });
  return ways;
}

std::vector<CheckWay> Ways::of_all(const std::vector<Condition>& conditions) const {
  return possible(each(*this, conditions, true));
}

std::vector<CheckWay> Ways::of_all_but_one(const std::vector<Condition>& conditions) const {
  return possible(only_one(*this, conditions, false));
}

// One of these bits is 1 and all of `zero` but it are 0.
std::vector<CheckWay> Ways::single(const Condition& condition, std::uint64_t bits, std::uint64_t zero) {
  std::vector<CheckWay> ways;
  for (std::uint64_t left = bits; left != 0; left &= left - 1) {
    const auto bit = static_cast<unsigned>(std::countr_zero(left));
    CheckWay way{fmt::format("bit_{:02}", bit), {bits_set(condition.word, {bit, bit})}};
    for (std::uint64_t rest = zero & ~bit_of(bit); rest != 0;) {  // each run of bits
      const auto low = static_cast<unsigned>(std::countr_zero(rest));
      const auto high = low + static_cast<unsigned>(std::countr_one(rest >> low)) - 1;
      way.demands.push_back(negated(bits_set(condition.word, {high, low})));
      rest &= ~spec::mask_of({high, low});
    }
    ways.push_back(std::move(way));
  }
  return ways;
}

// A control that is 1 without effect.
std::vector<CheckWay> Ways::without_effect(const Condition& condition, bool holds) const {
  const spec::Derivation::Choice* const effect = effect_of(spec_, condition.word);
  if (effect == nullptr) return {};
  Condition of_itself = condition;
  of_itself.word = effect->word;
  std::vector<CheckWay> ways = of(*effect->when, false);
  for (CheckWay& way : ways) {
    way.id = joined("without_effect", way.id);
    way.demands.push_back(literal(of_itself, !holds));
  }
  return ways;
}

std::vector<CheckWay> Ways::nonzero(const Condition& condition, bool holds) const {
  if (!holds) {
    std::vector<CheckWay> ways = {{"", {negated(condition)}}};
    if (const spec::Derivation::Choice* const effect = effect_of(spec_, condition.word))
      ways.front().demands.push_back(*effect->when);
    append(ways, without_effect(condition, false));
    return ways;
  }
  const std::uint64_t bits = mask_of(condition.bits);
  if (std::has_single_bit(bits)) return {{"", {condition}}};
  const auto kinds = kinds_of(origin_of(spec_, condition.word), maxphyaddr_);
  const auto reserved = kinds.find(spec::FieldKind::reserved);
  if (reserved != kinds.end() && (bits & ~reserved->second) == 0) return single(condition, bits, bits);
  std::vector<CheckWay> ways;
  for (const std::uint64_t value : {std::uint64_t{1}, bit_of(condition.bits.high - condition.bits.low)})
    ways.push_back({fmt::format("bit_{:02}", std::countr_zero(value) + static_cast<int>(condition.bits.low)),
                    {has_value(condition.word, condition.bits, {value})}});
  return ways;
}

std::vector<CheckWay> Ways::one_of(const Condition& condition, bool holds) {
  const std::uint64_t largest = largest_of(condition.bits);
  std::set<std::uint64_t> values(condition.values.begin(), condition.values.end());
  if (!holds) {
    std::set<std::uint64_t> others = {largest};
    for (const std::uint64_t value : values) others.insert({(value - 1) & largest, (value + 1) & largest});
    for (std::uint64_t value = 0; condition.bits.high - condition.bits.low < kFewValues && value <= largest; ++value)
      others.insert(value);
    for (const std::uint64_t value : values) others.erase(value);
    constexpr unsigned kHalf = 32;  // a processor that looks at half of the word takes this for one of the values
    if (condition.bits.high - condition.bits.low >= kHalf) others.insert(*values.begin() | bit_of(kHalf));
    values = others;
  }
  std::vector<CheckWay> ways;
  for (const std::uint64_t value : values) {
    ways.push_back(
        {fmt::format("{}_{}", name_of(condition), value), {has_value(condition.word, condition.bits, {value})}});
  }
  return ways;
}

std::vector<CheckWay> Ways::any_of_kind(const Condition& condition, bool holds) const {
  const spec::Register& word = spec_.registers.at(spec::register_at(condition.word));
  if (!holds || word.derivation) return {{"", {literal(condition, holds)}}};
  std::uint64_t bits = 0;
  for (const Way& way : single_bits(word, condition.field_kind, maxphyaddr_)) bits |= way.mask;
  // No address bit above the smallest width either: so the demands are the same for all widths.
  const bool beyond = condition.field_kind == spec::FieldKind::beyond_maxphyaddr;
  const auto lowest = static_cast<unsigned>(spec_.min_maxphyaddr);
  return single(condition, bits, beyond ? spec::mask_of({word.width - 1, lowest}) : bits);
}

// A bit that is 1 in the first and 0 in the other; of all other bits none is.
std::vector<CheckWay> Ways::not_within(const Condition& condition) {
  const spec::Operand& other = condition.other.value();
  const unsigned width = condition.bits.high - condition.bits.low;
  // That bits high to low, counted from the lowest of each operand, are within.
  const auto rest = [&](unsigned high, unsigned low) {
    Condition part = condition;
    part.bits = {condition.bits.low + high, condition.bits.low + low};
    part.other->bits = {std::min(other.bits.low + high, other.bits.high), other.bits.low + low};
    return other.bits.low + low > other.bits.high ? negated(bits_set(part.word, part.bits)) : part;
  };
  std::vector<CheckWay> ways;
  for (unsigned bit = 0; bit <= width; ++bit) {
    const unsigned here = condition.bits.low + bit;
    const unsigned there = other.bits.low + bit;
    CheckWay way{fmt::format("bit_{:02}", bit), {bits_set(condition.word, {here, here})}};
    if (there <= other.bits.high) way.demands.push_back(negated(bits_set(other.word, {there, there})));
    if (bit > 0) way.demands.push_back(rest(bit - 1, 0));
    if (bit < width) way.demands.push_back(rest(width, bit + 1));
    ways.push_back(std::move(way));
  }
  return ways;
}

// At the limit and below it; just above it and far above. Of an address only the bits that it can have count.
std::vector<CheckWay> Ways::bounded(const Condition& condition, bool holds) const {
  std::vector<CheckWay> ways = {{"", {literal(condition, holds)}}};
  const std::uint64_t largest = largest_of(condition.bits);
  const auto add = [&](const char* id, spec::Bits bits, std::uint64_t value) {
    ways.push_back({id, {has_value(condition.word, bits, {value}), literal(condition, holds)}});
  };
  if (condition.other) {  // the smallest above the limit is found without being asked for
    Condition equal = condition;
    equal.relation = spec::Relation::equal;
    if (holds) ways.push_back({"at_limit", {equal}});
    if (!holds) add("largest", condition.bits, largest);
    return ways;
  }
  const std::uint64_t limit = condition.values.front();
  const auto kinds = kinds_of(origin_of(spec_, condition.word), maxphyaddr_);
  const auto address = kinds.find(spec::FieldKind::address);
  const bool is_address = address != kinds.end();
  const auto low = is_address ? static_cast<unsigned>(std::countr_zero(address->second)) : condition.bits.low;
  if (holds && limit < largest) add("at_limit", {condition.bits.high, low}, limit >> (low - condition.bits.low));
  if (!holds && !is_address) {
    ways.clear();
    add("above_limit", condition.bits, limit + 1);
    if (limit + 1 < largest) add("largest", condition.bits, largest);
  }
  return ways;
}

// Of two words: as it is, where another comparison of them would say the opposite. Each of these relations implies
// those behind it, so a weaker one never fails where this one holds.
std::vector<CheckWay> Ways::unlike_others(const Condition& condition, bool holds) {
  constexpr std::array kByStrength = {spec::Relation::equal, spec::Relation::within, spec::Relation::at_most};
  const auto* const own = std::ranges::find(kByStrength, condition.relation);
  std::vector<CheckWay> ways;
  for (const auto* other = holds ? kByStrength.begin() : own + 1; other != (holds ? own : kByStrength.end()); ++other) {
    Condition opposite = condition;
    opposite.relation = *other;
    ways.push_back({"unlike_" + to_string(*other), {literal(condition, holds), literal(opposite, !holds)}});
  }
  return ways;
}

std::vector<CheckWay> Ways::compared(const Condition& condition, bool holds) const {
  std::vector<CheckWay> ways = {{"", {literal(condition, holds)}}};
  if (condition.relation == spec::Relation::at_most) ways = bounded(condition, holds);
  if (condition.relation == spec::Relation::within) {
    if (!holds) ways = not_within(condition);
    if (holds) append(ways, without_effect(condition, true));
  }
  if (condition.other && condition.other->word != condition.word) append(ways, unlike_others(condition, holds));
  return ways;
}

}  // namespace vectors
