// Mistakes in a condition: negated, a part left out or added, another word, another bit, another value.
#include <algorithm>

#include <fmt/format.h>

#include "vectors/mutants/mutant.h"

namespace vectors {

namespace {

using spec::Condition;
using spec::Spec;
using spec::Word;
using Path = std::vector<std::size_t>;  // operands to follow from the root
using Edit = std::function<void(Condition&)>;

std::string spelled(Word word) {
  switch (word) {
    case Word::all: return "all";
    case Word::nonleaf: return "nonleaf";
    case Word::leaf: return "leaf";
    case Word::entry: return "entry";
    default: return "";
  }
}

// Other entries of the walk that a condition could have meant.
std::vector<Word> siblings(Word word, bool of_walk) {
  switch (word) {
    case Word::all: return {Word::leaf, Word::nonleaf};
    case Word::nonleaf: return {Word::all, Word::leaf};
    case Word::leaf: return {Word::all, Word::nonleaf};
    case Word::entry: return of_walk ? std::vector{Word::all} : std::vector<Word>{};
    default: return {};
  }
}

class Maker {
 public:
  Maker(const Spec& spec, Mutants& out) : spec_(spec), scratch_(spec), out_(out) {}

  void add_site(const Site& site) {
    site_ = &site;
    const Condition root = site.at(scratch_);
    add("", root, "never", "constant", "never holds", [](Condition& c) { c = constant(false); });
    add("", root, "always", "constant", "always holds", [](Condition& c) { c = constant(true); });
    add_part(root, {}, false);
  }

 private:
  static Condition constant(bool holds) {
    Condition condition;
    condition.kind = holds ? Condition::Kind::all_of : Condition::Kind::any_of;
    return condition;
  }

  void add(const Path& path, const Condition& part, const std::string& how, const std::string& group,
           const std::string& what, const Edit& edit) {
    std::string place;
    for (const std::size_t step : path) place += fmt::format(".{}", step);
    add(place, part, how, group, what, [path, edit](Condition& root) {
      Condition* at = &root;
      for (const std::size_t step : path) at = &at->operands.at(step);
      edit(*at);
    });
  }

  void add(const std::string& place, const Condition& part, const std::string& how, const std::string& group,
           const std::string& what, const Edit& edit) {
    const std::string name = part.name.empty() ? "the condition" : "'" + part.name + "'";
    out_.push_back({fmt::format("{}{}/{}", site_->id, place, how), group,
                    fmt::format("{}: {} {}", to_string(part.place), name, what),
                    [at = site_->at, edit](Spec& spec) { edit(at(spec)); }});
  }

  void add_part(const Condition& part, const Path& path, bool negated) {
    if (!negated) add(path, part, "negated", "negated", "is negated", negate);
    add_lists(part, path);
    add_words(part, path);
    add_names(part, path);
    add_values(part, path);
    add_conditions(part, path);
    for (std::size_t i = 0; i < part.operands.size(); ++i) {
      Path below = path;
      below.push_back(i);
      add_part(part.operands[i], below, part.kind == Condition::Kind::negation);
    }
  }

  static void negate(Condition& condition) {
    if (condition.kind == Condition::Kind::negation) {
      const Condition operand = condition.operands.front();
      condition = operand;
      return;
    }
    Condition negation;
    negation.kind = Condition::Kind::negation;
    negation.operands = {condition};
    condition = negation;
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
    const bool of_walk = site_->id.rfind("convertible", 0) == 0;
    for (const Word word : siblings(part.word, of_walk)) {
      const std::string name = spelled(word);
      add(path, part, "of_" + name, "word", "speaks of " + name, [word](Condition& c) { c.word = word; });
    }
  }

  // The names before and after it.
  void add_names(const Condition& part, const Path& path) {
    if (part.kind != Condition::Kind::nonzero) return;
    const auto names = names_of_bits(spec_, part.word);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool next = i > 0 && names[i - 1].bits == part.bits;
      const bool previous = i + 1 < names.size() && names[i + 1].bits == part.bits;
      if (!next && !previous) continue;
      add(path, part, "as_" + names[i].id, "bit", fmt::format("is taken for '{}'", names[i].id),
          [bits = names[i].bits](Condition& c) { c.bits = bits; });
    }
  }

