#include "spec/yaml_tree.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace spec {

namespace {

constexpr std::size_t kMaxDepth = 32;

// Builds the tree from the parser's events. Aliases arrive as one event each, so they cannot multiply anything.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string name, Diagnostics& diagnostics) : name_(std::move(name)), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = place(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(Node::Kind::null, mark, anchor, "", ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    diagnostics_.add(place(mark), "an alias is used", "every value written out");
    add(Node{Node::Kind::null, {}, {}, {}, place(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    leaf(Node::Kind::scalar, mark, anchor, tag, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::sequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::mapping, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  std::optional<Node> take() { return std::move(root_); }
  [[nodiscard]] const Place& start() const { return start_; }

 private:
  struct Open {
    Node node;
    std::optional<Node> key;  // of a mapping: read, its value not yet
    std::set<std::string> seen;
  };

  [[nodiscard]] Place place(const YAML::Mark& mark) const { return {name_, mark.line + 1, mark.column + 1}; }

  void check_plain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) diagnostics_.add(place(mark), "an anchor is defined", "every value written out");
    if (!tag.empty() && tag != "?" && tag != "!") {
      diagnostics_.add(place(mark), fmt::format("the tag '{}' is used", tag), "a value without a tag");
    }
  }

  void leaf(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag,
            const std::string& value) {
    check_plain(mark, tag, anchor);
    if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
      diagnostics_.add(place(mark), "the value holds a line break or control character", "one line of text");
    }
    add(Node{kind, value, {}, {}, place(mark)});
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_plain(mark, tag, anchor);
    if (open_.size() == kMaxDepth) {
      throw YAML::ParserException(mark, fmt::format("nested deeper than {} levels", kMaxDepth));
    }
    open_.push_back({Node{kind, {}, {}, {}, place(mark)}, std::nullopt, {}});
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      add_member(parent, std::move(node));
    }
  }

  void add_member(Open& parent, Node value) {
    Node key = std::move(*parent.key);
    parent.key.reset();
    if (key.kind != Node::Kind::scalar) {
      diagnostics_.add(key.place, "a key is not a plain word", "a plain word as key");
      return;
    }
    if (!parent.seen.insert(key.text).second) {
      diagnostics_.add(key.place, fmt::format("the key '{}' stands here a second time", key.text), "each key once");
      return;
    }
    parent.node.keys.push_back(std::move(key));
    parent.node.items.push_back(std::move(value));
  }

  std::string name_;
  Diagnostics& diagnostics_;
  Place start_;
  std::vector<Open> open_;
  std::optional<Node> root_;
};

// Length of the well-formed UTF-8 character at `text[at]`, 0 when there is none (Unicode, Table 3-7).
std::size_t utf8_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned second = byte(at + 1);
  const bool overlong_or_surrogate = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                                     (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
  return overlong_or_surrogate ? 0 : length;
}

bool check_characters(const std::string& text, const std::string& name, Diagnostics& diagnostics) {
  Place place{name, 1, 1};
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      diagnostics.add(place, fmt::format("byte {:02x}H is not valid UTF-8", static_cast<unsigned char>(c)),
                      "a UTF-8 text file");
      return false;
    }
    if (length == 1 && static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r') {
      diagnostics.add(place, fmt::format("control character {:02x}H", static_cast<unsigned char>(c)),
                      "text, indented by spaces");
      return false;
    }
    if (c == '\r' && text.compare(at, 2, "\r\n") != 0) {
      diagnostics.add(place, "a carriage return alone", "lines that end with a line feed");
      return false;
    }
    at += length;
    place.column += static_cast<int>(length);  // bytes, as yaml-cpp and compilers count
    if (c == '\n') place = {name, place.line + 1, 1};
  }
  return true;
}

Tree read_text(const std::string& text, const std::string& name, Diagnostics& diagnostics) {
  if (!check_characters(text, name, diagnostics)) return nullptr;
  const std::size_t before = diagnostics.size();
  TreeBuilder builder(name, diagnostics);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      diagnostics.add({name, 1, 1}, "the file is empty", "a YAML document with a 'kind'");
      return nullptr;
    }
    std::optional<Node> root = builder.take();
    TreeBuilder second(name, diagnostics);
    if (parser.HandleNextDocument(second))
      diagnostics.add(second.start(), "a second document starts here", "one document");
    return diagnostics.size() == before && root ? std::make_shared<const Node>(std::move(*root)) : nullptr;
  } catch (const YAML::Exception& error) {
    diagnostics.add({name, error.mark.line + 1, error.mark.column + 1},
                    fmt::format("not readable as YAML: {}", error.msg), "well-formed YAML");
    return nullptr;
  }
}

}  // namespace

Tree read_yaml_file(const std::filesystem::path& path, const std::string& name, Diagnostics& diagnostics,
                    Trees* known) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    const bool there = std::filesystem::exists(path, error);
    diagnostics.add({name, 0, 0}, there ? "this is no regular file" : "there is no such file", "a YAML file");
    return nullptr;
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size > kMaxFileBytes) {
    diagnostics.add({name, 0, 0}, fmt::format("the file has {} bytes", size), fmt::format("at most {}", kMaxFileBytes));
    return nullptr;
  }
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream.is_open() || text.bad()) {
    diagnostics.add({name, 0, 0}, "the file cannot be read", "a readable file");
    return nullptr;
  }
  const std::pair key(name, text.str());
  if (known != nullptr && known->contains(key)) return known->at(key);
  Tree tree = read_text(key.second, name, diagnostics);
  if (known != nullptr && tree != nullptr) known->emplace(key, tree);
  return tree;
}

}  // namespace spec
