#include "vectors/generate/literal_table.h"

#include <bit>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "vectors/generate/pairs.h"
#include "vectors/generate/parallel.h"
#include "vectors/generate/shown.h"
#include "vectors/generate/solving.h"

namespace vectors {

namespace {

std::string name_of(const Literals& literals, std::size_t place, unsigned bit) {
  return fmt::format("{}{}", place < kLiteralWords ? "" : "not ", literals.name(place % kLiteralWords, bit));
}

std::size_t size_of(const LiteralSet& set) {
  std::size_t size = 0;
  for (const ept_word word : set) size += static_cast<std::size_t>(std::popcount(word));
  return size;
}

LiteralSet common(LiteralSet a, const LiteralSet& b) {
  for (std::size_t place = 0; place < a.size(); ++place) a[place] &= b[place];
  return a;
}

LiteralSet without(LiteralSet a, const LiteralSet& b) {
  for (std::size_t place = 0; place < a.size(); ++place) a[place] &= ~b[place];
  return a;
}

void add_to(LiteralSet& a, const LiteralSet& b) {
  for (std::size_t place = 0; place < a.size(); ++place) a[place] |= b[place];
}

// Literals and pairs of one situation.
class Counting {
 public:
  Counting(const Literals& literals, const Situation& situation, const Pairs& seen, Solving& solving)
      : literals_(literals), situation_(situation), seen_(seen), solving_(solving), missing_(2 * kLiteralWords * 64) {
    for (const Goal& goal : situation.goals) {
      const LiteralBits known = literals.known_by(goal);
      LiteralSet& both = known_.emplace_back();
      for (std::size_t word = 0; word < kLiteralWords; ++word) both[word] = both[opposite(word)] = known[word];
      add_to(all_, both);
    }
  }

  // Literals count as pairs of one with itself.
  void count_literals(LiteralRow& row) {
    each_literal(without(all_, seen_.seen()),
                 [&](std::size_t place, unsigned bit) { missing(place, bit)[place] = bit_of(bit); });
    row.literals = settle(row.gaps);
    row.literals.shown = size_of(common(all_, seen_.seen()));
  }

  // Two of one word that has a bit for each value are no pair.
  void count_pairs(LiteralRow& row) {
    const LiteralSet possible = common(all_, seen_.seen());
    LiteralCount count;
    missing_.assign(missing_.size(), {});
    each_literal(all_, [&](std::size_t place, unsigned bit) {
      const LiteralSet others = partners(place, bit);
      const bool is_possible = (possible[place] & bit_of(bit)) != 0;
      const LiteralSet left = is_possible ? common(others, possible) : LiteralSet{};
      row.alone_impossible += size_of(others) - size_of(left);
      missing(place, bit) = without(left, seen_.with(place, bit));
      count.shown += size_of(left) - size_of(missing(place, bit));
    });
    count += settle(row.gaps);
    row.alone_impossible /= 2;
    row.pairs = {count.shown / 2, count.impossible / 2 + row.alone_impossible, count.open / 2};
  }

 private:
  LiteralSet& missing(std::size_t place, unsigned bit) { return missing_[place * 64 + bit]; }

  // The literals that a goal knows together with this one, without itself and its opposite.
  [[nodiscard]] LiteralSet partners(std::size_t place, unsigned bit) const {
    LiteralSet others{};
    for (const LiteralSet& known : known_) {
      if ((known[place] & bit_of(bit)) != 0) add_to(others, known);
    }
    return partners_in(others, {place, bit});
  }

  // Which of the missing pairs are possible, and so open; the others are proved not to be.
  LiteralCount settle(std::vector<std::string>& gaps) {
    LiteralCount count;
    for (std::size_t goal = 0; goal < known_.size(); ++goal) {
      while (const auto found = case_with(goal)) remove_open(*found, count, gaps);
    }
    for (const LiteralSet& left : missing_) count.impossible += size_of(left);
    return count;
  }

  // What a case of the goal says of the literals that shows a missing pair.
  std::optional<LiteralSet> case_with(std::size_t goal) {
    LiteralPairs wanted;
    each_literal(known_[goal], [&](std::size_t place, unsigned bit) {
      LiteralSet others = common(missing(place, bit), known_[goal]);
      for (std::size_t i = 0; i < place; ++i) others[i] = 0;  // each pair once
      others[place] &= ~(bit_of(bit) - 1);
      if (size_of(others) != 0) wanted.emplace_back(Literal{place, bit}, others);
    });
    if (wanted.empty()) return std::nullopt;
    const auto found = solving_.showing(situation_.goals[goal], wanted);
    if (!found) return std::nullopt;
    Vector vector;
    vector.asked = asked_by(situation_.goals[goal], *found);
    vector.expected = expected_of(vector.asked);
    return Pairs::row_of(literals_.of(vector));
  }

  void remove_open(const LiteralSet& row, LiteralCount& count, std::vector<std::string>& gaps) {
    each_literal(row, [&](std::size_t place, unsigned bit) {
      LiteralSet& left = missing(place, bit);
      each_literal(common(left, row), [&](std::size_t other, unsigned its) {
        ++count.open;
        const bool alone = other == place && its == bit;
        if (alone) gaps.push_back(name_of(literals_, place, bit));
        if (std::pair(place, bit) < std::pair(other, its))
          gaps.push_back(fmt::format("{} and {}", name_of(literals_, place, bit), name_of(literals_, other, its)));
      });
      left = without(left, row);
    });
  }

  const Literals& literals_;
  const Situation& situation_;
  const Pairs& seen_;
  Solving& solving_;
  std::vector<LiteralSet> known_;  // of each goal
  LiteralSet all_{};
  std::vector<LiteralSet> missing_;  // the partners of each literal
};

}  // namespace

LiteralCount& LiteralCount::operator+=(const LiteralCount& other) {
  shown += other.shown;
  impossible += other.impossible;
  open += other.open;
  return *this;
}

std::vector<LiteralRow> literal_table(const spec::Spec& spec, const std::vector<Document>& documents, bool pairs) {
  const std::vector<Situation> situations = all_situations(spec);
  const Literals literals(spec);
  const Shown shown(spec, situations);
  std::vector<LiteralRow> rows(situations.size());
  std::vector<Pairs> seen(situations.size());
  for (const Document& document : documents) {
    for (const Vector& vector : document.vectors) {
      const LiteralSet row = Pairs::row_of(literals.of(vector));
      for (const auto& [index, goal] : shown.by(vector)) {
        ++rows[index].vectors;
        if (pairs)
          seen[index].add(row);
        else
          seen[index].add_alone(row);
      }
    }
  }
  in_parallel<Solving>(
      situations.size(), [&] { return std::make_unique<Solving>(spec); },
      [&](std::size_t i, Solving& solving) {
        rows[i].situation = situations[i].id;
        rows[i].kind = situations[i].kind;
        Counting counting(literals, situations[i], seen[i], solving);
        counting.count_literals(rows[i]);
        if (pairs) counting.count_pairs(rows[i]);
      });
  return rows;
}

}  // namespace vectors
