#include "vectors/generate/drawing.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "vectors/format/names.h"
#include "vectors/generate/formula.h"
#include "vectors/generate/meets.h"

namespace vectors {

namespace {

constexpr std::size_t kWorth = 14;    // new pairs for which one more vector is worth it
constexpr std::size_t kExamples = 3;  // of each literal and goal, to draw others from

std::uint64_t seed_of(const std::string& id) {
  std::uint64_t seed = 0xcbf29ce484222325U;
  for (const char c : id) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return seed;
}

// The word of the case that the literals are bits of; null when it has none.
template <class Asked>  // Case or const Case
auto word_in(Asked& asked, std::size_t word) -> decltype(&asked.registers.eptp) {
  if (is_one_of_many(word)) return nullptr;
  if (word == at(LiteralWord::capability)) return &asked.registers.capability;
  if (is_controls(word)) return &controls_in(asked.registers, controls_at(word));
  if (word == at(LiteralWord::eptp)) return &asked.registers.eptp;
  if (word == at(LiteralWord::sub_page_table_pointer)) return &asked.registers.sub_page_table_pointer;
  if (word == at(LiteralWord::guest_physical_address)) return &asked.guest_physical_address;
  if (word == at(LiteralWord::access)) return &asked.access;
  const auto place = static_cast<std::size_t>(asked.level - level_of_word(word));
  return place < asked.entries.size() ? &asked.entries[place] : nullptr;
}

}  // namespace

Goal of_walk(Goal goal) {
  if (goal.question == Question::entry) goal.question = Question::walk;
  return goal;
}

Drawing::Drawing(const spec::Spec& spec, const Literals& literals, const Situation& situation, Solving& solving)
    : spec_(spec),
      literals_(literals),
      situation_(situation),
      solving_(solving),
      random_(seed_of(situation.id)),
      scatter_(spec, literals.vocabulary(), random_),
      bounds_(2 * kLiteralWords * 64),
      of_goals_(situation.goals.size(), {std::vector<std::vector<std::size_t>>(2 * kLiteralWords * 64), {}}) {}

std::vector<Vector> Drawing::make(const std::vector<Start>& starts, const Pairs& seen) {
  pairs_ = seen;
  for (const Goal& goal : situation_.goals) {
    const auto start = std::find_if(starts.begin(), starts.end(), [&](const Start& one) { return one.goal == &goal; });
    if (start != starts.end()) draw({*start, {}, {}}, kAny);
  }
  for (const Start& start : starts) draw_unseen(start);
  for (const Goal& goal : situation_.goals) add_stragglers(goal);
  while (draw_most_missing()) {
  }
  return std::move(taken_);
}

void Drawing::read(Drawn& drawn) const {
  drawn.vector.asked = asked_by(*drawn.start.goal, drawn.start.walk);
  drawn.vector.expected = expected_of(drawn.vector.asked);
  drawn.row = Pairs::row_of(literals_.of(drawn.vector));
}

// A start shows a value that was not seen yet, of the words that have a bit for each.
void Drawing::draw_unseen(const Start& start) {
  Drawn drawn{start, {}, {}};
  read(drawn);
  for (std::size_t word = at(LiteralWord::usual_access); word < kLiteralWords; ++word) {
    const ept_word fresh = drawn.row[word] & ~pairs_.seen()[word];
    if (fresh != 0) draw(drawn, {word, static_cast<unsigned>(std::countr_zero(fresh))});
  }
}

// How many pairs are new in what was drawn from the case, with the literal kept. It is taken when that is enough.
std::size_t Drawing::draw(Drawn drawn, const Literal& kept, std::size_t enough) {
  const Goal walk = of_walk(*drawn.start.goal);
  const auto holds = [&](const Case& asked) {
    return has(*drawn.start.goal, asked, kept) && solves(spec_, walk, asked) &&
           (walk.ending != Ending::before_walk || !is_of_open_order(asked));
  };
  drawn.start.walk = scatter_(drawn.start.walk, holds);
  read(drawn);
  improve(drawn, holds);
  const std::size_t gain = pairs_.gain(drawn.row);
  if (gain >= enough) take(std::move(drawn));
  return gain;
}

bool Drawing::has(const Goal& goal, const Case& asked, const Literal& literal) const {
  const auto [place, bit] = literal;
  if (literal == kAny) return true;
  const bool set = place < kLiteralWords;
  const std::size_t word = place % kLiteralWords;
  if (const ept_word* const value = word_in(asked, word)) return ((*value & bit_of(bit)) != 0) == set;
  if (word == at(LiteralWord::level)) return true;
  if (word == at(LiteralWord::usual_access))
    return ((asked.access & usual_attributes(spec_)) == spec_.accesses[bit].attributes) == set;
  const int level = goal.question == Question::entry ? judged_level(goal) : goal.last;
  const ept_word entry = asked.entries[static_cast<std::size_t>(asked.level - level)];
  return ((entry & permission_bits(0xf)) == permission_bits(bit)) == set;
}

void Drawing::take(Drawn drawn) {
  pairs_.add(drawn.row);
  taken_.push_back(drawn.vector);
  each_literal(drawn.row, [&](std::size_t place, unsigned bit) {
    auto& some = of(drawn.start.goal).examples[place * 64 + bit];
    if (some.size() < kExamples) some.push_back(drawns_.size());
  });
  drawns_.push_back(std::move(drawn));
}

// Whether there was a literal of which enough pairs are missing that one of the goals knows.
bool Drawing::draw_most_missing() {
  Literal most = kAny;
  OfGoal* from = nullptr;
  std::size_t missing = kWorth;
  if (std::exchange(bounded_, pairs_.seen()) != pairs_.seen()) bounds_.assign(bounds_.size(), ~std::size_t{0});
  each_literal(pairs_.seen(), [&](std::size_t place, unsigned bit) {
    std::size_t& bound = bounds_[place * 64 + bit];
    if (bound > missing) bound = pairs_.gain(pairs_.seen(), place, bit);
    if (bound <= missing) return;
    for (OfGoal& goal : of_goals_) {
      const auto& some = goal.examples[place * 64 + bit];
      if (some.empty() || (goal.exhausted[place] & bit_of(bit)) != 0) continue;
      LiteralSet known = pairs_.seen();
      const LiteralSet& row = drawns_[some.front()].row;
      for (std::size_t i = 0; i < row.size(); ++i) known[i] &= row[i] | row[opposite(i)];
      const std::size_t here = pairs_.gain(partners_in(known, {place, bit}), place, bit);
      if (here <= missing) continue;
      missing = here;
      most = {place, bit};
      from = &goal;
    }
  });
  if (from == nullptr) return false;
  const auto& some = from->examples[most.place * 64 + most.bit];
  const std::size_t gain = draw(drawns_[some[random_.below(some.size())]], most, kWorth);
  if (gain < kWorth) from->exhausted[most.place] |= bit_of(most.bit);
  return true;
}

// Turns round each literal with which more pairs are new.
void Drawing::improve(Drawn& drawn, const Holds& holds) {
  for (std::size_t word = 0; word < kLiteralWords; ++word) {
    ept_word* const value = word_in(drawn.start.walk, word);
    if (value == nullptr) continue;
    for (ept_word left = drawn.row[word] | drawn.row[opposite(word)]; left != 0; left &= left - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(left));
      const std::size_t now = (drawn.row[word] & bit_of(bit)) != 0 ? word : opposite(word);
      if (pairs_.gain(drawn.row, opposite(now), bit) <= pairs_.gain(drawn.row, now, bit)) continue;
      *value ^= bit_of(bit);
      if (holds(drawn.start.walk)) {
        drawn.row[word] ^= bit_of(bit);
        drawn.row[opposite(word)] ^= bit_of(bit);
      } else {
        *value ^= bit_of(bit);
      }
    }
  }
  read(drawn);
}

