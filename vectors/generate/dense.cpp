#include "vectors/generate/dense.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <set>

#include "vectors/format/identity.h"
#include "vectors/format/names.h"
#include "vectors/generate/formula.h"
#include "vectors/generate/meets.h"
#include "vectors/generate/pairs.h"
#include "vectors/generate/parallel.h"
#include "vectors/generate/scatter.h"
#include "vectors/generate/shown.h"
#include "vectors/generate/solving.h"

namespace vectors {

namespace {

constexpr std::size_t kMostVectors = 100;  // of a situation, so that drawing ends; the most is 74
constexpr std::size_t kWorth = 80;         // new pairs for which one more vector is worth it
constexpr std::size_t kExamples = 3;       // of each literal, to draw others from

// The seed of a situation follows from its name alone, so that one more situation changes no other's vectors.
std::uint64_t seed_of(const std::string& id) {
  std::uint64_t seed = 0xcbf29ce484222325U;
  for (const char c : id) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return seed;
}

// A walk in which a situation comes about; of a question about an entry, the walk that leads to it.
struct Start {
  const Goal* goal;
  Case walk;
};

Goal of_walk(Goal goal) {
  if (goal.question == Question::entry) goal.question = Question::walk;
  return goal;
}

// The vectors of one situation.
class Situated {
 public:
  Situated(const spec::Spec& spec, const Literals& literals, const Situation& situation, Solving& solving)
      : spec_(spec),
        literals_(literals),
        situation_(situation),
        solving_(solving),
        random_(seed_of(situation.id)),
        scatter_(spec, literals.vocabulary(), random_),
        examples_(2 * kLiteralWords * 64) {}

  // A vector for each goal and each literal that a start has; then those that the solver finds; then more with the
  // literals of which most pairs are missing. `seen` is what vectors of other situations show of this one.
  std::vector<Vector> make(const std::vector<Start>& starts, const Pairs& seen) {
    pairs_ = seen;
    for (const Goal& goal : situation_.goals) {
      const auto start =
          std::find_if(starts.begin(), starts.end(), [&](const Start& one) { return one.goal == &goal; });
      if (start != starts.end()) draw({*start, {}, {}}, kAny);
    }
    for (const Start& start : starts) draw_unseen(start);
    for (const Goal& goal : situation_.goals) add_stragglers(goal);
    while (taken_.size() < kMostVectors && draw_most_missing()) {
    }
    return std::move(taken_);
  }

 private:
  struct Drawn {
    Start start;
    Vector vector;
    LiteralSet row{};
  };
  static constexpr Literal kAny = {2 * kLiteralWords, 0};  // none in particular

  void read(Drawn& drawn) const {
    drawn.vector.asked = asked_by(*drawn.start.goal, drawn.start.walk);
    drawn.vector.expected = expected_of(drawn.vector.asked);
    drawn.row = Pairs::row_of(literals_.of(drawn.vector));
  }

  // A start shows a value that was not seen yet, of the words that have a bit for each.
  void draw_unseen(const Start& start) {
    Drawn drawn{start, {}, {}};
    read(drawn);
    for (std::size_t word = at(LiteralWord::usual_access); word < kLiteralWords; ++word) {
      const ept_word fresh = drawn.row[word] & ~pairs_.seen()[word];
      if (fresh != 0) draw(drawn, {word, static_cast<unsigned>(std::countr_zero(fresh))});
    }
  }

  // How many pairs are new in what was drawn from the case, with the literal kept. It is taken when that is enough.
  std::size_t draw(Drawn drawn, const Literal& kept, std::size_t enough = 0) {
    const Goal walk = of_walk(*drawn.start.goal);
    const auto holds = [&](const Case& asked) {
      return has(*drawn.start.goal, asked, kept) && solves(spec_, walk, asked) && !is_of_open_order(asked);
    };
    drawn.start.walk = scatter_(drawn.start.walk, holds);
    read(drawn);
    improve(drawn, holds);
    const std::size_t gain = pairs_.gain(drawn.row);
    if (gain >= enough) take(std::move(drawn));
    return gain;
  }

