#include "spec/names.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "spec/reader.h"

namespace spec {

namespace {

constexpr const char* kVocabulary = "a name, 'not NAME', a list, or one of any/none/field/any_bit_of";
constexpr std::array kScopes = {"gpa",    "entry", "sub_page", "all",       "nonleaf",  "leaf",
                                "access", "walk",  "ended",    "violation", "condition"};
constexpr int kMaxChain = 64;  // conditions resting on one another

Stage stage_of(Word word) {
  if (is_register(word)) return Stage::configuration;
  if (word == Word::entry || word == Word::sub_page) return Stage::entry;
  return word == Word::access ? Stage::access : Stage::walk;
}

Condition make(Condition::Kind kind, const Place& place) {
  Condition condition;
  condition.kind = kind;
  condition.place = place;
  return condition;
}

constexpr std::size_t kFewEdits = 2;
constexpr std::size_t kMostShown = 32;  // names in a message

// How many characters to insert, remove or replace to get from one to the other; some number above kFewEdits as soon as
// that is clear.
std::size_t edits(const std::string& from, const std::string& to) {
  if (from.size() > to.size() + kFewEdits || to.size() > from.size() + kFewEdits) return kFewEdits + 1;
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
    if (*std::ranges::min_element(row) > kFewEdits) return kFewEdits + 1;
  }
  return row.back();
}

std::uint64_t largest_of(Bits bits) { return mask_of({bits.high - bits.low, 0}); }

Condition negate(Condition operand) {
  Condition condition = make(Condition::Kind::negation, operand.place);
  condition.operands.push_back(std::move(operand));
  return condition;
}

}  // namespace

bool is_about_word(const Condition& condition) {
  return condition.kind == Condition::Kind::nonzero || condition.kind == Condition::Kind::one_of ||
         condition.kind == Condition::Kind::any_of_kind || condition.kind == Condition::Kind::compared;
}

Stage stage_of(const Condition& condition, const std::vector<NamedCondition>& conditions) {
  Stage stage = Stage::configuration;
  for_each(condition, [&](const Condition& part) {
    if (is_about_word(part)) stage = std::max(stage, stage_of(part.word));
    if (part.other) stage = std::max(stage, stage_of(part.other->word));
    if (part.kind == Condition::Kind::named) stage = std::max(stage, conditions[part.named].stage);
  });
  return stage;
}

bool speaks_beyond(const Condition& condition, const std::vector<Word>& known,
                   const std::vector<NamedCondition>& conditions) {
  bool beyond = false;
  const auto is_beyond = [&](Word word) {
    return stage_of(word) != Stage::configuration && std::ranges::find(known, word) == known.end();
  };
  for_each_through_names(condition, conditions, [&](const Condition& part) {
    beyond |= is_about_word(part) && is_beyond(part.word);
    beyond |= part.other && is_beyond(part.other->word);
  });
  return beyond;
}

bool names_kind_of_entry(const Condition& condition, const std::vector<NamedCondition>& conditions) {
  bool found = false;
  for_each_through_names(condition, conditions, [&](const Condition& part) {
    found |= part.kind == Condition::Kind::any_of_kind && !is_register(part.word);
  });
  return found;
}

const Symbol* Names::find(const std::string& name) const {
  const auto found = symbols_.find(name);
  return found == symbols_.end() ? nullptr : &found->second;
}

bool is_scope_of_walk(const std::string& id) { return std::ranges::find(kScopes, id) != kScopes.end(); }

bool Names::add(const std::string& name, Symbol symbol) {
  symbols_.emplace(name, symbol);
  return added_.insert(name).second;
}

void Names::add_condition(NamedCondition head, const Node& when) {
  if (!added_.insert("condition." + head.id).second)
    diagnostics_.add(head.place, fmt::format("the condition '{}' is defined a second time", head.id), "each id once");
  const std::string id = head.id;
  pending_.emplace(id, Pending{std::move(head), &when, false, std::nullopt});
}

void Names::begin_second_reading() {
  added_.clear();
  all_known_ = true;
  for (const auto& [id, pending] : pending_) named(id, pending.head.place);
}

Condition Names::named(const std::string& name, const Place& place) {
  Condition condition = make(Condition::Kind::named, place);
  condition.name = "condition." + name;
  const auto found = pending_.find(name);
  if (found == pending_.end()) {
    diagnostics_.add(place, fmt::format("unknown condition name 'condition.{}'", name), nearest("condition." + name));
    return make(Condition::Kind::all_of, place);
  }
  Pending& pending = found->second;
  if (!pending.index) resolve(pending, place);
  if (!pending.index) return make(Condition::Kind::all_of, place);
  condition.named = *pending.index;
  return condition;
}

