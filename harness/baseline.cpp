#include "harness/baseline.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace harness {

namespace {

using Json = nlohmann::json;

bool is_text(const Json& entry, const char* key) {
  return entry.contains(key) && entry[key].is_string() && !entry[key].get_ref<const std::string&>().empty();
}

bool is_list_of_ids(const Json& entry) {
  if (!entry.contains("vectors") || !entry["vectors"].is_array() || entry["vectors"].empty()) return false;
  return std::all_of(entry["vectors"].begin(), entry["vectors"].end(), [](const Json& id) { return id.is_string(); });
}

// What an entry lacks; empty when it is whole.
std::string mistake_in(const Json& entry) {
  if (!entry.is_object()) return "an entry is an object";
  for (const char* key : {"reason", "link", "expires"}) {
    if (!is_text(entry, key)) return fmt::format("'{}' is missing: a text", key);
  }
  static const std::regex day(R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))");
  if (!std::regex_match(entry["expires"].get<std::string>(), day)) return "'expires' is a day, YYYY-MM-DD";
  if (!is_list_of_ids(entry)) return "'vectors' is missing: a list of ids";
  for (const auto& [key, value] : entry.items()) {
    if (key != "reason" && key != "link" && key != "expires" && key != "vectors") {
      return fmt::format("unknown key '{}'", key);
    }
  }
  return {};
}

bool is_deviation(const Judgement& judgement) {
  return judgement.verdict == Verdict::fail || judgement.verdict == Verdict::error;
}

}  // namespace

std::vector<KnownDeviation> read_baseline(const std::string& path, std::vector<std::string>& errors) {
  std::ifstream in(path);
  const Json document = Json::parse(in, nullptr, false);
  if (!document.is_object() || !document.contains("deviations") || !document["deviations"].is_array()) {
    errors.push_back(path + ": is no JSON object with a list 'deviations'");
    return {};
  }
  std::vector<KnownDeviation> all;
  std::size_t number = 0;
  for (const Json& entry : document["deviations"]) {
    ++number;
    if (const std::string mistake = mistake_in(entry); !mistake.empty()) {
      errors.push_back(fmt::format("{}: deviation {}: {}", path, number, mistake));
      continue;
    }
    all.push_back({entry["reason"], entry["link"], entry["expires"], entry["vectors"]});
  }
  return all;
}

namespace {

// What one entry says of one vector that was run.
void assess_one(const KnownDeviation& entry, bool expired, std::size_t n, const std::string& id,
                const Judgement& judgement, Assessment& result) {
  if (judgement.verdict == Verdict::pass) {
    result.problems.push_back(fmt::format("unexpected pass of {}: {}", id, entry.reason));
  }
  if (is_deviation(judgement) && !expired) result.known[n] = &entry;
}

}  // namespace

Assessment assess(const std::vector<KnownDeviation>& baseline, const std::vector<vectors::Vector>& vectors,
                  const std::vector<Judgement>& judgements, const std::vector<std::string>& all_ids,
                  const std::string& today) {
  Assessment result;
  result.known.assign(vectors.size(), nullptr);
  std::map<std::string, std::size_t> index;
  for (std::size_t n = 0; n < vectors.size(); ++n) index[vectors[n].id] = n;
  for (const KnownDeviation& entry : baseline) {
    const bool expired = entry.expires < today;
    if (expired) result.problems.push_back(fmt::format("expired on {}: {}", entry.expires, entry.reason));
    for (const std::string& id : entry.vectors) {
      const auto found = index.find(id);
      if (found != index.end()) {
        assess_one(entry, expired, found->second, id, judgements[found->second], result);
      } else if (!std::binary_search(all_ids.begin(), all_ids.end(), id)) {
        result.problems.push_back(fmt::format("unknown vector {}: {}", id, entry.reason));
      }
    }
  }
  return result;
}

}  // namespace harness
