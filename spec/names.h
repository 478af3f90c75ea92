// What the names in conditions stand for: "entry.read" is bit 0 of the entry, "condition.present" is a named condition.
// Owns the symbol table and the reading of the condition vocabulary (docs/spec_language.md). The specification is read
// twice: the first time for its names, the second time with all of them known. Conditions that refer to each other are
// resolved on demand, which is where a cycle is found. Tests: tests/spec/load_test.cpp, tests/spec/bad_test.cpp.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "spec/diagnostics.h"
#include "spec/ir.h"
#include "spec/yaml_tree.h"

namespace spec {

struct Symbol {
  Word word = Word::entry;
  Bits bits;
};

class MapReader;

class Names {
 public:
  explicit Names(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  bool add(const std::string& name, Symbol symbol);  // false when this reading has added the name before
  [[nodiscard]] const Symbol* find(const std::string& name) const;

  // A named condition that waits to be read; `head` has everything but `when`.
  void add_condition(NamedCondition head, const Node& when);
  void begin_second_reading();  // reads the named conditions
  [[nodiscard]] std::vector<NamedCondition> take_conditions() { return std::move(resolved_); }
  [[nodiscard]] const std::vector<NamedCondition>& conditions() const { return resolved_; }

  Condition read(const Node& node);  // in the second reading
  // What a name stands for; nothing, and in the second reading a diagnostic, when there is no such name.
  std::optional<Operand> operand(const Node& node);

 private:
  struct Pending {
    NamedCondition head;
    const Node* when = nullptr;
    bool open = false;  // being read: meeting it again is a cycle
    std::optional<std::size_t> index;
  };

  Condition read_word(const Node& node);
  Condition read_name(const std::string& name, const Place& place);
  void resolve(Pending& pending, const Place& place);
  Condition read_mapping(const Node& node);
  Condition read_membership(const Node& node);
  void read_compared(Condition& condition, const Node& with);
  std::vector<std::uint64_t> read_values(MapReader& reader, const Condition& condition, const char* key);
  Condition read_kind(const Node& node);
  std::vector<Condition> read_all(const Node& node);
  Condition named(const std::string& name, const Place& place);
  [[nodiscard]] std::string alike(const std::string& name) const;
  [[nodiscard]] std::string nearest(const std::string& name) const;

  Diagnostics& diagnostics_;
  std::map<std::string, Symbol> symbols_;
  std::map<std::string, Pending> pending_;
  std::set<std::string> added_;  // names, in this reading
  bool all_known_ = false;
  std::vector<NamedCondition> resolved_;
  int depth_ = 0;  // conditions being resolved, each for the one before
};

// What stands before the dot of names that are no registers.
bool is_scope_of_walk(const std::string& id);

// Whether conditions can name the field: its bits have a meaning and a constant place.
bool has_name(const Field& field);
bool has_field(const Format& format, const std::string& id, Bits bits);

// Whether a condition is about a word itself, and not about other conditions.
bool is_about_word(const Condition& condition);

// The earliest stage at which `condition` can be judged.
Stage stage_of(const Condition& condition, const std::vector<NamedCondition>& conditions);

// Whether a word is spoken of that is neither of the configuration nor among `known`, be it through named conditions.
bool speaks_beyond(const Condition& condition, const std::vector<Word>& known,
                   const std::vector<NamedCondition>& conditions);

// Whether bits of a kind of field of an entry are spoken of, which only its format tells.
bool names_kind_of_entry(const Condition& condition, const std::vector<NamedCondition>& conditions);

constexpr std::size_t kMostConditions = 64;  // of the configuration, named or not

// `spec` with a named condition in place of each condition of the configuration that has no name where a rule of an
// entry, an access or a walk speaks of it ("capability.page_2m" beside "entry.write"): one that says the same, or else
// a new one behind the others, called after what it says. So whoever prepares the configuration once has a place for it
// in the set of conditions. New ones take the free bits from 63 downwards in the order in which they occur; where there
// is no more room they have no bit. Tests: tests/model/emit_test.cpp.
Spec with_names_for_all(const Spec& spec);

// Calls `visit` for each condition of rules of an entry, an access or a walk, and of what is reported.
template <typename SpecOrConst, typename Visit>
void for_each_of_walk(SpecOrConst& spec, const Visit& visit) {
  for (auto& rule : spec.misconfigurations) visit(rule.when);
  for (auto& rule : spec.violations) visit(rule.when);
  for (auto& flag : spec.flags) visit(flag.when);
  visit(spec.sub_page_check.when);
  for (auto& rule : spec.sub_page.rules) visit(rule.when);
  const auto visit_bits = [&](auto& bits) {
    for (auto& bit : bits) {
      visit(bit.set);
      if (bit.undefined) visit(*bit.undefined);
    }
  };
  visit_bits(spec.sub_page.qualification);
  visit(spec.convertible.when);
  visit(spec.convertible.undefined);
  visit_bits(spec.qualification);
}

// Calls `visit(const Condition&)` for the condition and everything below it, not through names.
template <typename Visit>
void for_each(const Condition& condition, const Visit& visit) {
  visit(condition);
  for (const Condition& operand : condition.operands) for_each(operand, visit);
}

// The same, through names; each named condition is visited once, however often it is used.
template <typename Visit>
void for_each_through_names(const Condition& condition, const std::vector<NamedCondition>& conditions,
                            const Visit& visit) {
  std::vector<const Condition*> open = {&condition};
  std::vector<bool> seen(conditions.size(), false);
  while (!open.empty()) {
    const Condition* next = open.back();
    open.pop_back();
    for_each(*next, [&](const Condition& part) {
      visit(part);
      if (part.kind != Condition::Kind::named || seen[part.named]) return;
      seen[part.named] = true;
      open.push_back(&conditions[part.named].when);
    });
  }
}

}  // namespace spec
