// Mistakes in a condition: negated, a part left out or added, another word, another bit, another value.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "vectors/mutants/mutant.h"

namespace vectors {

namespace {

using spec::Condition;
using spec::Spec;
using spec::Word;
using Path = std::vector<std::size_t>;  // operands to follow from the root
using Edit = std::function<void(Condition&)>;

// The entries of the walk that a condition can mean.
constexpr std::array<std::pair<Word, const char*>, 3> kUsed = {
    {{Word::all, "all"}, {Word::leaf, "leaf"}, {Word::nonleaf, "nonleaf"}}};

bool is_used(Word word) {
  return std::any_of(kUsed.begin(), kUsed.end(), [&](const auto& one) { return one.first == word; });
}

Condition constant(bool holds) {
  Condition condition;
  condition.kind = holds ? Condition::Kind::all_of : Condition::Kind::any_of;
  return condition;
}

void negate(Condition& condition) {
  const bool negated = condition.kind == Condition::Kind::negation;
  Condition other = negated ? condition.operands.front() : Condition();
  if (!negated) {
    other.kind = Condition::Kind::negation;
    other.operands = {condition};
  }
  condition = other;
}

// Calls `add` with the items before and after those that are the one.
template <class Items, class IsOne, class Add>
void each_beside(const Items& items, const IsOne& is_one, const Add& add) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if ((i > 0 && is_one(items[i - 1])) || (i + 1 < items.size() && is_one(items[i + 1]))) add(items[i]);
  }
}

class Maker {
 public:
  Maker(const Spec& spec, bool of_walk, Mutants& out) : spec_(spec), of_walk_(of_walk), scratch_(spec), out_(out) {}

  void add_site(const Site& site) {
    site_ = &site;
    const Condition root = site.at(scratch_);
    add({}, root, "never", "constant", "never holds", [](Condition& c) { c = constant(false); });
    add({}, root, "always", "constant", "always holds", [](Condition& c) { c = constant(true); });
    add_part(root, {}, false);
  }

 private:
  void add(const Path& path, const Condition& part, const std::string& how, const std::string& group,
           const std::string& what, const Edit& edit) {
    std::string place;
    for (const std::size_t step : path) place += fmt::format(".{}", step);
    const std::string name = part.name.empty() ? "the condition" : "'" + part.name + "'";
    out_.push_back({fmt::format("{}{}/{}", site_->id, place, how), group,
                    fmt::format("{}: {} {}", to_string(part.place), name, what),
                    [of = site_->at, path, edit](Spec& spec) {
                      Condition* at = &of(spec);
                      for (const std::size_t step : path) at = &at->operands.at(step);
                      edit(*at);
                    }});
  }

  void add_part(const Condition& part, const Path& path, bool negated) {
    if (!negated) add(path, part, "negated", "negated", "is negated", negate);
    add_lists(part, path);
    add_words(part, path);
    add_names(part, path);
    add_values(part, path);
    add_comparisons(part, path);
    add_conditions(part, path);
    for (std::size_t i = 0; i < part.operands.size(); ++i) {
      Path below = path;
      below.push_back(i);
      add_part(part.operands[i], below, part.kind == Condition::Kind::negation);
    }
  }

  void add_lists(const Condition& part, const Path& path) {
    const bool all = part.kind == Condition::Kind::all_of;
    if ((!all && part.kind != Condition::Kind::any_of) || part.operands.size() < 2) return;
    add(path, part, all ? "any" : "all", "all_or_any", all ? "needs one part only" : "needs all parts",
        [all](Condition& c) { c.kind = all ? Condition::Kind::any_of : Condition::Kind::all_of; });
    for (std::size_t i = 0; i < part.operands.size(); ++i) {
      add(path, part.operands[i], fmt::format("without_{}", i), "part_dropped", "is left out",
          [i](Condition& c) { c.operands.erase(c.operands.begin() + static_cast<std::ptrdiff_t>(i)); });
    }
  }

  void add_words(const Condition& part, const Path& path) {
    if (part.kind != Condition::Kind::nonzero && part.kind != Condition::Kind::one_of) return;
    const bool used = is_used(part.word);
    const bool of_walk = part.word == Word::entry && site_->id.starts_with("convertible");
    for (const auto& [word, name] : kUsed) {
      if (word == part.word || !(used || (of_walk && word == Word::all))) continue;
      add(path, part, fmt::format("of_{}", name), "word", fmt::format("speaks of {}", name),
          [to = word](Condition& c) { c.word = to; });
    }
  }

  void add_names(const Condition& part, const Path& path) {
    if (part.kind != Condition::Kind::nonzero) return;
    each_beside(
        names_of_bits(spec_, part.word, of_walk_), [&](const NameOfBits& name) { return name.bits == part.bits; },
        [&](const NameOfBits& name) {
          add(path, part, "as_" + name.id, "bit", fmt::format("is taken for '{}'", name.id),
              [bits = name.bits](Condition& c) { c.bits = bits; });
        });
  }

  void add_values(const Condition& part, const Path& path) {
    if (part.kind == Condition::Kind::any_of_kind) {
      const bool reserved = part.field_kind == spec::FieldKind::reserved;
      const auto other = reserved ? spec::FieldKind::beyond_maxphyaddr : spec::FieldKind::reserved;
      add(path, part, "other_kind", "kind", fmt::format("is of fields of kind {}", to_string(other)),
          [other](Condition& c) { c.field_kind = other; });
    }
    if (part.kind != Condition::Kind::one_of) return;
    for (const std::uint64_t value : values_of(part)) {
      const bool has = std::find(part.values.begin(), part.values.end(), value) != part.values.end();
      add(path, part, fmt::format("{}_{}", has ? "without" : "with", value), "value",
          fmt::format("{} {}", has ? "lacks the value" : "also has the value", value), [has, value](Condition& c) {
            if (has)
              std::erase(c.values, value);
            else
              c.values.push_back(value);
          });
    }
  }