void Names::resolve(Pending& pending, const Place& place) {
  if (pending.open) {
    diagnostics_.add(place, fmt::format("the condition '{}' refers to itself (a cycle)", pending.head.id),
                     "conditions that rest on others without a cycle");
    return;
  }
  if (depth_ == kMaxChain) {
    diagnostics_.add(place, fmt::format("more than {} conditions rest on one another", kMaxChain), "a shorter chain");
    return;
  }
  ++depth_;
  pending.open = true;
  NamedCondition result = pending.head;
  result.when = read(*pending.when);
  result.stage = stage_of(result.when, resolved_);
  pending.open = false;
  pending.index = resolved_.size();
  resolved_.push_back(std::move(result));
  --depth_;
}

Condition Names::read(const Node& node) {
  if (!all_known_) return make(Condition::Kind::all_of, node.place);
  switch (node.kind) {
    case Node::Kind::scalar: return read_word(node);
    case Node::Kind::mapping: return read_mapping(node);
    case Node::Kind::null: break;
    case Node::Kind::sequence: {
      Condition condition = make(Condition::Kind::all_of, node.place);
      condition.operands = read_all(node);
      return condition;
    }
  }
  diagnostics_.add(node.place, "the condition is empty", kVocabulary);
  return make(Condition::Kind::all_of, node.place);
}

std::vector<Condition> Names::read_all(const Node& node) {
  std::vector<Condition> operands;
  if (node.kind != Node::Kind::sequence || node.items.empty()) {
    diagnostics_.add(node.place, "no conditions are listed", "a list of conditions");
  }
  for (const Node& item : node.items) operands.push_back(read(item));
  return operands;
}

Condition Names::read_word(const Node& node) {
  constexpr std::string_view kNot = "not ";
  return node.text.starts_with(kNot) ? negate(read_name(node.text.substr(kNot.size()), node.place))
                                     : read_name(node.text, node.place);
}

Condition Names::read_name(const std::string& name, const Place& place) {
  constexpr std::string_view kCondition = "condition.";
  if (name.starts_with(kCondition)) return named(name.substr(kCondition.size()), place);
  const Symbol* symbol = find(name);
  if (symbol == nullptr) {
    diagnostics_.add(place, fmt::format("unknown condition name '{}'", name), nearest(name));
    return make(Condition::Kind::all_of, place);
  }
  Condition condition = make(Condition::Kind::nonzero, place);
  condition.name = name;
  condition.word = symbol->word;
  condition.bits = symbol->bits;
  return condition;
}

Condition Names::read_mapping(const Node& node) {
  const auto has = [&](std::string_view key) {
    return std::ranges::any_of(node.keys, [&](const Node& other) { return other.text == key; });
  };
  if (has("field")) return read_membership(node);
  if (has("any_bit_of")) return read_kind(node);
  if (has("any") || has("none")) {
    MapReader reader(node, diagnostics_, "condition");
    const bool any = has("any");
    Condition condition = make(Condition::Kind::any_of, node.place);
    condition.operands = read_all(*reader.require(any ? "any" : "none"));
    reader.done();
    return any ? condition : negate(condition);
  }
  if (node.keys.empty()) {
    diagnostics_.add(node.place, "the condition is empty", kVocabulary);
  } else {
    diagnostics_.add(node.keys.front().place, fmt::format("'{}' is no kind of condition", node.keys.front().text),
                     kVocabulary);
  }
  return make(Condition::Kind::all_of, node.place);
}

std::optional<Operand> Names::operand(const Node& node) {
  const Symbol* const symbol = node.kind == Node::Kind::scalar ? find(node.text) : nullptr;
  if (symbol != nullptr) return Operand{symbol->word, symbol->bits, node.text};
  const std::string like = alike(node.text);
  if (all_known_)
    diagnostics_.add(node.place, describe(node) + " is no field",
                     like.empty() ? "the name of bits, such as entry.memory_type" : like);
  return std::nullopt;
}

// The keys of a comparison, each with its negation.
struct Comparison {
  const char* key;
  Relation relation;
  bool negated;
};
constexpr std::array<Comparison, 6> kComparisons = {{{"within", Relation::within, false},
                                                     {"not_within", Relation::within, true},
                                                     {"at_most", Relation::at_most, false},
                                                     {"more_than", Relation::at_most, true},
                                                     {"equal", Relation::equal, false},
                                                     {"not_equal", Relation::equal, true}}};

