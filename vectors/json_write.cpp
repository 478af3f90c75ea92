#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include "vectors/json.h"
#include "vectors/json_names.h"

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

// What the vectors of a file share, so that it is written once.
struct Shared {
  Json controls;
  ept_word eptp = 0;
  ept_word access = 0;
  std::map<std::string, std::size_t> cites;
  std::map<std::string, std::string> drawn;     // entries that occur more than once: level and value, fields
  std::map<std::string, std::string> expected;  // expectations that occur more than once: their text, their name
};

Json entries_of(const Vector& vector, const Shared& shared) {
  Json entries = Json::array();
  for (std::size_t i = 0; i < vector.asked.entries.size(); ++i) {
    const ept_word value = vector.asked.entries[i];
    const bool drawn = i < vector.drawn.size();
    if (!drawn || shared.drawn.contains(entry_key(vector.asked.level - static_cast<int>(i), value)))
      entries.push_back(hex(value));
    else
      entries.push_back({{"value", hex(value)}, {"fields", vector.drawn[i]}});
  }
  return entries;
}

std::map<std::string, std::string> drawn_often(const std::vector<Vector>& list) {
  std::map<std::string, std::string> seen;
  std::map<std::string, std::string> often;
  for (const Vector& vector : list) {
    for (std::size_t i = 0; i < vector.drawn.size(); ++i) {
      const std::string key = entry_key(vector.asked.level - static_cast<int>(i), vector.asked.entries[i]);
      if (!seen.emplace(key, vector.drawn[i]).second) often[key] = vector.drawn[i];
    }
  }
  return often;
}

// "violation 3": the result and a number that counts from 1 for each result, by text.
std::map<std::string, std::string> expected_often(const std::vector<Vector>& list) {
  std::map<std::string, std::pair<std::string, std::size_t>> seen;  // text, result and how often
  for (const Vector& vector : list) {
    const Json json = expected_json(vector);
    auto& [result, count] = seen[json.dump()];
    result = json["result"];
    ++count;
  }
  std::map<std::string, std::string> often;
  std::map<std::string, int> number;
  for (const auto& [text, one] : seen) {
    if (one.second > 1) often[text] = fmt::format("{} {}", one.first, ++number[one.first]);
  }
  return often;
}

Json vector_json(const Vector& vector, const Shared& shared) {
  const Case& asked = vector.asked;
  Json json = {{"id", vector.id}, {"question", kQuestions.at(static_cast<std::size_t>(asked.question))}};
  Json controls = controls_of(asked.configuration);
  if (controls != shared.controls) json["controls"] = std::move(controls);
  if (asked.eptp != shared.eptp) json["eptp"] = hex(asked.eptp);
  if (asked.question != Question::eptp) {
    json["level"] = asked.level;
    json["entries"] = entries_of(vector, shared);
  }
  if (asked.question == Question::walk) {
    put(json, "guest_physical_address", asked.guest_physical_address);
    if (asked.access != shared.access) json["access"] = hex(asked.access);
  }
  json["expected"] = expected_json(vector);
  const auto often = shared.expected.find(json["expected"].dump());
  if (often != shared.expected.end()) json["expected"] = often->second;
  json["goals"] = vector.goals;
  if (!vector.cite.empty()) json["cite"] = shared.cites.at(vector.cite);
  put_text(json, "neighbour", vector.neighbour);
  put_text(json, "twin", vector.twin);
  return json;
}

std::map<std::string, std::size_t> citations_of(const std::vector<Vector>& list) {
  std::map<std::string, std::size_t> cites;
  for (const Vector& vector : list) {
    if (!vector.cite.empty()) cites[vector.cite] = 0;
  }
  std::size_t next = 0;
  for (auto& [text, number] : cites) number = next++;
  return cites;
}

// What most vectors have; of equally many the smallest.
template <class Value, class Of>
Value most_frequent(const std::vector<Vector>& list, const Of& of) {
  std::map<Value, std::size_t> count;
  for (const Vector& vector : list) ++count[of(vector)];
  const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
  return std::max_element(count.begin(), count.end(), less)->first;
}

Shared shared_by(const std::vector<Vector>& list) {
  const auto controls = [](const Vector& vector) { return controls_of(vector.asked.configuration).dump(); };
  return {Json::parse(most_frequent<std::string>(list, controls)),
          most_frequent<ept_word>(list, [](const Vector& vector) { return vector.asked.eptp; }),
          most_frequent<ept_word>(list, [](const Vector& vector) { return vector.asked.access; }),
          citations_of(list),
          drawn_often(list),
          expected_often(list)};
}

void write_head(const std::string& profile, const ept_configuration& configuration, const Shared& shared,
                std::ostream& out) {
  fmt::print(out, "{{\n\"format\": \"{}\",\n\"profile\": \"{}\",\n", kFormat, profile);
  fmt::print(out,
             "\"maxphyaddr\": {},\n\"capability\": \"{}\",\n\"parameters\": \"{}\",\n\"controls\": {},\n\"eptp\": "
             "\"{}\",\n\"access\": \"{}\",\n",
             configuration.maxphyaddr, hex(configuration.capability), hex(configuration.parameters),
             shared.controls.dump(), hex(shared.eptp), hex(shared.access));
  Json texts = Json::array();
  for (const auto& [text, number] : shared.cites) texts.push_back(text);
  fmt::print(out, "\"citations\": {},\n\"drawn\": {},\n\"expectations\": {{", texts.dump(1),
             Json(shared.drawn).dump(1));
  std::map<std::string, std::string> by_name;
  for (const auto& [text, name] : shared.expected) by_name[name] = text;
  const char* separator = "\n";
  for (const auto& [name, text] : by_name) {
    fmt::print(out, "{} \"{}\": {}", separator, name, text);
    separator = ",\n";
  }
  fmt::print(out, "\n}},\n\"vectors\": [");
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
                     {"drawn", Json::object()},
                     {"expectations", Json::object()},
                     {"vectors", Json::array()}};
  out_ << head.dump() << "\n";
}

void JsonLines::write(const Vector& vector) {
  out_ << vector_json(vector, {controls_of(allowed_), 0, 0, {}, {}, {}}).dump() << "\n";
}

void write_json(const std::string& profile, const std::vector<Vector>& list, std::ostream& out) {
  if (list.empty()) throw std::logic_error("a profile without vectors: " + profile);
  const ept_configuration& first = list.front().asked.configuration;
  const Shared shared = shared_by(list);
  write_head(profile, first, shared, out);
  const char* separator = "\n";
  for (const Vector& vector : list) {
    const ept_configuration& own = vector.asked.configuration;
    if (own.maxphyaddr != first.maxphyaddr || own.capability != first.capability || own.parameters != first.parameters)
      throw std::logic_error("vectors of different processors in profile " + profile);
    out << separator << vector_json(vector, shared).dump();
    separator = ",\n";
  }
  out << "\n]\n}\n";
}

}  // namespace vectors
