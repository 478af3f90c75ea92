#include "vectors/format/self_contained.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/expectation.h"
#include "vectors/format/file.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "eptspec vectors export 1";

// The line of a vector, whose id the writer gives a line of its own; looks on from byte `at`, which is of line `line`.
std::size_t next_line(std::string_view text, std::size_t& at, std::size_t& line) {
  const std::size_t found = std::min(text.find("\n   \"id\":", at), text.size());
  if (found < text.size()) {
    line += static_cast<std::size_t>(std::count(&text[at], &text[found] + 1, '\n'));
    at = found + 1;
  }
  return line;
}

ept_word value_in(Object& from, const char* name) {
  const Json* const json = from.find(name, true);
  return json == nullptr || !json->is_object() || !json->contains("value") ? 0 : from.hex_of(json->at("value"), name);
}

ept_registers read_configuration(Object& from) {
  ept_registers configuration{};
  Object words = from.object("configuration");
  configuration.maxphyaddr = static_cast<ept_word>(words.integer("maxphyaddr", 1, 52));
  configuration.capability = value_in(words, "capability");
  for (const Controls& word : kControls)
    controls_in(configuration, word) = value_in(words, ept_register_names[word.number].name);
  configuration.parameters = words.bits("parameters", ept_parameters_names, true);
  return configuration;
}

void read_walk(Object& from, Case& asked) {
  asked.registers = read_configuration(from);
  asked.registers.eptp = value_in(from, "eptp");
  if (asked.question != Question::eptp) {
    for (Object& entry : from.objects("entries")) {
      asked.entries.push_back(entry.hex("value", true));
      if (asked.entries.size() == 1) asked.level = entry.integer("level", 1, 5);
    }
  }
  if (asked.question == Question::sub_page)
    asked.registers.sub_page_table_pointer = from.hex("sub_page_table_pointer", true);
  if (has_outcome(asked.question)) {
    Object access = from.object("access");
    asked.access = access.bits("attributes", ept_access_names, true);
    asked.guest_physical_address = access.hex("guest_physical_address", true);
  }
}

Vector read_vector(Object& from) {
  const std::size_t before = from.errors().size();
  Vector vector;
  Case& asked = vector.asked;
  asked.question = static_cast<Question>(std::max(from.one_of("question", kQuestions), 0));
  if (asked.question == Question::check) {
    asked.check = read_check(from);
    asked.registers.maxphyaddr = static_cast<ept_word>(from.integer("maxphyaddr", 1, 52));
    asked.registers.parameters = from.bits("parameters", ept_parameters_names, true);
    read_registers(from, kCapabilities | kGiven, asked.registers);
  } else {
    read_walk(from, asked);
  }
  vector.goals = from.texts("goals", true);
  vector.cite = from.text("cite", false);
  vector.neighbour = from.text("neighbour", false);
  vector.twin = from.text("twin", false);
  if (from.errors().size() == before) read_checked(from, vector);
  return vector;
}

// The words beside the numbers: what the file says must be what the numbers mean.
void check_words(Object& from, const Json& found, const Vector& vector) {
  const Json right = in_words(vector);
  for (const auto& [name, value] : found.items()) {
    const bool same = right.contains(name) && nlohmann::json(right.at(name)) == nlohmann::json(value);
    if (!same) return from.wrong(fmt::format("{}: '{}' is not what the case means", vector.id, name));
  }
  if (found.size() != right.size()) from.wrong(vector.id + ": lacks what the case means in words");
}

Document read_document(Object& head, std::string_view text, const std::string& file) {
  Document document;
  std::vector<std::string>& errors = head.errors();
  if (head.text("format", true) != kFormat) {
    head.wrong(fmt::format("'format' is not \"{}\"", kFormat));
    return document;
  }
  document.profile = head.text("profile", true);
  document.manual = head.text("manual", false);
  std::size_t at = 0;
  std::size_t line = 1;
  for (const Json& item : head.list("vectors", true)) {
    const std::size_t before = errors.size();
    Object from(item, fmt::format("{}:{}", file, next_line(text, at, line)), errors);
    Vector vector = read_vector(from);
    vector.profile = document.profile;
    if (errors.size() == before) check_words(from, item, vector);
    if (errors.size() == before) document.vectors.push_back(std::move(vector));
  }
  head.refuse_the_rest();
  return document;
}

}  // namespace

void write_self_contained(const Document& document, std::ostream& out) {
  Json json = {{"format", kFormat}, {"profile", document.profile}};
  if (!document.manual.empty()) json["manual"] = document.manual;
  json["vectors"] = Json::array();
  for (const Vector& vector : document.vectors) json["vectors"].push_back(in_words(vector));
  out << json.dump(1) << "\n";
}

Document read_self_contained(std::string_view text, const std::string& file, std::vector<std::string>& errors) {
  Document document;
  read_object(text, file, 1, errors, [&](Object& head) { document = read_document(head, text, file); });
  return document;
}

}  // namespace vectors
