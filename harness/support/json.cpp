#include "harness/support/json.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace harness {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of the UTF-8 character that begins the text, 0 when there is none (RFC 3629: shortest form, no surrogates).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t n) { return n < text.size() ? static_cast<unsigned char>(text[n]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (std::size_t n = 1; n < length; ++n) {
    if ((byte(n) & 0xc0) != 0x80) return 0;
  }
  const bool too_long = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) >= 0xa0;
  const bool beyond = first == 0xf4 && byte(1) >= 0x90;
  return too_long || surrogate || beyond ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_utf8(std::string& to, unsigned code) {
  const auto add = [&](unsigned byte) { to += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6);
    add(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  } else {
    add(0xf0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3f));
    add(0x80 | (code >> 6 & 0x3f));
    add(0x80 | (code & 0x3f));
  }
}

// The four digits of \u.
std::optional<unsigned> code_unit(std::string_view digits) {
  unsigned unit = 0;
  if (digits.size() < 4) return std::nullopt;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + 4, unit, 16);
  return error == std::errc() && stop == digits.data() + 4 ? std::optional(unit) : std::nullopt;
}

// Takes the character behind "\u" off `rest`; one beyond FFFFH is written as two halves.
bool decode_unicode(std::string_view& rest, std::string& to) {
  const auto first = code_unit(rest);
  if (!first) return false;
  rest.remove_prefix(4);
  unsigned code = *first;
  if (code >= 0xdc00 && code < 0xe000) return false;
  if (code >= 0xd800 && code < 0xdc00) {
    if (!rest.starts_with("\\u")) return false;
    const auto second = code_unit(rest.substr(2));
    if (!second || *second < 0xdc00 || *second >= 0xe000) return false;
    rest.remove_prefix(6);
    code = 0x10000 + ((code & 0x3ff) << 10) + (*second & 0x3ff);
  }
  append_utf8(to, code);
  return true;
}

bool decode(std::string_view rest, std::string& to) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  while (!rest.empty()) {
    if (rest[0] != '\\') {
      to += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    const char escape = rest[1];  // there is one: the text goes on to a quote that is not escaped
    rest.remove_prefix(2);
    if (escape == 'u') {
      if (!decode_unicode(rest, to)) return false;
    } else if (const std::size_t which = kEscapes.find(escape); which != std::string_view::npos) {
      to += kMeanings[which];
    } else {
      return false;
    }
  }
  return true;
}

class Reader {
 public:
  Reader(std::string_view text, std::vector<JsonNode>& nodes, std::deque<std::string>& decoded)
      : text_(text), nodes_(nodes), decoded_(decoded) {}

  bool whole() {
    if (!value({}, 0)) return false;
    skip_blanks();
    return at_ == text_.size();
  }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void add(JsonKind kind, std::string_view key, std::string_view text, std::string_view raw) {
    nodes_.push_back({kind, nodes_.size() + 1, key, text, raw});
  }

  bool value(std::string_view key, int depth) {
    skip_blanks();
    switch (peek()) {
      case '{':
      case '[': return depth < kDeepestJson && children(key, depth);
      case '"': {
        const std::size_t start = at_;
        std::string_view text;
        if (!string(text)) return false;
        add(JsonKind::text, key, text, text_.substr(start, at_ - start));
        return true;
      }
      case 't': return word("true", JsonKind::boolean, key);
      case 'f': return word("false", JsonKind::boolean, key);
      case 'n': return word("null", JsonKind::null, key);
      default: return number(key);
    }
  }

  bool word(std::string_view expected, JsonKind kind, std::string_view key) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    add(kind, key, expected, expected);
    at_ += expected.size();
    return true;
  }

  bool digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) ++at_;
    return at_ != start;
  }

  bool number(std::string_view key) {
    const std::size_t start = at_;
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    const std::string_view written = text_.substr(start, at_ - start);
    add(JsonKind::number, key, written, written);
    return true;
  }

  bool string(std::string_view& to) {
    if (!take('"')) return false;
    const std::size_t start = at_;
    bool escapes = false;
    bool ascii = true;
    for (;; ++at_) {
      const char c = peek();
      if (c == '"') break;
      if (c >= 0 && c < ' ') return false;  // also at the end
      if (c < 0) ascii = false;
      if (c == '\\') {
        escapes = true;
        ++at_;
        if (at_ >= text_.size()) return false;
      }
    }
    to = text_.substr(start, at_ - start);
    ++at_;
    if (!ascii && !is_utf8(to)) return false;
    if (!escapes) return true;
    std::string& decoded = decoded_.emplace_back();
    if (!decode(to, decoded)) return false;
    to = decoded;
    return true;
  }

  bool children(std::string_view key, int depth) {
    const std::size_t node = nodes_.size();
    const std::size_t start = at_;
    const bool object = peek() == '{';
    const char close = object ? '}' : ']';
    ++at_;
    add(object ? JsonKind::object : JsonKind::list, key, {}, {});
    skip_blanks();
    if (!take(close)) {
      do {
        std::string_view name;
        skip_blanks();
        if (object && !(string(name) && colon())) return false;
        if (!value(name, depth + 1)) return false;
        skip_blanks();
      } while (take(','));
      if (!take(close)) return false;
    }
    nodes_[node].end = nodes_.size();
    nodes_[node].text = nodes_[node].raw = text_.substr(start, at_ - start);
    return true;
  }

  bool colon() {
    skip_blanks();
    return take(':');
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<JsonNode>& nodes_;
  std::deque<std::string>& decoded_;
};

}  // namespace

bool Json::read(std::string_view text) {
  nodes_.clear();
  decoded_.clear();
  Reader reader(text, nodes_, decoded_);
  const bool good = reader.whole();
  mistake_at_ = reader.at();
  return good;
}

std::optional<std::uint64_t> JsonValue::number() const {
  if (!is(JsonKind::number)) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = text().data() + text().size();
  const auto [stop, error] = std::from_chars(text().data(), end, number);
  return error == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  std::optional<JsonValue> found;
  if (!is(JsonKind::object)) return found;
  for (const JsonValue child : *this) {
    if (child.key() == key) found = child;
  }
  return found;
}

std::optional<std::string> JsonValue::text_of(std::string_view key) const {
  const auto found = find(key);
  return found && found->is(JsonKind::text) ? std::optional(std::string(found->text())) : std::nullopt;
}

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const char c = text[0];
    if (length == 0) {
      quoted += '?';
    } else if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (c >= 0 && c < ' ') {
      quoted += fmt::format("\\u{:04x}", c);
    } else {
      quoted += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + "\"";
}

}  // namespace harness
