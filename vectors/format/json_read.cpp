#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/file.h"
#include "vectors/format/json.h"
#include "vectors/format/json_names.h"

namespace vectors {

namespace {

using Json = nlohmann::json;

// One object with the keys that it may have; says where something is wrong and remembers that it was.
class Object {
 public:
  Object(const Json& json, std::string where, std::vector<std::string>& errors)
      : json_(json), where_(std::move(where)), errors_(errors) {
    if (!json_.is_object()) wrong("not an object");
  }

  // To be called when everything that may be there has been looked for.
  void refuse_the_rest() {
    if (!json_.is_object()) return;
    for (const auto& [key, value] : json_.items()) {
      if (!known_.contains(key)) wrong("unknown key '" + key + "'");
    }
  }

  void wrong(const std::string& what) { errors_.push_back(where_ + ": " + what); }

  const Json* find(const char* key, bool required) {
    known_.insert(key);
    if (json_.is_object() && json_.contains(key)) return &json_[key];
    if (required && json_.is_object()) wrong(fmt::format("'{}' is missing", key));
    return nullptr;
  }

  ept_word hex(const char* key, bool required) {
    const Json* json = find(key, required);
    return json == nullptr ? 0 : hex_of(*json, key);
  }

  ept_word hex_of(const Json& json, const char* key) {
    const std::string text = json.is_string() ? json.get<std::string>() : "";
    ept_word value = 0;
    const char* const end = text.data() + text.size();
    const bool good = text.size() > 2 && text.size() <= 18 && text.compare(0, 2, "0x") == 0 &&
                      std::from_chars(text.data() + 2, end, value, 16).ptr == end &&
                      fmt::format("{:#x}", value) == text;
    if (!good) wrong(fmt::format("'{}' is no hexadecimal number such as \"0x1f\"", key));
    return value;
  }

  int integer(const char* key, int low, int high) {
    const Json* json = find(key, true);
    if (json == nullptr) return low;
    if (json->is_number_integer() && *json >= low && *json <= high) return json->get<int>();
    wrong(fmt::format("'{}' is no number from {} to {}", key, low, high));
    return low;
  }

  std::string text(const char* key, bool required) {
    const Json* json = find(key, required);
    if (json == nullptr) return "";
    if (json->is_string() && !json->get<std::string>().empty()) return json->get<std::string>();
    wrong(fmt::format("'{}' is no text", key));
    return "";
  }

  template <class Names>
  int one_of(const char* key, const Names& names) {
    const std::string name = text(key, true);
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<int>(found - names.begin());
    wrong(fmt::format("'{}' is none of {}", key, fmt::join(names, ", ")));
    return 0;
  }

  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> list;
    const Json* json = find(key, true);
    if (json == nullptr) return list;
    const bool good = json->is_array() && std::all_of(json->begin(), json->end(), [](const Json& item) {
                        return item.is_string() && !item.get<std::string>().empty();
                      });
    if (good) return json->get<std::vector<std::string>>();
    wrong(fmt::format("'{}' is no list of texts", key));
    return list;
  }

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] std::vector<std::string>& errors() { return errors_; }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string>& errors_;
  std::set<std::string> known_;
};

void read_controls(const Json& json, Object& parent, ept_configuration& to) {
  Object controls(json, parent.where() + ": controls", parent.errors());
  for (const auto& [key, member] : kControls) to.*member = controls.hex(key, false);
  controls.refuse_the_rest();
}

struct Shared {
  ept_configuration configuration{};
  ept_word eptp = 0;
  ept_word access = 0;
  std::vector<std::string> citations;
  std::vector<std::string> goals;
  std::map<std::string, std::string> drawn;
  Json expectations = Json::object();
};

void read_entry(const Json& json, Object& parent, const Shared& shared, Vector& to) {
  if (json.is_string()) {
    const ept_word value = parent.hex_of(json, "entries");
    const int level = to.asked.level - static_cast<int>(to.asked.entries.size());
    const auto drawn = shared.drawn.find(entry_key(level, value));
    to.asked.entries.push_back(value);
    if (drawn == shared.drawn.end()) return parent.wrong("an entry that 'drawn' does not have");
    return to.drawn.push_back(drawn->second);
  }
  Object entry(json, parent.where() + ": entry", parent.errors());
  to.asked.entries.push_back(entry.hex("value", true));
  to.drawn.push_back(entry.text("fields", true));
  entry.refuse_the_rest();
}

