#include "spec/names.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "spec/reader.h"

namespace spec {

namespace {

constexpr const char* kVocabulary = "a name, 'not NAME', a list, or one of any/none/field/any_bit_of";

Stage stage_of(Word word) {
  switch (word) {
    case Word::capability:
    case Word::pin_based:
    case Word::primary:
    case Word::secondary:
    case Word::tertiary:
    case Word::parameter:
    case Word::eptp: return Stage::configuration;
    case Word::access: return Stage::access;
    case Word::entry: return Stage::entry;
    case Word::gpa:
    case Word::all:
    case Word::nonleaf:
    case Word::leaf:
    case Word::walk:
    case Word::violation: return Stage::walk;
  }
  return Stage::walk;
}

Condition make(Condition::Kind kind, const Place& place) {
  Condition condition;
  condition.kind = kind;
  condition.place = place;
  return condition;
}

Condition negate(Condition operand) {
  Condition condition = make(Condition::Kind::negation, operand.place);
  condition.operands.push_back(std::move(operand));
  return condition;
}

}  // namespace

Stage stage_of(const Condition& condition, const std::vector<NamedCondition>& conditions) {
  Stage stage = Stage::configuration;
  for_each(condition, [&](const Condition& part) {
    switch (part.kind) {
      case Condition::Kind::all_of:
      case Condition::Kind::any_of:
      case Condition::Kind::negation: break;
      case Condition::Kind::nonzero:
      case Condition::Kind::one_of:
      case Condition::Kind::any_of_kind: stage = std::max(stage, stage_of(part.word)); break;
      case Condition::Kind::named: stage = std::max(stage, conditions[part.named].stage); break;
    }
  });
  return stage;
}

const Symbol* Names::find(const std::string& name) const {
  const auto found = symbols_.find(name);
  return found == symbols_.end() ? nullptr : &found->second;
}

void Names::add_condition(NamedCondition head, const Node& when) {
  const std::string id = head.id;
  const Place place = head.place;
  if (!pending_.emplace(id, Pending{std::move(head), &when, false, std::nullopt}).second) {
    diagnostics_.add(place, fmt::format("the condition '{}' is defined a second time", id), "each id once");
  }
}

void Names::resolve_conditions() {
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
  if (pending.open) {
    diagnostics_.add(place, fmt::format("the condition '{}' refers to itself (a cycle)", name),
                     "conditions that rest on others without a cycle");
    return make(Condition::Kind::all_of, place);
  }
  if (!pending.index) {
    pending.open = true;
    NamedCondition result = pending.head;
    result.when = read(*pending.when);
    result.stage = stage_of(result.when, resolved_);
    pending.open = false;
    pending.index = resolved_.size();
    resolved_.push_back(std::move(result));
  }
  condition.named = *pending.index;
  return condition;
}

Condition Names::read(const Node& node) {
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
  if (node.text.starts_with(kNot)) {
    Node positive = node;
    positive.text.erase(0, kNot.size());
    return negate(read_word(positive));
  }
  constexpr std::string_view kCondition = "condition.";
  if (node.text.starts_with(kCondition)) return named(node.text.substr(kCondition.size()), node.place);
  Condition condition = make(Condition::Kind::nonzero, node.place);
  condition.name = node.text;
  if (const Symbol* symbol = find(node.text)) {
    condition.word = symbol->word;
    condition.bits = symbol->bits;
  } else {
    diagnostics_.add(node.place, fmt::format("unknown condition name '{}'", node.text), nearest(node.text));
  }
  return condition;
}

Condition Names::read_mapping(const Node& node) {
  const std::string key = node.keys.empty() ? "" : node.keys.front().text;
  if (key == "any" || key == "none") {
    MapReader reader(node, diagnostics_, "condition");
    Condition condition = make(Condition::Kind::any_of, node.place);
    condition.operands = read_all(*reader.require(key));
    reader.done();
    return key == "any" ? condition : negate(condition);
  }
  if (key == "field") return read_membership(node);
  if (key == "any_bit_of") return read_kind(node);
  diagnostics_.add(node.place, fmt::format("'{}' is no kind of condition", key), kVocabulary);
  return make(Condition::Kind::all_of, node.place);
}

Condition Names::read_membership(const Node& node) {
  MapReader reader(node, diagnostics_, "condition");
  Condition condition = read_word(*reader.require("field"));
  condition.kind = Condition::Kind::one_of;
  const bool negated = reader.find("in") == nullptr && reader.find("not_in") != nullptr;
  const std::uint64_t max = mask_of({condition.bits.high - condition.bits.low, 0});
  for (const Node* item : reader.list(negated ? "not_in" : "in")) {
    const auto value = parse_number(item->text);
    if (!value || *value > max) {
      diagnostics_.add(item->place, fmt::format("'{}' is no value of {}", item->text, condition.name),
                       fmt::format("a number from 0 to {}", max));
    } else {
      condition.values.push_back(*value);
    }
  }
  reader.done();
  return negated ? negate(std::move(condition)) : condition;
}

Condition Names::read_kind(const Node& node) {
  MapReader reader(node, diagnostics_, "condition");
  Condition condition = make(Condition::Kind::any_of_kind, node.place);
  condition.field_kind = reader.choice<FieldKind>(
      "any_bit_of", {{"reserved", FieldKind::reserved}, {"beyond_maxphyaddr", FieldKind::beyond_maxphyaddr}});
  condition.word = reader.choice<Word>("in_word", {{"entry", Word::entry}, {"eptp", Word::eptp}});
  condition.name = "any_bit_of " + to_string(condition.field_kind);
  reader.done();
  return condition;
}

std::string Names::nearest(const std::string& name) const {
  const std::string scope = name.substr(0, name.find('.'));
  std::vector<std::string> known;
  for (const auto& [other, symbol] : symbols_) {
    if (other.starts_with(scope + ".")) known.push_back(other.substr(scope.size() + 1));
  }
  if (scope == "condition") {
    for (const auto& [other, pending] : pending_) known.push_back(other);
  }
  if (known.empty())
    return "capability, control, parameter, eptp, gpa, entry, all, nonleaf, leaf, access, walk, violation or condition "
           "before the dot";
  return fmt::format("{}. and one of {}", scope, fmt::join(known, ", "));
}

}  // namespace spec
