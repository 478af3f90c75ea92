// Typed access to the nodes of a YAML tree. Owns the wording of the ordinary mistakes (unknown key, missing key, wrong
// type, number out of range); the result of a failed read is a harmless value, so that reading goes on and all errors
// are found. Tests: tests/spec/bad_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "spec/diagnostics.h"
#include "spec/yaml_tree.h"

namespace spec {

template <typename T>
struct Choice {
  std::string_view name;
  T value;
};

std::string describe(const Node& node);  // for messages: "'20:12'", "a list", ...

// A mapping whose keys are all known. `done` reports the keys that nobody asked for.
class MapReader {
 public:
  MapReader(const Node& node, Diagnostics& diagnostics, std::string what);

  const Node* find(std::string_view key);     // nullptr when absent
  const Node* require(std::string_view key);  // a diagnostic and nullptr when absent
  void done();

  std::string id(std::string_view key);    // snake_case
  std::string text(std::string_view key);  // not empty
  std::string optional_text(std::string_view key);
  std::uint64_t number(std::string_view key, std::uint64_t min, std::uint64_t max);  // decimal or 0x…
  bool flag(std::string_view key);                                                   // true or false
  std::vector<const Node*> list(std::string_view key);                               // a sequence, not empty
  std::vector<const Node*> optional_list(std::string_view key);                      // empty when absent

  std::vector<const Node*> words(std::string_view key);  // a list of scalars, no two alike

  template <typename T>
  T choice(std::string_view key, const std::vector<Choice<T>>& choices) {
    const Node* node = require(key);
    return node == nullptr ? choices.front().value : choose(*node, choices);
  }
  template <typename T>
  T choose(const Node& node, const std::vector<Choice<T>>& choices) {
    std::string names;
    for (const auto& choice : choices) {
      if (node.kind == Node::Kind::scalar && node.text == choice.name) return choice.value;
      names += fmt::format("{}{}", names.empty() ? "" : ", ", choice.name);
    }
    diagnostics_.add(node.place, describe(node) + " is not known here", "one of " + names);
    return choices.front().value;
  }

  [[nodiscard]] bool is_mapping() const { return node_.kind == Node::Kind::mapping; }
  [[nodiscard]] const Place& place() const { return node_.place; }
  [[nodiscard]] const std::string& what() const { return what_; }

 private:
  std::string comment_text(const Node& node, std::string_view key);

  const Node& node_;
  Diagnostics& diagnostics_;
  std::string what_;  // "field", for messages
  std::vector<std::string> asked_;
  std::vector<std::string> used_;
};

bool is_snake_case(const std::string& text);
std::optional<std::uint64_t> parse_number(const std::string& text);  // decimal or 0x…, no leading 0
std::optional<Range> parse_range(const std::string& text);           // "7", "20:12", "maxphyaddr-1:12", "51:maxphyaddr"
std::optional<Bits> parse_bits(const std::string& text);             // "47:39", constant ends
// The text of a scalar that is not empty; otherwise "" and a diagnostic that calls the node `what`.
std::string scalar_text(const Node& node, const std::string& what, Diagnostics& diagnostics, const char* expected);

}  // namespace spec