void read_entries(Object& from, const Shared& shared, Vector& to) {
  const Json* entries = from.find("entries", true);
  if (entries == nullptr) return;
  if (!entries->is_array()) return from.wrong("'entries' is no list");
  for (const Json& json : *entries) read_entry(json, from, shared, to);
  const auto count = static_cast<std::size_t>(to.asked.question == Question::entry ? 1 : to.asked.level);
  if (to.asked.entries.size() != count) from.wrong(fmt::format("{} entries where {} belong", entries->size(), count));
}

void read_expected(Object& from, const Shared& shared, Vector& to) {
  const Json* json = from.find("expected", true);
  if (json == nullptr) return;
  if (json->is_string()) {
    const auto found = shared.expectations.find(json->get<std::string>());
    if (found == shared.expectations.end()) return from.wrong("an expectation that 'expectations' does not have");
    json = &*found;
  }
  Object expected(*json, from.where() + ": expected", from.errors());
  ept_classification& entry = to.expected.classification;
  switch (to.asked.question) {
    case Question::eptp:
      expected.one_of("result", std::array{kAccepted, kRefused});
      to.expected.eptp_rules = expected.hex("rules", false);
      break;
    case Question::entry:
      entry.kind = static_cast<ept_kind>(expected.one_of("result", kKinds));
      entry.format = static_cast<ept_format>(expected.one_of("format", kFormats));
      entry.rules = expected.hex("rules", false);
      entry.reserved_bits = expected.hex("reserved_bits", false);
      break;
    case Question::walk:
      to.expected.outcome.result = static_cast<ept_result>(expected.one_of("result", kResults));
      to.expected.outcome.level = expected.integer("level", 0, 5);
      for (const auto& [key, member] : kOutcome) to.expected.outcome.*member = expected.hex(key, false);
      break;
  }
  to.broken = expected.text("broken", false);
  expected.refuse_the_rest();
}

// Texts, or numbers of texts.
void read_goals(Object& from, const Shared& shared, Vector& to) {
  const Json* goals = from.find("goals", true);
  if (goals == nullptr) return;
  if (!goals->is_array()) return from.wrong("'goals' is no list");
  for (const Json& goal : *goals) {
    if (goal.is_string() && !goal.get<std::string>().empty()) {
      to.goals.push_back(goal.get<std::string>());
    } else if (goal.is_number_unsigned() && goal.get<std::size_t>() < shared.goals.size()) {
      to.goals.push_back(shared.goals[goal.get<std::size_t>()]);
    } else {
      from.wrong("a goal that 'goals' does not have");
    }
  }
}

Vector read_vector(Object& from, const Shared& shared) {
  Vector vector;
  vector.id = from.text("id", true);
  const bool usual = from.find("question", false) == nullptr;
  vector.asked.question = static_cast<Question>(usual ? kUsualQuestion : from.one_of("question", kQuestions));
  vector.asked.configuration = shared.configuration;
  if (const Json* controls = from.find("controls", false)) read_controls(*controls, from, vector.asked.configuration);
  vector.asked.eptp = shared.eptp;
  if (from.find("eptp", false) != nullptr) vector.asked.eptp = from.hex("eptp", true);
  const bool walk = vector.asked.question == Question::walk;
  if (vector.asked.question != Question::eptp) {
    vector.asked.level = kUsualLevel;
    if (from.find("level", false) != nullptr) vector.asked.level = from.integer("level", walk ? 4 : 1, 5);
    read_entries(from, shared, vector);
  }
  if (walk) {
    vector.asked.guest_physical_address = from.hex("guest_physical_address", false);
    vector.asked.access = shared.access;
    if (from.find("access", false) != nullptr) vector.asked.access = from.hex("access", true);
  }
  read_expected(from, shared, vector);
  read_goals(from, shared, vector);
  if (from.find("cite", false) != nullptr) {
    const int cite = from.integer("cite", 0, static_cast<int>(shared.citations.size()) - 1);
    if (!shared.citations.empty()) vector.cite = shared.citations.at(static_cast<std::size_t>(cite));
  }
  vector.neighbour = from.text("neighbour", false);
  vector.twin = from.text("twin", false);
  from.refuse_the_rest();
  return vector;
}

