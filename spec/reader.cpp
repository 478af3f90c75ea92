#include "spec/reader.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace spec {

namespace {

constexpr std::size_t kMaxIdBytes = 64;
constexpr std::size_t kMaxTextBytes = 400;

}  // namespace

MapReader::MapReader(const Node& node, Diagnostics& diagnostics, std::string_view what, const Sources* sources)
    : node_(node), diagnostics_(diagnostics), what_(what), sources_(sources) {
  if (node.kind != Node::Kind::mapping) {
    diagnostics.add(node.place, fmt::format("the {} is {}", what_, describe(node)), "a mapping of keys to values");
  }
}

const Node* MapReader::find(std::string_view key) {
  asked_.push_back(key);
  for (std::size_t i = 0; i < node_.keys.size(); ++i) {
    if (node_.keys[i].text == key) return &node_.items[i];
  }
  return nullptr;
}

const Node* MapReader::require(std::string_view key) {
  const Node* node = find(key);
  if (node == nullptr && node_.kind == Node::Kind::mapping) {
    diagnostics_.add(node_.place, fmt::format("the {} has no '{}'", what_, key), fmt::format("the key '{}'", key));
  }
  return node;
}

void MapReader::done() {
  std::ranges::sort(asked_);
  asked_.erase(std::unique(asked_.begin(), asked_.end()), asked_.end());
  for (const Node& key : node_.keys) {
    if (!std::ranges::binary_search(asked_, std::string_view(key.text))) {
      diagnostics_.add(key.place, fmt::format("unknown key '{}' in the {}", key.text, what_),
                       fmt::format("one of {}", fmt::join(asked_, ", ")));
    }
  }
}

std::string MapReader::id(std::string_view key) {
  const Node* node = require(key);
  if (node == nullptr) return "";
  std::string text = scalar_text(*node, fmt::format("'{}'", key), diagnostics_, "an id in snake_case");
  if (!text.empty() && !is_snake_case(text)) {
    diagnostics_.add(node->place, fmt::format("'{}' is not an id", text), "an id in snake_case (a-z, 0-9, _)");
  }
  if (text.size() > kMaxIdBytes) {
    diagnostics_.add(node->place, fmt::format("the id has {} bytes", text.size()),
                     fmt::format("at most {}", kMaxIdBytes));
  }
  return text;
}

// Texts become comments of the emitted header.
std::string MapReader::text(std::string_view key) {
  const Node* node = require(key);
  if (node == nullptr) return "";
  std::string text = scalar_text(*node, fmt::format("'{}'", key), diagnostics_, "a text");
  if (text.size() > kMaxTextBytes) {
    diagnostics_.add(node->place, fmt::format("'{}' has {} bytes", key, text.size()),
                     fmt::format("one sentence of at most {}", kMaxTextBytes));
  }
  if (text.find("*/") != std::string::npos || text.find("/*") != std::string::npos) {
    diagnostics_.add(node->place, fmt::format("'{}' holds the mark of a C comment", key), "a text without /* and */");
  }
  return text;
}

std::string MapReader::optional_text(std::string_view key) { return find(key) == nullptr ? "" : text(key); }

std::uint64_t MapReader::number(std::string_view key, std::uint64_t min, std::uint64_t max) {
  const Node* node = require(key);
  if (node == nullptr) return min;
  const auto value = node->kind == Node::Kind::scalar ? parse_number(node->text) : std::nullopt;
  if (!value || *value < min || *value > max) {
    diagnostics_.add(
        node->place, fmt::format("'{}' is {}", key, describe(*node)),
        max - min > 0xffffffffU ? "a number, decimal or 0x…" : fmt::format("a number from {} to {}", min, max));
    return min;
  }
  return *value;
}

bool MapReader::flag(std::string_view key) { return choice<bool>(key, {{"false", false}, {"true", true}}); }

std::vector<const Node*> MapReader::list(std::string_view key) {
  const Node* node = require(key);
  if (node == nullptr) return {};
  if (node->kind != Node::Kind::sequence || node->items.empty()) {
    diagnostics_.add(node->place, fmt::format("'{}' is {}", key, describe(*node)), "a list with at least one item");
    return {};
  }
  std::vector<const Node*> items;
  for (const Node& item : node->items) items.push_back(&item);
  return items;
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null: return "empty";
    case Node::Kind::scalar: return node.text.empty() ? "empty" : fmt::format("'{}'", node.text);
    case Node::Kind::sequence: return node.items.empty() ? "an empty list" : "a list";
    case Node::Kind::mapping: return node.keys.empty() ? "an empty mapping" : "a mapping";
  }
  return "";
}

