#include "vectors/format/object.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vectors {

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
  const Json* const json = find(name, required);
  if (json == nullptr) return "";
  if (json->is_string() && !json->get_ref<const std::string&>().empty()) return json->get<std::string>();
  wrong(fmt::format("'{}' is no text", name));
  return "";
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
  if (json == nullptr) return low;
  if (json->is_number_integer() && *json >= low && *json <= high) return json->get<int>();
  wrong(fmt::format("'{}' is no number from {} to {}", name, low, high));
  return low;
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