std::size_t line_at(std::string_view text, std::size_t byte) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<long>(byte), '\n'));
}

// The line of the first vector: the writer puts each on a line of its own.
std::size_t first_line(std::string_view text) {
  const std::size_t at = text.find("\"vectors\": [");
  return at == std::string_view::npos ? 1 : line_at(text, at) + 1;
}

void read_tables(Object& from, Shared& shared) {
  shared.citations = from.texts("citations");
  shared.goals = from.texts("goals");
  const Json* expectations = from.find("expectations", true);
  if (expectations != nullptr && expectations->is_object()) shared.expectations = *expectations;
  const Json* drawn = from.find("drawn", true);
  if (drawn == nullptr || !drawn->is_object()) return;
  for (const auto& [key, text] : drawn->items()) {
    if (text.is_string())
      shared.drawn[key] = text.get<std::string>();
    else
      from.wrong("'drawn' has something that is no text");
  }
}

// The tables in a file beside `file`.
void read_tables_beside(const std::string& file, Object& head, Shared& shared) {
  const std::filesystem::path name = head.text("tables", true);
  if (name.has_parent_path()) return head.wrong("'tables' is no name of a file beside this one");
  const std::string path = (std::filesystem::path(file).parent_path() / name).string();
  Json json;
  try {
    json = Json::parse(read_file(path, "the tables of vectors"), nullptr, false);
  } catch (const std::runtime_error& error) {
    return head.wrong(error.what());
  }
  Object tables(json, path + ":1", head.errors());
  if (tables.text("format", true) != kTablesFormat) tables.wrong(fmt::format("'format' is not \"{}\"", kTablesFormat));
  read_tables(tables, shared);
  tables.refuse_the_rest();
}

Shared read_head(const std::string& file, Object& head) {
  Shared shared;
  if (head.text("format", true) != kFormat) head.wrong(fmt::format("'format' is not \"{}\"", kFormat));
  shared.configuration.maxphyaddr = static_cast<ept_word>(head.integer("maxphyaddr", 1, 52));
  shared.configuration.capability = head.hex("capability", true);
  shared.configuration.parameters = head.hex("parameters", true);
  if (const Json* controls = head.find("controls", true)) read_controls(*controls, head, shared.configuration);
  shared.eptp = head.hex("eptp", true);
  shared.access = head.hex("access", true);
  if (head.find("tables", false) != nullptr)
    read_tables_beside(file, head, shared);
  else
    read_tables(head, shared);
  return shared;
}

Document read_document(const Json& json, std::string_view text, const std::string& file,
                       std::vector<std::string>& errors) {
  Document document;
  Object head(json, file + ":1", errors);
  document.profile = head.text("profile", true);
  const Shared shared = read_head(file, head);
  const Json* list = head.find("vectors", true);
  head.refuse_the_rest();
  if (list == nullptr) return document;
  if (!list->is_array()) head.wrong("'vectors' is no list");
  std::size_t line = first_line(text);
  for (const Json& item : *list) {
    const std::size_t before = errors.size();
    Object from(item, fmt::format("{}:{}", file, line++), errors);
    Vector vector = read_vector(from, shared);
    vector.profile = document.profile;
    if (errors.size() == before) document.vectors.push_back(std::move(vector));
  }
  return document;
}

}  // namespace

Document read_json(std::string_view text, const std::string& file, std::vector<std::string>& errors) {
  try {
    return read_document(Json::parse(text), text, file, errors);
  } catch (const Json::parse_error& error) {
    const std::size_t byte = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    errors.push_back(fmt::format("{}:{}: no JSON: {}", file, place_in(text, byte), plain_json_mistake(error.what())));
  } catch (const Json::exception& error) {
    errors.push_back(fmt::format("{}:1: {}", file, plain_json_mistake(error.what())));
  }
  return {};
}

}  // namespace vectors