  // All that the field can have; of a check that has wide fields those of the condition and beside them.
  [[nodiscard]] std::set<std::uint64_t> values_of(const Condition& part) const {
    const std::uint64_t largest = mask_of(part.bits) >> part.bits.low;
    std::set<std::uint64_t> values;
    if (of_walk_) {
      for (std::uint64_t value = 0; value <= largest; ++value) values.insert(value);
      return values;
    }
    for (const std::uint64_t value : part.values) values.insert({value, (value - 1) & largest, (value + 1) & largest});
    return values;
  }

  void add_comparisons(const Condition& part, const Path& path) {
    if (part.kind != Condition::Kind::compared) return;
    using spec::Relation;
    for (const Relation other : {Relation::within, Relation::at_most, Relation::equal}) {
      if (other == part.relation || !part.other) continue;
      add(path, part, "as_" + to_string(other), "relation", "is compared by " + to_string(other),
          [other](Condition& c) { c.relation = other; });
    }
    if (part.other && part.relation != Relation::equal) {
      add(path, part, "swapped", "relation", "is compared the other way round", [](Condition& c) {
        const spec::Operand first{c.word, c.bits, {}};
        c.word = c.other->word;
        c.bits = c.other->bits;
        c.other = first;
      });
    }
    if (part.other) return;
    for (const std::int64_t by : {-1, 1}) {
      add(path, part, by < 0 ? "limit_down" : "limit_up", "limit", fmt::format("has its limit changed by {}", by),
          [by](Condition& c) { c.values.front() += static_cast<std::uint64_t>(by); });
    }
  }

  // Of the named conditions that are known at the same point.
  void add_conditions(const Condition& part, const Path& path) {
    if (part.kind != Condition::Kind::named) return;
    std::vector<std::size_t> same;
    for (std::size_t n = 0; n < std::min(spec_.conditions.size(), site_->named); ++n) {
      if (spec_.conditions[n].stage == spec_.conditions[part.named].stage) same.push_back(n);
    }
    each_beside(
        same, [&](std::size_t n) { return n == part.named; },
        [&](std::size_t n) {
          const std::string& name = spec_.conditions[n].id;
          add(path, part, "as_" + name, "condition", fmt::format("is taken for 'condition.{}'", name),
              [n](Condition& c) { c.named = n; });
        });
  }

  const Spec& spec_;
  bool of_walk_;
  Spec scratch_;
  Mutants& out_;
  const Site* site_ = nullptr;
};

// Wherever a condition gives a name to bits of the word; entries of the walk share their names. Returns the number of
// places.
std::size_t set_bits(Spec& spec, Word word, spec::Bits from, spec::Bits to) {
  std::size_t found = 0;
  for (const Site& site : sites(spec)) {
    for_each_part(site.at(spec), [&](Condition& part) {
      const bool names = part.kind == Condition::Kind::nonzero || part.kind == Condition::Kind::one_of;
      const bool of_word = part.word == word || (word == Word::entry && is_used(part.word));
      if (!names || !of_word || !(part.bits == from)) return;
      part.bits = to;
      ++found;
    });
  }
  return found;
}

// A flag is taken for the bits beside it; a field of several bits is one bit longer or shorter at either end.
void add_ranges(Mutants& mutants, Word word, const NameOfBits& name) {
  const auto [high, low] = name.bits;
  std::vector<std::pair<const char*, spec::Bits>> ranges = {{"high_up", {high + 1, low + 1}},
                                                            {"low_down", {high - 1, low - 1}}};
  if (high != low)
    ranges = {{"high_up", {high + 1, low}},
              {"high_down", {high - 1, low}},
              {"low_up", {high, low + 1}},
              {"low_down", {high, low - 1}}};
  for (const auto& [how, to] : ranges) {
    if (to.high > 63 || to.low > 63) continue;
    mutants.push_back({fmt::format("name/{}/{}_{}_{}", name.id, how, high, low), "name_range",
                       fmt::format("{}: '{}' stands for bits {}:{} wherever it is used", to_string(name.place), name.id,
                                   to.high, to.low),
                       [word, from = name.bits, to = to](Spec& of) { set_bits(of, word, from, to); }});
  }
}

}  // namespace

Mutants mutants_at(const Spec& spec, const std::vector<Site>& places, bool of_walk) {
  Mutants mutants;
  Maker maker(spec, of_walk, mutants);
  for (const Site& site : places) maker.add_site(site);
  return mutants;
}

Mutants condition_mutants(const Spec& spec) { return mutants_at(spec, sites(spec), true); }

Mutants name_mutants(const Spec& spec) {
  Mutants mutants;
  Spec scratch = spec;
  std::vector<Word> words;
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    if (spec.registers[n].of_walk != 0) words.push_back(spec::word_of_register(n));
  }
  words.insert(words.end(), {Word::gpa, Word::entry, Word::sub_page, Word::access});
  for (const Word word : words) {
    for (const NameOfBits& name : names_of_bits(spec, word)) {
      if (set_bits(scratch, word, name.bits, name.bits) != 0) add_ranges(mutants, word, name);
    }
  }
  return mutants;
}

}  // namespace vectors
