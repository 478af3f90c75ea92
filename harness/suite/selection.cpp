#include "harness/suite/selection.h"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/judge/draw.h"
#include "harness/support/hash.h"
#include "harness/support/names.h"
#include "vectors/format/names.h"

namespace harness {

namespace {

bool some_goal_contains(const vectors::Vector& vector, const std::string& text) {
  return std::any_of(vector.goals.begin(), vector.goals.end(),
                     [&](const std::string& goal) { return goal.find(text) != std::string::npos; });
}

const char* question_of(const vectors::Vector& vector) {
  return vectors::kQuestions.at(static_cast<std::size_t>(vector.asked.question));
}

std::string access_of(const vectors::Vector& vector) {
  const bool walk = vector.asked.question == vectors::Question::walk;
  return walk ? names_of(ept_access_names, vector.asked.access) : std::string();
}

bool word_holds(const vectors::Vector& vector, const std::vector<std::string>& profiles, const std::string& word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string::npos) return vector.id.starts_with(word) || some_goal_contains(vector, word);
  const std::string key = word.substr(0, colon);
  const std::string text = word.substr(colon + 1);
  if (key == "goal") return some_goal_contains(vector, text);
  if (key == "id") return vector.id.starts_with(text);
  if (key == "profile") return std::count(profiles.begin(), profiles.end(), text) != 0;
  if (key == "question") {
    if (std::count(vectors::kQuestions.begin(), vectors::kQuestions.end(), text) == 0) {
      throw std::runtime_error("--filter: 'question:" + text + "' is none of eptp, entry, walk");
    }
    return question_of(vector) == text;
  }
  if (key == "rule") return rule_of(vector).find(text) != std::string::npos;
  if (key == "access") return access_of(vector).find(text) != std::string::npos;
  throw std::runtime_error("--filter: '" + key + "' is none of goal, id, profile, question, rule, access");
}

}  // namespace

bool selected(const vectors::Vector& vector, const std::vector<std::string>& profiles, const std::string& filter) {
  std::istringstream words(filter);
  for (std::string word; words >> word;) {
    const bool negated = word.starts_with('!');
    if (word_holds(vector, profiles, negated ? word.substr(1) : word) == negated) return false;
  }
  return true;
}

Shard parse_shard(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto [slash, first_error] = std::from_chars(text.data(), end, shard.index);
  const bool two = first_error == std::errc() && slash != end && *slash == '/';
  const auto [stop, error] = std::from_chars(two ? slash + 1 : end, end, shard.count);
  if (!two || error != std::errc() || stop != end || shard.index == 0 || shard.index > shard.count) {
    throw std::runtime_error("--shard: '" + text + "' is not I/N with 1 <= I <= N");
  }
  return shard;
}

bool belongs(const Shard& shard, const std::string& id) { return hash_of(id) % shard.count == shard.index - 1; }

std::string digest_of(const std::vector<vectors::Vector>& vectors) {
  std::vector<std::string> ids;
  ids.reserve(vectors.size());
  for (const vectors::Vector& vector : vectors) ids.push_back(vector.id);
  std::sort(ids.begin(), ids.end());
  std::uint64_t hash = hash_of("");
  for (const std::string& id : ids) hash = hash_of("\n", hash_of(id, hash));
  return fmt::format("{:016x}", hash);
}

}  // namespace harness
