#include "harness/baseline.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include <fmt/format.h>

#include "harness/json.h"

namespace harness {

namespace {

bool is_text(const JsonValue& value) { return value.is(JsonKind::text) && !value.text().empty(); }

bool is_list_of_ids(const std::optional<JsonValue>& value) {
  if (!value || !value->is(JsonKind::list) || value->empty()) return false;
  for (const JsonValue id : *value) {
    if (!id.is(JsonKind::text)) return false;
  }
  return true;
}

bool is_day(std::string_view text) {
  static const std::regex day(R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))");
  return std::regex_match(text.begin(), text.end(), day);
}

// What an entry lacks; empty when it is whole.
std::string mistake_in(const JsonValue& entry) {
  if (!entry.is(JsonKind::object)) return "an entry is an object";
  for (const char* key : {"reason", "link", "expires"}) {
    const auto value = entry.find(key);
    if (!value || !is_text(*value)) return fmt::format("'{}' is missing: a text", key);
  }
  if (!is_day(entry.find("expires")->text())) return "'expires' is a day, YYYY-MM-DD";
  if (!is_list_of_ids(entry.find("vectors"))) return "'vectors' is missing: a list of ids";
  for (const JsonValue member : entry) {
    const std::string_view key = member.key();
    if (key != "reason" && key != "link" && key != "expires" && key != "vectors") {
      return fmt::format("unknown key '{}'", key);
    }
  }
  return {};
}

KnownDeviation deviation_of(const JsonValue& entry) {
  KnownDeviation known{*entry.text_of("reason"), *entry.text_of("link"), *entry.text_of("expires"), {}};
  const auto ids = entry.find("vectors");  // by name, or it is gone before the loop begins
  for (const JsonValue id : *ids) known.vectors.emplace_back(id.text());
  return known;
}

}  // namespace

std::vector<KnownDeviation> read_baseline(const std::string& path, std::vector<std::string>& errors) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  Json json;
  const auto deviations = json.read(text) ? json.root().find("deviations") : std::nullopt;
  if (!deviations || !deviations->is(JsonKind::list)) {
    errors.push_back(path + ": is no JSON object with a list 'deviations'");
    return {};
  }
  std::vector<KnownDeviation> all;
  std::size_t number = 0;
  for (const JsonValue entry : *deviations) {
    ++number;
    if (const std::string mistake = mistake_in(entry); mistake.empty()) {
      all.push_back(deviation_of(entry));
    } else {
      errors.push_back(fmt::format("{}: deviation {}: {}", path, number, mistake));
    }
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
  if (deviates(judgement.verdict) && !expired) result.known[n] = &entry;
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
