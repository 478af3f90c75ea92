// JSON text as values, read without an allocation for each, since what adapters say is read millions of times; and text
// quoted for it. Owns the grammar (RFC 8259, nesting up to kDeepestJson); what values mean is the users' business.
// Tests: tests/harness/support/json_test.cpp, which holds it against nlohmann-json.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

constexpr int kDeepestJson = 32;

enum class JsonKind : std::uint8_t { null, boolean, number, text, list, object };

// One value, its children behind it.
struct JsonNode {
  JsonKind kind = JsonKind::null;
  std::size_t end = 0;    // index behind its last child
  std::string_view key;   // of a member of an object
  std::string_view text;  // of a text without its quotes and escapes; of anything else as it is written
  std::string_view raw;   // as it is written
};

// A view of a value; valid as long as the Json that it is from, and the text that was read, stay as they are.
class JsonValue {
 public:
  JsonValue(const std::vector<JsonNode>& nodes, std::size_t at) : nodes_(&nodes), at_(at) {}

  [[nodiscard]] bool is(JsonKind kind) const { return node().kind == kind; }
  [[nodiscard]] std::string_view key() const { return node().key; }
  [[nodiscard]] std::string_view text() const { return node().text; }
  [[nodiscard]] std::string_view raw() const { return node().raw; }
  // An integer from 0 to 2^64-1, written as one.
  [[nodiscard]] std::optional<std::uint64_t> number() const;
  // The last member with this key.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;
  // Its text where there is such a member and it is a text.
  [[nodiscard]] std::optional<std::string> text_of(std::string_view key) const;

  // Members of an object, items of a list.
  class Children {
   public:
    Children(const std::vector<JsonNode>& nodes, std::size_t at) : nodes_(&nodes), at_(at) {}
    JsonValue operator*() const { return {*nodes_, at_}; }
    Children& operator++() {
      at_ = (*nodes_)[at_].end;
      return *this;
    }
    bool operator!=(const Children& other) const { return at_ != other.at_; }

   private:
    const std::vector<JsonNode>* nodes_;
    std::size_t at_;
  };
  [[nodiscard]] Children begin() const { return {*nodes_, at_ + 1}; }
  [[nodiscard]] Children end() const { return {*nodes_, node().end}; }
  [[nodiscard]] bool empty() const { return at_ + 1 == node().end; }

 private:
  [[nodiscard]] const JsonNode& node() const { return (*nodes_)[at_]; }

  const std::vector<JsonNode>* nodes_;
  std::size_t at_;
};

class Json {
 public:
  // False when the text is not one JSON value; then there is no root().
  bool read(std::string_view text);
  // The byte at which the text that was refused stops being JSON.
  [[nodiscard]] std::size_t mistake_at() const { return mistake_at_; }
  [[nodiscard]] JsonValue root() const { return {nodes_, 0}; }

 private:
  std::vector<JsonNode> nodes_;
  std::size_t mistake_at_ = 0;
  std::deque<std::string> decoded_;  // texts with escapes
};

// The text in quotes. Bytes that are no UTF-8 become question marks.
std::string json_text(std::string_view text);

}  // namespace harness
