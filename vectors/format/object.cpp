#include "vectors/format/object.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/file.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

// Of an exception of nlohmann's: without its name and its own count of lines and columns, in one short line.
std::string plain_mistake(std::string_view what) {
  constexpr std::size_t kMost = 160;
  if (what.starts_with('[')) what.remove_prefix(std::min(what.find("] ") + 2, what.size()));
  if (what.starts_with("parse error at line")) what.remove_prefix(std::min(what.find(": ") + 2, what.size()));
  std::string text(what.substr(0, kMost));
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text + (what.size() > kMost ? "..." : "");
}

// Refuses what nlohmann takes: members that are there twice, and any depth.
class Checks {
 public:
  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    const bool object = event == Json::parse_event_t::object_start;
    if ((object || event == Json::parse_event_t::array_start) && depth >= kDeepestJson)
      throw std::runtime_error(fmt::format("nested deeper than {}", kDeepestJson));
    if (object) members_.emplace_back();
    if (event == Json::parse_event_t::object_end) members_.pop_back();
    if (event != Json::parse_event_t::key) return true;
    const auto& name = parsed.get_ref<const std::string&>();
    if (!members_.back().insert(name).second) throw std::runtime_error(fmt::format("'{}' is there twice", name));
    return true;
  }

 private:
  std::vector<std::set<std::string>> members_;
};

}  // namespace

void read_object(std::string_view text, const std::string& file, std::size_t line, std::vector<std::string>& errors,
                 const std::function<void(Object&)>& use) {
  std::istringstream in{std::string(text)};
  Json json;
  Checks checks;
  try {
    json = Json::parse(in, std::ref(checks));
  } catch (const std::exception& error) {
    in.clear();
    const auto at = std::max<std::streamoff>(in.tellg(), 1) - 1;
    errors.push_back(fmt::format("{}:{}: no JSON: {}", file, place_in(text, static_cast<std::size_t>(at), line),
                                 plain_mistake(error.what())));
    return;
  }
  Object object(json, fmt::format("{}:{}", file, line), errors);
  if (json.is_object()) use(object);
}

std::string json_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

Object::Object(const Json& json, std::string where, std::vector<std::string>& errors)
    : json_(json), where_(std::move(where)), errors_(errors) {
  if (!json_.is_object()) wrong("not an object");
}

void Object::refuse_the_rest() {
  if (!json_.is_object()) return;
  for (const auto& [name, value] : json_.items()) {
    if (!known_.contains(name)) wrong("unknown key '" + name + "'");
  }
}

void Object::wrong(const std::string& what) { errors_.push_back(where_ + ": " + what); }

const Object::Json* Object::find(const char* name, bool required) {
  known_.insert(name);
  if (!json_.is_object()) return nullptr;
  const auto found = json_.find(name);
  if (found != json_.end()) return &*found;
  if (required) wrong(fmt::format("'{}' is missing", name));
  return nullptr;
}

std::string Object::text(const char* name, bool required) {
  if (!required && !has(name)) return "";
  const std::size_t before = errors_.size();
  std::string text = any_text(name);
  if (text.empty() && errors_.size() == before) wrong(fmt::format("'{}' is no text", name));
  return text;
}

std::string Object::any_text(const char* name) {
  const Json* const json = find(name, true);
  if (json != nullptr && json->is_string()) return json->get<std::string>();
  if (json != nullptr) wrong(fmt::format("'{}' is no text", name));
  return "";
}

Object Object::object(const char* name) {
  static const Json nothing = Json::object();
  const Json* const json = find(name, true);
  return {json == nullptr ? nothing : *json, fmt::format("{}: {}", where_, name), errors_};
}

std::vector<Object> Object::objects(const char* name) {
  if (has(name) && find(name, true)->is_object()) return {object(name)};
  std::vector<Object> objects;
  for (const Json& json : list(name, true))
    objects.emplace_back(json, fmt::format("{}: {} {}", where_, name, objects.size() + 1), errors_);
  return objects;
}

const Object::Json& Object::list(const char* name, bool required) {
  static const Json empty = Json::array();
  const Json* const json = find(name, required);
  if (json == nullptr) return empty;
  if (json->is_array()) return *json;
  wrong(fmt::format("'{}' is no list", name));
  return empty;
}

std::vector<std::string> Object::texts(const char* name, bool required) {
  std::vector<std::string> texts;
  for (const Json& json : list(name, required)) {
    if (json.is_string() && !json.get_ref<const std::string&>().empty())
      texts.push_back(json.get<std::string>());
    else
      wrong(fmt::format("'{}' has something that is no text", name));
  }
  return texts;
}

int Object::integer(const char* name, int low, int high) {
  const Json* const json = find(name, true);
  if (json != nullptr && json->is_number_integer() && *json >= low && *json <= high) return json->get<int>();
  if (json != nullptr) wrong(fmt::format("'{}' is no number from {} to {}", name, low, high));
  return low;
}

std::uint64_t Object::number(const char* name) {
  const Json* const json = find(name, true);
  if (json != nullptr && json->is_number_unsigned()) return json->get<std::uint64_t>();
  if (json != nullptr) wrong(fmt::format("'{}' is no number from 0 to 2^64-1", name));
  return 0;
}

ept_word Object::hex(const char* name, bool required) {
  const Json* const json = find(name, required);
  return json == nullptr ? 0 : hex_of(*json, name);
}

ept_word Object::hex_of(const Json& json, const char* name) {
  const std::string text = json.is_string() ? json.get<std::string>() : "";
  ept_word value = 0;
  const char* const end = text.data() + text.size();
  const bool good = text.size() > 2 && text.size() <= 18 && text.starts_with("0x") &&
                    std::from_chars(text.data() + 2, end, value, 16).ptr == end && fmt::format("{:#x}", value) == text;
  if (!good) wrong(fmt::format("'{}' is no hexadecimal number such as \"0x1f\"", name));
  return value;
}

ept_word Object::bits(const char* name, Vocabulary vocabulary, bool required) {
  ept_word bits = 0;
  for (const std::string& one : texts(name, required)) {
    const auto called = bits_called(vocabulary, one);
    if (!called) wrong(fmt::format("'{}' is no name that '{}' knows", one, name));
    bits |= called.value_or(0);
  }
  return bits;
}

int Object::one_of(const char* name, std::span<const char* const> names) {
  const std::string text = this->text(name, true);
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  wrong(fmt::format("'{}' is none of {}", name, fmt::join(names, ", ")));
  return -1;
}

}  // namespace vectors
