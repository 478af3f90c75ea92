// Typed access to the nodes of a YAML tree. Owns the wording of the ordinary mistakes (unknown key, missing key, wrong
// type, number out of range); the result of a failed read is a harmless value, so that reading goes on and all errors
// are found. Tests: tests/spec/bad_test.cpp.
#pragma once

#include <cstdint>
#include <map>
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

using Sources = std::map<std::string, Citation>;  // of a file, by their short names
using Seen = std::map<std::string, Place>;        // ids and bits, and where each stands first

std::string describe(const Node& node);  // for messages: "'20:12'", "a list", ...

// A mapping whose keys are all known. `done` reports the keys that nobody asked for.
class MapReader {
 public:
  // References are kept, also of keys that are asked for. `what` calls the mapping in messages.
  MapReader(const Node& node, Diagnostics& diagnostics, std::string_view what, const Sources* sources = nullptr);

  const Node* find(std::string_view key);     // nullptr when absent
  const Node* require(std::string_view key);  // a diagnostic and nullptr when absent
  void done();

  std::string id(std::string_view key);    // snake_case
  std::string text(std::string_view key);  // not empty
  std::string optional_text(std::string_view key);
  std::uint64_t number(std::string_view key, std::uint64_t min, std::uint64_t max);  // decimal or 0x…
  bool flag(std::string_view key);                                                   // true or false
  std::vector<const Node*> list(std::string_view key);                               // a sequence, not empty

  std::vector<const Node*> words(std::string_view key);  // a list of scalars, no two alike
  std::optional<Bits> bits(std::string_view key);        // constant; nothing when they cannot be read
  unsigned bit(Seen& seen, unsigned max = 63, const std::string& of = "");  // one that no other item `of` a word has

  // `cite: SOURCE` or `cite: [SOURCE, PLACE]`, with a source of the file. `at` is the place that an item has by nature.
  Citation cite(const std::string& at = "");
  void state(Named& item, const std::string& at = "");             // place, `cite` and `text`
  void name(Named& item, Seen& seen, const std::string& at = "");  // and `id`, which no other item has
  void once(Seen& seen, const std::string& id);                    // reports the second of two that are the same

  // What `read` makes of each mapping of a list, of which it gets a reader; keys that it does not ask for are reported.
  template <typename Read>
  auto each(std::string_view key, const char* what, const Read& read) {
    std::vector<decltype(read(*this))> items;
    for (const Node* item : list(key)) {
      MapReader reader(*item, diagnostics_, what, sources_);
      items.push_back(read(reader));
      reader.done();
    }
    return items;
  }
  // The same for one mapping, that the key stands for; a value without meaning when it is missing.
  template <typename Read>
  auto one(std::string_view key, const Read& read) {
    const Node* node = require(key);
    if (node == nullptr) return decltype(read(*this)){};
    MapReader reader(*node, diagnostics_, key, sources_);
    auto item = read(reader);
    reader.done();
    return item;
  }
  // What `find` has for each word of a list, as a pointer; `wrong`, with {} for the word, says that it has nothing.
  template <typename Find>
  auto found(std::string_view key, const Find& find, const std::string& wrong, const char* expected) {
    std::vector<decltype(find(std::string()))> result;
    for (const Node* item : words(key)) {
      if (const auto found = find(item->text)) {
        result.push_back(found);
      } else {
        diagnostics_.add(item->place, fmt::format(fmt::runtime(wrong), item->text), expected);
      }
    }
    return result;
  }

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
  [[nodiscard]] std::string_view what() const { return what_; }

 private:
  const Node& node_;
  Diagnostics& diagnostics_;
  std::string_view what_;  // "field", for messages
  const Sources* sources_;
  std::vector<std::string_view> asked_;
};

bool is_snake_case(const std::string& text);
std::optional<std::uint64_t> parse_number(const std::string& text);  // decimal or 0x…, no leading 0
std::optional<Range> parse_range(const std::string& text);           // "7", "20:12", "maxphyaddr-1:12", "51:maxphyaddr"
// The text of a scalar that is not empty; otherwise "" and a diagnostic that calls the node `what`.
std::string scalar_text(const Node& node, const std::string& what, Diagnostics& diagnostics, const char* expected);
// Reports the second of two items with the same id, and two bits that are the same.
void check_unique(Diagnostics& diagnostics, Seen& seen, const std::string& id, const Place& place);

}  // namespace spec