// Literals that no vector has: the solver has a case with one, or proves that there is none.
void Drawing::add_stragglers(const Goal& goal) {
  for (;;) {
    const LiteralPairs missing = missing_alone(literals_.known_by(goal));
    const auto found = missing.empty() ? std::nullopt : solving_.showing(goal, missing);
    if (!found) return;
    Drawn drawn{{&goal, *found}, {}, {}};
    if (goal.ending == Ending::before_walk) drawn.start.walk.entries = plain_walk_of(goal.levels, 1).entries;
    read(drawn);
    for (const auto& [literal, itself] : missing) {
      if ((drawn.row[literal.place] & ~pairs_.seen()[literal.place] & bit_of(literal.bit)) != 0) draw(drawn, literal);
    }
  }
}

// Each as a pair with itself.
LiteralPairs Drawing::missing_alone(const LiteralBits& known) const {
  LiteralPairs missing;
  for (std::size_t place = 0; place < 2 * kLiteralWords; ++place) {
    for (ept_word left = known[place % kLiteralWords] & ~pairs_.seen()[place]; left != 0; left &= left - 1) {
      LiteralSet itself{};
      itself[place] = left & (0 - left);
      missing.emplace_back(Literal{place, static_cast<unsigned>(std::countr_zero(left))}, itself);
    }
  }
  return missing;
}

}  // namespace vectors
