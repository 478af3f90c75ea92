#include "vectors/checks/drawn_checks.h"

#include <algorithm>

#include "vectors/format/random.h"

namespace vectors {

namespace {

constexpr std::uint64_t kSmallArea = 0xff;  // numbers of entries for which a machine that runs the case has room

// Which bits are turned. What VM entry does not refuse goes on in a guest, where other controls end it before the
// instruction: there only those that the check depends on. Where nothing is refused, other fields of the registers that
// the rule looks at, but no controls.
Support drawn_bits(const spec::Spec& spec, const CheckGoal& goal) {
  const spec::Check& check = spec.checks.at(goal.check);
  const std::vector<WholeRule> rules = whole_rules(spec, check);
  const bool is_refused = goal.shows == CheckGoal::Shows::only_rule;
  Support support;
  for (const WholeRule& rule : rules) {
    if (is_refused || &rule == &rules[goal.rule]) add_support(spec, rule.when, support);
  }
  if (!is_refused) {
    std::erase_if(support, [&](const auto& one) { return spec.registers[one.first].role != spec::Role::field; });
    for (auto& [number, mask] : support) mask = ~std::uint64_t{0};
  } else if (check.id == "vm_entry") {
    for (const std::size_t n : chosen_registers(spec)) {
      if (spec.registers[n].role != spec::Role::operand) support[n] = ~std::uint64_t{0};
    }
  }
  for (const spec::Register& one : spec.registers) {
    if (!one.derivation || !one.derivation->place) continue;
    const spec::Register& number = origin_of(spec, one.derivation->place->number);
    const auto found = support.find(static_cast<std::size_t>(&number - spec.registers.data()));
    if (found != support.end()) found->second &= kSmallArea;
  }
  return support;
}

// Of the rule's name: which others there are changes nothing.
std::uint64_t seed_of(const std::string& id) {
  std::uint64_t seed = 0;
  for (const char c : id) seed = Random(seed ^ static_cast<unsigned char>(c)).next();
  return seed;
}

}  // namespace

DrawnCases::DrawnCases(const spec::Spec& spec, CheckedProcessor& processor, CheckGoal goal, const Choice& start)
    : processor_(processor),
      goal_(std::move(goal)),
      start_(start),
      seen_0_(start.size()),
      seen_1_(start.size()),
      seed_(seed_of(goal_.id)) {
  if (goal_.shows == CheckGoal::Shows::only_rule) goal_.demands.clear();  // that the rule is broken says as much
  const Support support = drawn_bits(spec, goal_);
  const std::vector<std::size_t> chosen = chosen_registers(spec);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const auto found = support.find(chosen[i]);
    if (found == support.end()) continue;
    const std::uint64_t mask = found->second & processor.mask(i);
    for (unsigned bit = 0; bit < 64; ++bit) {
      if ((mask >> bit & 1) != 0) places_.push_back({i + 1, bit});
    }
  }
}

std::optional<Choice> DrawnCases::next() {
  Random random(++seed_);
  Choice drawn = start_;
  for (std::size_t n = places_.size(); n > 1; --n) std::swap(places_[n - 1], places_[random.next() % n]);
  for (const Place& place : places_) {
    const std::uint64_t bit = std::uint64_t{1} << place.bit;
    const bool is_set = (drawn[place.word] & bit) != 0;
    const bool is_new = ((is_set ? seen_0_ : seen_1_)[place.word] & bit) == 0;
    const bool is_old = ((is_set ? seen_1_ : seen_0_)[place.word] & bit) != 0;
    if (!is_new && (!is_old || random.next() % 2 != 0)) continue;
    drawn[place.word] ^= bit;
    if (!processor_.meets(goal_, drawn)) drawn[place.word] ^= bit;
  }
  bool shows_more = false;
  for (const Place& place : places_) {
    const std::uint64_t bit = std::uint64_t{1} << place.bit;
    std::uint64_t& seen = ((drawn[place.word] & bit) != 0 ? seen_1_ : seen_0_)[place.word];
    shows_more = shows_more || (seen & bit) == 0;
    seen |= bit;
  }
  if (!shows_more || drawn == start_) return std::nullopt;
  return drawn;
}

}  // namespace vectors