  [[nodiscard]] bool has(const Goal& goal, const Case& asked, const Literal& literal) const {
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

  void take(Drawn drawn) {
    pairs_.add(drawn.row);
    taken_.push_back(drawn.vector);
    each_literal(drawn.row, [&](std::size_t place, unsigned bit) {
      auto& some = examples_[place * 64 + bit];
      if (some.size() < kExamples) some.push_back(drawns_.size());
    });
    drawns_.push_back(std::move(drawn));
  }

  // Whether there was a literal with enough pairs that are missing.
  bool draw_most_missing() {
    Literal most = kAny;
    std::size_t missing = kWorth;
    each_literal(pairs_.seen(), [&](std::size_t place, unsigned bit) {
      if ((exhausted_[place] & bit_of(bit)) != 0 || examples_[place * 64 + bit].empty()) return;
      const std::size_t here = pairs_.gain(pairs_.seen(), place, bit);
      if (here > missing) {
        missing = here;
        most = {place, bit};
      }
    });
    if (most == kAny) return false;
    const auto& some = examples_[most.place * 64 + most.bit];
    const std::size_t gain = draw(drawns_[some[random_.below(some.size())]], most, kWorth);
    if (gain < kWorth) exhausted_[most.place] |= bit_of(most.bit);
    return true;
  }

  // Turns round each literal with which more pairs are new.
  void improve(Drawn& drawn, const Holds& holds) {
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

  // The word of the case that the literals are bits of; null when it has none.
  template <class Asked>  // Case or const Case
  static auto word_in(Asked& asked, std::size_t word) -> decltype(&asked.eptp) {
    if (is_one_of_many(word)) return nullptr;
    if (word == at(LiteralWord::capability)) return &asked.configuration.capability;
    if (word < at(LiteralWord::eptp))
      return &(asked.configuration.*kControls[word - at(LiteralWord::pin_based)].member);
    if (word == at(LiteralWord::eptp)) return &asked.eptp;
    if (word == at(LiteralWord::guest_physical_address)) return &asked.guest_physical_address;
    if (word == at(LiteralWord::access)) return &asked.access;
    const auto place = static_cast<std::size_t>(asked.level - level_of_word(word));
    return place < asked.entries.size() ? &asked.entries[place] : nullptr;
  }

  // Literals that no vector has: the solver has a case with one, or proves that there is none.
  void add_stragglers(const Goal& goal) {
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
  [[nodiscard]] LiteralPairs missing_alone(const LiteralBits& known) const {
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

  const spec::Spec& spec_;
  const Literals& literals_;
  const Situation& situation_;
  Solving& solving_;
  Random random_;
  Scatter scatter_;
  Pairs pairs_;
  std::vector<Vector> taken_;
  std::vector<Drawn> drawns_;                       // what they were made from
  std::vector<std::vector<std::size_t>> examples_;  // of each literal: some of these
  LiteralSet exhausted_{};                          // literals with which nothing new was found
};

// Of each situation, the canonical walks in which it comes about.
std::vector<std::vector<Start>> starts_among(const spec::Spec& spec, const std::vector<Situation>& situations,
                                             const std::vector<Document>& canonical) {
  std::vector<Situation> walks = situations;
  for (Situation& situation : walks) {
    for (Goal& goal : situation.goals) goal = of_walk(std::move(goal));
  }
  const Shown shown(spec, walks);
  std::vector<std::vector<Start>> starts(situations.size());
  for (const Document& document : canonical) {
    const spec::Profile* const profile = find_id(spec.profiles, document.profile);
    if (profile == nullptr || !profile->synthetic) continue;
    for (const Vector& vector : document.vectors) {
      for (const auto& [index, goal] : shown.by(vector)) {
        const std::ptrdiff_t place = goal - walks[index].goals.data();
        if (goal->question == Question::eptp || solves(spec, *goal, vector.asked))
          starts[index].push_back({&situations[index].goals[static_cast<std::size_t>(place)], vector.asked});
      }
    }
  }
  return starts;
}

// Situations that are reports, or are not, by index. Which case a solver finds depends on what it was asked before: so
// there are always two parts, each with a solver of its own, and the number of threads does not show.
std::vector<std::vector<std::size_t>> parts_of(const std::vector<Situation>& situations, bool reports) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < situations.size(); ++i) {
    if ((situations[i].kind == Situation::Kind::report) == reports) all.push_back(i);
  }
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{all.begin(), middle}, {middle, all.end()}};
}

}  // namespace

Document dense_document(const spec::Spec& spec, const std::vector<Document>& canonical) {
  const std::vector<Situation> situations = all_situations(spec);
  const Literals literals(spec);
  const auto starts = starts_among(spec, situations, canonical);
  std::vector<std::vector<Vector>> made(situations.size());
  std::vector<Pairs> seen(situations.size());
  const auto make = [&](bool reports) {
    const auto parts = parts_of(situations, reports);
    in_parallel<int>(
        parts.size(), [] { return std::make_unique<int>(); },
        [&](std::size_t part, int&) {
          Solving solving(spec);
          for (const std::size_t i : parts[part])
            made[i] = Situated(spec, literals, situations[i], solving).make(starts[i], seen[i]);
        });
  };
  make(false);
  const Shown shown(spec, situations);
  for (const std::vector<Vector>& some : made) {
    for (const Vector& vector : some) {
      const LiteralSet row = Pairs::row_of(literals.of(vector));
      for (const auto& [index, goal] : shown.by(vector)) seen[index].add(row);
    }
  }
  make(true);
  Document document{kDenseProfile, spec.violations.front().cite.edition, {}, {}};
  std::set<std::string> ids;
  for (std::size_t i = 0; i < situations.size(); ++i) {
    for (Vector& vector : made[i]) {
      vector.id = id_of(vector.asked);
      document.purposes.push_back({dense_goal(situations[i]), vector.id, situations[i].goals.front().cite, "", ""});
      if (ids.insert(vector.id).second) document.vectors.push_back(std::move(vector));
    }
  }
  link(document);
  return document;
}

}  // namespace vectors
