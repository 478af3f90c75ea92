#include "vectors/checks/drawn_checks.h"

#include <algorithm>

#include "vectors/format/random.h"

namespace vectors {

namespace {

// Which bits are turned. What VM entry does not refuse goes on in a guest, where other controls end it before the
// instruction: there only those that the check depends on.
Support drawn_bits(const spec::Spec& spec, const CheckGoal& goal) {
  Support support;
  const spec::Check& check = spec.checks.at(goal.check);
  for (const WholeRule& rule : whole_rules(spec, check)) add_support(spec, rule.when, support);
  if (check.id != "vm_entry") return support;
  for (const std::size_t n : chosen_registers(spec)) {
    if (spec.registers[n].role != spec::Role::operand) support[n] = ~std::uint64_t{0};
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

DrawnCases::DrawnCases(const spec::Spec& spec, CheckedProcessor& processor, CheckGoal goal, const Choice& alone)
    : processor_(processor),
      goal_(std::move(goal)),
      alone_(alone),
      seen_0_(alone.size()),
      seen_1_(alone.size()),
      seed_(seed_of(goal_.id)) {
  goal_.demands.clear();  // that the rule is broken says as much
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
  Choice drawn = alone_;
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
  if (!shows_more) return std::nullopt;
  return drawn;
}

}  // namespace vectors