std::vector<const Node*> MapReader::words(std::string_view key) {
  std::vector<const Node*> result;
  std::set<std::string_view> seen;
  for (const Node* item : list(key)) {
    if (item->kind != Node::Kind::scalar || item->text.empty()) {
      diagnostics_.add(item->place, fmt::format("an item of '{}' is {}", key, describe(*item)), "a plain word");
    } else if (!seen.insert(item->text).second) {
      diagnostics_.add(item->place, fmt::format("'{}' stands here a second time", item->text), "each item once");
    } else {
      result.push_back(item);
    }
  }
  return result;
}

std::optional<Bits> MapReader::bits(std::string_view key) {
  const Node* node = require(key);
  if (node == nullptr) return std::nullopt;
  const auto range = node->kind == Node::Kind::scalar ? parse_range(node->text) : std::nullopt;
  if (range && is_constant(*range)) return bits_at(*range);
  diagnostics_.add(node->place, describe(*node) + " is no bit range", "a bit from 63 to 0 or HIGH:LOW, high end first");
  return std::nullopt;
}

unsigned MapReader::bit(Seen& seen, unsigned max, const std::string& of) {
  const std::size_t before = diagnostics_.size();
  const auto bit = static_cast<unsigned>(number("bit", 0, max));
  if (diagnostics_.size() == before && is_mapping()) once(seen, fmt::format("bit {}{}", bit, of));
  return bit;
}

Citation MapReader::cite(const std::string& at) {
  if (!is_mapping()) return {};  // reported already
  const Node* node = find("cite");
  const bool pair = node != nullptr && node->items.size() == 2 && node->kind == Node::Kind::sequence &&
                    node->items[0].kind == Node::Kind::scalar && !node->items[1].text.empty();
  if (node == nullptr || (!pair && node->kind != Node::Kind::scalar)) {
    diagnostics_.add(node == nullptr ? place() : node->place, fmt::format("the {} has no citation", what_),
                     "cite: SOURCE or cite: [SOURCE, PLACE]");
    return {};
  }
  const std::string& key = pair ? node->items[0].text : node->text;
  const auto found = sources_->find(key);
  if (found == sources_->end()) {
    std::vector<std::string> known;
    for (const auto& [name, cite] : *sources_) known.push_back(name);
    diagnostics_.add(node->place, fmt::format("unknown source '{}'", key),
                     known.empty() ? "a name from 'sources'" : fmt::format("one of {}", fmt::join(known, ", ")));
    return {};
  }
  Citation cite = found->second;
  if (pair) {
    cite.at = node->items[1].text;
  } else if (!at.empty()) {
    cite.at += ", " + at;
  }
  return cite;
}

void MapReader::state(Named& item, const std::string& at) {
  item.place = place();
  item.cite = cite(at);
  item.text = text("text");
}

void MapReader::name(Named& item, Seen& seen, const std::string& at) {
  item.id = id("id");
  state(item, at);
  once(seen, item.id);
}

void MapReader::once(Seen& seen, const std::string& id) { check_unique(diagnostics_, seen, id, place()); }

bool is_snake_case(const std::string& text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::optional<std::uint64_t> parse_number(const std::string& text) {
  const bool hex = text.starts_with("0x");
  if (!hex && text.size() > 1 && text.front() == '0') return std::nullopt;  // octal to other readers of YAML
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + (hex ? 2 : 0), end, value, hex ? 16 : 10);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

namespace {

std::optional<Bound> parse_bound(const std::string& text) {
  if (text == "maxphyaddr") return Bound{true, 0};
  if (text == "maxphyaddr-1") return Bound{true, -1};
  const auto number = parse_number(text);
  if (!number || *number > 63 || text.starts_with("0x")) return std::nullopt;
  return Bound{false, static_cast<int>(*number)};
}

}  // namespace

std::optional<Range> parse_range(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto high = parse_bound(text.substr(0, colon));
  const auto low = colon == std::string::npos ? high : parse_bound(text.substr(colon + 1));
  if (!high || !low) return std::nullopt;
  if (!high->from_maxphyaddr && !low->from_maxphyaddr && high->offset < low->offset) return std::nullopt;
  return Range{*high, *low};
}

std::string scalar_text(const Node& node, const std::string& what, Diagnostics& diagnostics, const char* expected) {
  if (node.kind == Node::Kind::scalar && !node.text.empty()) return node.text;
  diagnostics.add(node.place, fmt::format("{} is {}", what, describe(node)), expected);
  return "";
}

void check_unique(Diagnostics& diagnostics, Seen& seen, const std::string& id, const Place& place) {
  if (id.empty()) return;
  const auto [first, added] = seen.emplace(id, place);
  if (added) return;
  const Place& other = first->second;
  const std::string where = other.file == place.file ? fmt::format("line {}", other.line) : to_string(other);
  diagnostics.add(place, fmt::format("'{}' stands here a second time, first at {}", id, where), "each id and bit once");
}

}  // namespace spec