  void add_values(const Condition& part, const Path& path) {
    if (part.kind == Condition::Kind::any_of_kind) {
      const bool reserved = part.field_kind == spec::FieldKind::reserved;
      const auto other = reserved ? spec::FieldKind::beyond_maxphyaddr : spec::FieldKind::reserved;
      add(path, part, "other_kind", "kind", fmt::format("is of fields of kind {}", to_string(other)),
          [other](Condition& c) { c.field_kind = other; });
    }
    if (part.kind != Condition::Kind::one_of) return;
    for (std::uint64_t value = 0; value <= mask_of(part.bits) >> part.bits.low; ++value) {
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

  // The named conditions before and after it that are known at the same point.
  void add_conditions(const Condition& part, const Path& path) {
    if (part.kind != Condition::Kind::named) return;
    std::vector<std::size_t> same;
    for (std::size_t n = 0; n < std::min(spec_.conditions.size(), site_->named); ++n) {
      if (spec_.conditions[n].stage == spec_.conditions[part.named].stage) same.push_back(n);
    }
    for (std::size_t i = 0; i < same.size(); ++i) {
      const bool next = i > 0 && same[i - 1] == part.named;
      const bool previous = i + 1 < same.size() && same[i + 1] == part.named;
      if (!next && !previous) continue;
      const std::string& name = spec_.conditions[same[i]].id;
      add(path, part, "as_" + name, "condition", fmt::format("is taken for 'condition.{}'", name),
          [named = same[i]](Condition& c) { c.named = named; });
    }
  }

  const Spec& spec_;
  Spec scratch_;
  Mutants& out_;
  const Site* site_ = nullptr;
};

// The words of which a name has the same bits.
std::vector<Word> words_like(Word word) {
  if (word == Word::entry) return {Word::entry, Word::all, Word::nonleaf, Word::leaf};
  return {word};
}

// Everywhere; gives the number of places.
std::size_t set_bits(Spec& spec, const std::vector<Word>& words, spec::Bits from, spec::Bits to) {
  std::size_t found = 0;
  for (const Site& site : sites(spec)) {
    for_each_part(site.at(spec), [&](Condition& part) {
      const bool names = part.kind == Condition::Kind::nonzero || part.kind == Condition::Kind::one_of;
      if (!names || !(part.bits == from) || std::find(words.begin(), words.end(), part.word) == words.end()) return;
      part.bits = to;
      ++found;
    });
  }
  return found;
}

bool is_named(Spec scratch, const std::vector<Word>& words, spec::Bits bits) {
  return set_bits(scratch, words, bits, bits) != 0;
}

// A flag is taken for the bits beside it; a field of several bits is one bit longer or shorter at either end.
std::vector<std::pair<std::string, spec::Bits>> ranges_near(spec::Bits bits) {
  const auto [high, low] = bits;
  std::vector<std::pair<std::string, spec::Bits>> ranges;
  if (high == low) {
    ranges = {{"high_up", {high + 1, low + 1}}, {"low_down", {high - 1, low - 1}}};
  } else {
    ranges = {{"high_up", {high + 1, low}},
              {"high_down", {high - 1, low}},
              {"low_up", {high, low + 1}},
              {"low_down", {high, low - 1}}};
  }
  std::erase_if(ranges, [](const auto& range) { return range.second.high > 63 || range.second.low > 63; });
  return ranges;
}

void add_ranges(Mutants& mutants, const std::vector<Word>& words, const NameOfBits& name) {
  for (const auto& [how, to] : ranges_near(name.bits)) {
    mutants.push_back({fmt::format("name/{}/{}_{}_{}", name.id, how, name.bits.high, name.bits.low), "name_range",
                       fmt::format("{}: '{}' stands for bits {}:{} wherever it is used", to_string(name.place), name.id,
                                   to.high, to.low),
                       [words, from = name.bits, to = to](Spec& of) { set_bits(of, words, from, to); }});
  }
}

}  // namespace

Mutants condition_mutants(const Spec& spec) {
  Mutants mutants;
  Maker maker(spec, mutants);
  for (const Site& site : sites(spec)) maker.add_site(site);
  return mutants;
}

Mutants name_mutants(const Spec& spec) {
  Mutants mutants;
  for (const Word word : {Word::capability, Word::pin_based, Word::primary, Word::secondary, Word::tertiary,
                          Word::parameter, Word::eptp, Word::gpa, Word::entry, Word::access}) {
    for (const NameOfBits& name : names_of_bits(spec, word)) {
      if (is_named(spec, words_like(word), name.bits)) add_ranges(mutants, words_like(word), name);
    }
  }
  return mutants;
}

}  // namespace vectors
