#include "vectors/checks/nearest.h"

#include <bit>
#include <functional>

#include "vectors/goals/goals.h"

namespace vectors {

namespace {

// Bits that a case can have otherwise: place of the word in a choice, and the bit; the last word and its lowest bit
// first, so that smaller changes come first.
struct Change {
  std::size_t place;
  unsigned bit;
};

std::vector<Change> changes_in(const spec::Spec& spec, const CheckedProcessor& processor, const Support& support) {
  std::vector<Change> list;
  const std::vector<std::size_t> chosen = chosen_registers(spec);
  for (std::size_t i = chosen.size(); i-- > 0;) {
    const auto found = support.find(chosen[i]);
    if (found == support.end()) continue;
    for (std::uint64_t left = found->second & processor.mask(i); left != 0; left &= left - 1)
      list.push_back({i + 1, static_cast<unsigned>(std::countr_zero(left))});
  }
  return list;
}

constexpr int kMostChanged = 2;

// Puts more bits the other way, each behind the last in the list, until the case is accepted.
bool change(Choice& choice, int bits, const std::vector<Change>& list, std::size_t below,
            const std::function<bool(const Choice&)>& accepted) {
  if (bits == 0) return accepted(choice);
  for (std::size_t n = static_cast<std::size_t>(bits) - 1; n < below; ++n) {
    choice[list[n].place] ^= bit_of(list[n].bit);
    if (change(choice, bits - 1, list, n, accepted)) return true;
    choice[list[n].place] ^= bit_of(list[n].bit);
  }
  return false;
}

}  // namespace

std::optional<Choice> nearest_accepted(const spec::Spec& spec, CheckedProcessor& processor, std::size_t check,
                                       const WholeRule& rule, Choice choice) {
  const std::vector<Change> list = changes_in(spec, processor, support_of(spec, rule.when));
  const auto accepted = [&](const Choice& one) { return processor.accepts(check, one); };
  for (int bits = 1; bits <= kMostChanged; ++bits) {
    if (change(choice, bits, list, list.size(), accepted)) return choice;
  }
  return std::nullopt;
}

bool names_neighbour(const CheckGoal& goal) {
  if (goal.drawing) return false;
  return goal.shows == CheckGoal::Shows::only_rule || goal.shows == CheckGoal::Shows::rule;
}

}  // namespace vectors
