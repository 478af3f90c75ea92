#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include "vectors/format/json.h"
#include "vectors/format/json_names.h"

namespace vectors {

namespace {

using Json = nlohmann::ordered_json;

std::string hex(ept_word value) { return fmt::format("{:#x}", value); }

void put(Json& to, const char* key, ept_word value) {
  if (value != 0) to[key] = hex(value);
}

void put_text(Json& to, const char* key, const std::string& text) {
  if (!text.empty()) to[key] = text;
}

Json controls_of(const ept_configuration& configuration) {
  Json json = Json::object();
  for (const auto& [key, member] : kControls) put(json, key, configuration.*member);
  return json;
}

Json expected_json(const Vector& vector) {
  const Expected& expected = vector.expected;
  Json json;
  switch (vector.asked.question) {
    case Question::eptp:
      json["result"] = expected.eptp_rules == 0 ? kAccepted : kRefused;
      put(json, "rules", expected.eptp_rules);
      break;
    case Question::entry:
      json["result"] = kKinds.at(expected.classification.kind);
      json["format"] = kFormats.at(expected.classification.format);
      put(json, "rules", expected.classification.rules);
      put(json, "reserved_bits", expected.classification.reserved_bits);
      break;
    case Question::walk:
      json["result"] = kResults.at(expected.outcome.result);
      json["level"] = expected.outcome.level;
      for (const auto& [key, member] : kOutcome) put(json, key, expected.outcome.*member);
      break;
  }
  put_text(json, "broken", vector.broken);
  return json;
}

// What most vectors of a file have.
struct Usual {
  Json controls;
  ept_word eptp = 0;
  ept_word access = 0;
};

Json entries_of(const Vector& vector, const Tables& tables) {
  Json entries = Json::array();
  for (std::size_t i = 0; i < vector.asked.entries.size(); ++i) {
    const ept_word value = vector.asked.entries[i];
    const bool drawn = i < vector.drawn.size();
    if (!drawn || tables.drawn.contains(entry_key(vector.asked.level - static_cast<int>(i), value)))
      entries.push_back(hex(value));
    else
      entries.push_back({{"value", hex(value)}, {"fields", vector.drawn[i]}});
  }
  return entries;
}

// Those of a stream have no table: they are texts.
Json goals_of(const Vector& vector, const Tables& tables) {
  Json goals = Json::array();
  for (const std::string& goal : vector.goals) {
    const auto found = tables.goals.find(goal);
    if (found != tables.goals.end())
      goals.push_back(found->second);
    else
      goals.push_back(goal);
  }
  return goals;
}

Json vector_json(const Vector& vector, const Usual& usual, const Tables& tables) {
  const Case& asked = vector.asked;
  Json json = {{"id", vector.id}};
  const auto question = static_cast<std::size_t>(asked.question);
  if (question != kUsualQuestion) json["question"] = kQuestions.at(question);
  Json controls = controls_of(asked.configuration);
  if (controls != usual.controls) json["controls"] = std::move(controls);
  if (asked.eptp != usual.eptp) json["eptp"] = hex(asked.eptp);
  if (asked.question != Question::eptp) {
    if (asked.level != kUsualLevel) json["level"] = asked.level;
    json["entries"] = entries_of(vector, tables);
  }
  if (asked.question == Question::walk) {
    put(json, "guest_physical_address", asked.guest_physical_address);
    if (asked.access != usual.access) json["access"] = hex(asked.access);
  }
  json["expected"] = expected_json(vector);
  const auto shared = tables.expectations.find(json["expected"].dump());
  if (shared != tables.expectations.end()) json["expected"] = shared->second;
  json["goals"] = goals_of(vector, tables);
  if (!vector.cite.empty()) json["cite"] = tables.citations.at(vector.cite);
  put_text(json, "neighbour", vector.neighbour);
  put_text(json, "twin", vector.twin);
  return json;
}

// What most vectors have; of equally many the smallest.
template <class Value, class Of>
Value most_frequent(const std::vector<Vector>& list, const Of& of) {
  std::map<Value, std::size_t> count;
  for (const Vector& vector : list) ++count[of(vector)];
  const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
  return std::max_element(count.begin(), count.end(), less)->first;
}

Usual usual_of(const std::vector<Vector>& list) {
  const auto controls = [](const Vector& vector) { return controls_of(vector.asked.configuration).dump(); };
  return {Json::parse(most_frequent<std::string>(list, controls)),
          most_frequent<ept_word>(list, [](const Vector& vector) { return vector.asked.eptp; }),
          most_frequent<ept_word>(list, [](const Vector& vector) { return vector.asked.access; })};
}

// In the order of the texts, counted from 0.
void number(std::map<std::string, std::size_t>& texts) {
  std::size_t next = 0;
  for (auto& [text, place] : texts) place = next++;
}

Json texts_of(const std::map<std::string, std::size_t>& numbered) {
  Json texts = Json::array();
  for (const auto& [text, number] : numbered) texts.push_back(text);
  return texts;
}

// The fields of an entry can depend on the width: bits that belong to the address are beyond it elsewhere.
void add_drawn(const Vector& vector, std::map<std::string, std::string>& drawn, std::set<std::string>& differing) {
  for (std::size_t i = 0; i < vector.drawn.size(); ++i) {
    const std::string key = entry_key(vector.asked.level - static_cast<int>(i), vector.asked.entries[i]);
    const auto [found, is_new] = drawn.try_emplace(key, vector.drawn[i]);
    if (!is_new && found->second != vector.drawn[i]) differing.insert(key);
  }
}

// The members, without the braces around them.
void write_members(const Tables& tables, std::ostream& out) {
  fmt::print(out, "\"citations\": {},\n\"goals\": {},\n\"drawn\": {},\n\"expectations\": {{",
             texts_of(tables.citations).dump(1), texts_of(tables.goals).dump(1), Json(tables.drawn).dump(1));
  std::map<std::string, std::string> by_name;
  for (const auto& [text, name] : tables.expectations) by_name[name] = text;
  const char* separator = "\n";
  for (const auto& [name, text] : by_name) {
    fmt::print(out, "{} \"{}\": {}", separator, name, text);
    separator = ",\n";
  }
  fmt::print(out, "\n}}");
}

void write_head(const std::string& profile, const ept_configuration& configuration, const Usual& usual,
                std::ostream& out) {
  fmt::print(out, "{{\n\"format\": \"{}\",\n\"profile\": \"{}\",\n", kFormat, profile);
  fmt::print(out,
             "\"maxphyaddr\": {},\n\"capability\": \"{}\",\n\"parameters\": \"{}\",\n\"controls\": {},\n\"eptp\": "
             "\"{}\",\n\"access\": \"{}\",\n",
             configuration.maxphyaddr, hex(configuration.capability), hex(configuration.parameters),
             usual.controls.dump(), hex(usual.eptp), hex(usual.access));
}

void write_vectors(const std::string& profile, const std::vector<Vector>& list, const Usual& usual,
                   const Tables& tables, std::ostream& out) {
  const ept_configuration& first = list.front().asked.configuration;
  const char* separator = "\n";
  fmt::print(out, ",\n\"vectors\": [");
  for (const Vector& vector : list) {
    const ept_configuration& own = vector.asked.configuration;
    if (own.maxphyaddr != first.maxphyaddr || own.capability != first.capability || own.parameters != first.parameters)
      throw std::logic_error("vectors of different processors in profile " + profile);
    out << separator << vector_json(vector, usual, tables).dump();
    separator = ",\n";
  }
  out << "\n]\n}\n";
}

const ept_configuration& first_of(const std::string& profile, const std::vector<Vector>& list) {
  if (list.empty()) throw std::logic_error("a profile without vectors: " + profile);
  return list.front().asked.configuration;
}

}  // namespace

JsonLines::JsonLines(const std::string& profile, const ept_configuration& allowed, std::ostream& out)
    : allowed_(allowed), out_(out) {
  const Json head = {{"format", kFormat},
                     {"profile", profile},
                     {"maxphyaddr", allowed.maxphyaddr},
                     {"capability", hex(allowed.capability)},
                     {"parameters", hex(allowed.parameters)},
                     {"controls", controls_of(allowed)},
                     {"eptp", hex(0)},
                     {"access", hex(0)},
                     {"citations", Json::array()},
                     {"goals", Json::array()},
                     {"drawn", Json::object()},
                     {"expectations", Json::object()},
                     {"vectors", Json::array()}};
  out_ << head.dump() << "\n";
}

void JsonLines::write(const Vector& vector) {
  out_ << vector_json(vector, {controls_of(allowed_), 0, 0}, {}).dump() << "\n";
}

// Expectations are named "violation 3": the result and a number that counts from 1 for each result, by text.
Tables tables_of(const std::vector<const std::vector<Vector>*>& lists) {
  Tables tables;
  std::set<std::string> differing;
  for (const std::vector<Vector>* list : lists) {
    for (const Vector& vector : *list) {
      if (!vector.cite.empty()) tables.citations[vector.cite] = 0;
      for (const std::string& goal : vector.goals) tables.goals[goal] = 0;
      add_drawn(vector, tables.drawn, differing);
      const Json expected = expected_json(vector);
      tables.expectations[expected.dump()] = expected["result"];
    }
  }
  for (const std::string& key : differing) tables.drawn.erase(key);
  number(tables.citations);
  number(tables.goals);
  std::map<std::string, int> count;
  for (auto& [text, name] : tables.expectations) name += fmt::format(" {}", ++count[name]);
  return tables;
}

void write_tables(const Tables& tables, std::ostream& out) {
  fmt::print(out, "{{\n\"format\": \"{}\",\n", kTablesFormat);
  write_members(tables, out);
  out << "\n}\n";
}

void write_json(const std::string& profile, const std::vector<Vector>& list, std::ostream& out) {
  const Tables tables = tables_of({&list});
  const ept_configuration& configuration = first_of(profile, list);
  const Usual usual = usual_of(list);
  write_head(profile, configuration, usual, out);
  write_members(tables, out);
  write_vectors(profile, list, usual, tables, out);
}

void write_json(const std::string& profile, const std::vector<Vector>& list, const Tables& tables,
                const std::string& tables_file, std::ostream& out) {
  const ept_configuration& configuration = first_of(profile, list);
  const Usual usual = usual_of(list);
  write_head(profile, configuration, usual, out);
  fmt::print(out, R"("tables": "{}")", tables_file);
  write_vectors(profile, list, usual, tables, out);
}

}  // namespace vectors