Condition Names::read_membership(const Node& node) {
  MapReader reader(node, diagnostics_, "condition");
  const Node& field = *reader.require("field");
  const std::optional<Operand> of = operand(field);
  const auto* const compared =
      std::ranges::find_if(kComparisons, [&](const Comparison& one) { return reader.find(one.key) != nullptr; });
  const bool is_compared = compared != kComparisons.end();
  const bool negated =
      is_compared ? compared->negated : reader.find("in") == nullptr && reader.find("not_in") != nullptr;
  const char* const key = is_compared ? compared->key : negated ? "not_in" : "in";
  Condition condition = make(is_compared ? Condition::Kind::compared : Condition::Kind::one_of, field.place);
  condition.name = field.text;
  if (of) {
    condition.word = of->word;
    condition.bits = of->bits;
  }
  if (is_compared) {
    condition.relation = compared->relation;
    read_compared(condition, *reader.find(key));
  } else if (of) {
    condition.values = read_values(reader, condition, key);
  } else {
    reader.words(key);
  }
  reader.done();
  if (!of || (condition.values.empty() && !condition.other)) return make(Condition::Kind::all_of, node.place);
  return negated ? negate(std::move(condition)) : condition;
}

// What a field is compared with: a number that it can have, or other bits.
void Names::read_compared(Condition& condition, const Node& with) {
  const auto number = with.kind == Node::Kind::scalar ? parse_number(with.text) : std::nullopt;
  if (!number) {
    condition.other = operand(with);
  } else if (const std::uint64_t max = largest_of(condition.bits); *number > max) {
    diagnostics_.add(with.place, fmt::format("'{}' is no value of {}", with.text, condition.name),
                     fmt::format("a number from 0 to {}", max));
  } else {
    condition.values = {*number};
  }
}

std::vector<std::uint64_t> Names::read_values(MapReader& reader, const Condition& condition, const char* key) {
  std::vector<std::uint64_t> values;
  const std::uint64_t max = largest_of(condition.bits);
  for (const Node* item : reader.words(key)) {
    const auto value = parse_number(item->text);
    if (!value || *value > max) {
      diagnostics_.add(item->place, fmt::format("'{}' is no value of {}", item->text, condition.name),
                       fmt::format("a number from 0 to {}", max));
    } else {
      values.push_back(*value);
    }
  }
  return values;
}

Condition Names::read_kind(const Node& node) {
  MapReader reader(node, diagnostics_, "condition");
  Condition condition = make(Condition::Kind::any_of_kind, node.place);
  condition.field_kind = reader.choice<FieldKind>(
      "any_bit_of", {{"reserved", FieldKind::reserved}, {"beyond_maxphyaddr", FieldKind::beyond_maxphyaddr}});
  condition.name = "any_bit_of " + to_string(condition.field_kind);
  if (const Node* of = reader.require("in_word")) {
    const Symbol* const found = of->kind == Node::Kind::scalar ? find(of->text) : nullptr;
    if (of->text == "entry" || of->text == "sub_page") {
      condition.word = of->text == "entry" ? Word::entry : Word::sub_page;
    } else if (found != nullptr && of->text.find('.') == std::string::npos) {
      condition.word = found->word;
    } else {
      diagnostics_.add(of->place, describe(*of) + " is no word with fields", "entry, sub_page or the id of a register");
      condition = make(Condition::Kind::all_of, node.place);
    }
  }
  reader.done();
  return condition;
}

// The names of bits that are nearly the same; "" when there are none.
std::string Names::alike(const std::string& name) const {
  std::vector<std::string> found;
  for (const auto& [known, symbol] : symbols_) {
    if (edits(name, known) <= kFewEdits) found.push_back(known);
  }
  return fmt::format("{}", fmt::join(found, " or "));
}

// What is nearly the same, otherwise what there is of the same scope.
std::string Names::nearest(const std::string& name) const {
  const std::string scope = name.substr(0, name.find('.') + 1);
  std::vector<std::string> conditions;
  std::vector<std::string> of_scope;
  const auto consider = [&](const std::string& known) {
    if (!scope.empty() && known.starts_with(scope)) of_scope.push_back(known.substr(scope.size()));
  };
  for (const auto& [known, symbol] : symbols_) consider(known);
  for (const auto& [id, pending] : pending_) {
    consider("condition." + id);
    if (edits(name, "condition." + id) <= kFewEdits) conditions.push_back("condition." + id);
  }
  if (std::string like = alike(name); !like.empty()) return like;
  if (!conditions.empty()) return fmt::format("{}", fmt::join(conditions, " or "));
  if (of_scope.size() > kMostShown) return fmt::format("{} and the name of one of its bits", scope);
  if (!of_scope.empty()) return fmt::format("{} and one of {}", scope, fmt::join(of_scope, ", "));
  return fmt::format("the id or scope of a register, or one of {} before the dot", fmt::join(kScopes, ", "));
}

}  // namespace spec
