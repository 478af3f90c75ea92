#include "harness/suite/selection.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/judge/draw.h"
#include "harness/suite/builtin.h"
#include "harness/support/names.h"
#include "harness/support/text.h"
#include "vectors/format/document.h"
#include "vectors/format/file.h"
#include "vectors/format/manifest.h"
#include "vectors/format/names.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

constexpr const char* kExpected = "a file of vectors, a directory of such files, or builtin";

bool is_of_vectors(const fs::path& path) {
  const std::string extension = path.extension();
  const bool known = extension == ".jsonl" || extension == ".json" || extension == ".bin";
  return known && path.filename() != vectors::kCitationsFile;
}

std::vector<fs::path> files_of(const std::string& path, std::vector<std::string>& errors) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (is_of_vectors(entry.path())) files.push_back(entry.path());
  }
  if (files.empty()) errors.push_back(fmt::format("{}: holds no vectors; expected {}", path, kExpected));
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<vectors::Document> documents_of(const std::string& path, std::vector<std::string>& errors) {
  std::error_code none;
  if (fs::exists(fs::path(path) / "manifest.json", none)) return vectors::read_directory(path, errors);
  std::vector<vectors::Document> documents;
  for (const fs::path& file : files_of(path, errors)) {
    try {
      documents.push_back(vectors::read_vectors(vectors::read_file(file, kExpected), file.string(), errors));
    } catch (const std::runtime_error& error) {
      errors.emplace_back(error.what());
    }
  }
  return documents;
}

bool some_goal_contains(const vectors::Vector& vector, const std::string& text) {
  return std::any_of(vector.goals.begin(), vector.goals.end(),
                     [&](const std::string& goal) { return goal.find(text) != std::string::npos; });
}

const char* question_of(const vectors::Vector& vector) {
  return vectors::kQuestions.at(static_cast<std::size_t>(vector.asked.question));
}

std::string access_of(const vectors::Vector& vector) {
  const bool accesses = vectors::has_outcome(vector.asked.question);
  return accesses ? names_of(ept_access_names, vector.asked.access) : std::string();
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
      throw std::runtime_error(
          fmt::format("--filter: 'question:{}' is none of {}", text, fmt::join(vectors::kQuestions, ", ")));
    }
    return question_of(vector) == text;
  }
  if (key == "rule") return rule_of(vector).find(text) != std::string::npos;
  if (key == "access") return access_of(vector).find(text) != std::string::npos;
  throw std::runtime_error("--filter: '" + key + "' is none of goal, id, profile, question, rule, access");
}

}  // namespace

VectorSet load_vectors(const std::string& path, std::vector<std::string>& errors) {
  VectorSet set;
  if (path == "builtin") {
    for (Smoke& one : smoke_vectors(usual_configuration())) set.vectors.push_back(std::move(one.vector));
    return set;
  }
  for (vectors::Document& document : documents_of(path, errors)) {
    for (vectors::Vector& vector : document.vectors) {
      const auto [found, is_new] = set.profiles.try_emplace(vector.id);
      if (!document.profile.empty()) found->second.push_back(document.profile);
      if (is_new) set.vectors.push_back(std::move(vector));
    }
  }
  return set;
}

bool selected(const vectors::Vector& vector, const std::vector<std::string>& profiles, const std::string& filter) {
  std::istringstream words(filter);
  for (std::string word; words >> word;) {
    const bool negated = word.starts_with('!');
    if (word_holds(vector, profiles, negated ? word.substr(1) : word) == negated) return false;
  }
  return true;
}

std::vector<vectors::Vector> choose(const VectorSet& set, const std::string& filter) {
  std::vector<vectors::Vector> chosen;
  for (const vectors::Vector& vector : set.vectors) {
    const auto found = set.profiles.find(vector.id);
    const std::vector<std::string> none;
    if (selected(vector, found == set.profiles.end() ? none : found->second, filter)) chosen.push_back(vector);
  }
  if (chosen.empty() && !set.vectors.empty()) {
    throw std::runtime_error(fmt::format("none of {} vectors is chosen by '{}'", set.vectors.size(), filter));
  }
  return chosen;
}

void check_profile(const VectorSet& set, const std::string& profile) {
  std::set<std::string> known;
  for (const auto& [id, profiles] : set.profiles) known.insert(profiles.begin(), profiles.end());
  if (known.contains(profile)) return;
  throw std::runtime_error(fmt::format(
      "--profile: no vector belongs to '{}'; expected {}", profile,
      known.empty() ? "no profile: these vectors have none" : fmt::format("one of {}", fmt::join(known, ", "))));
}

ept_registers configuration_of(const VectorSet& set, const std::string& profile) {
  check_profile(set, profile);
  ept_registers all{};
  for (const vectors::Vector& vector : set.vectors) {
    const auto found = set.profiles.find(vector.id);
    if (found == set.profiles.end() || std::count(found->second.begin(), found->second.end(), profile) == 0) continue;
    const ept_registers& one = vector.asked.registers;
    if (all.maxphyaddr != 0 && !vectors::is_of_processor(one, all)) {
      throw std::runtime_error(fmt::format(
          "--profile: the vectors of '{}' have processors of their own; expected the name of a processor", profile));
    }
    all.maxphyaddr = one.maxphyaddr;
    all.capability = one.capability;
    all.parameters = one.parameters;
    for (const vectors::Controls& word : vectors::kControls)
      vectors::controls_in(all, word) |= vectors::controls_in(one, word);
  }
  return all;
}

Shard parse_shard(const std::string& text) {
  Shard shard;
  const std::size_t slash = std::min(text.find('/'), text.size());
  const bool two = read_number(text.substr(0, slash), shard.index) &&
                   read_number(std::string_view(text).substr(std::min(slash + 1, text.size())), shard.count);
  if (!two || shard.index == 0 || shard.index > shard.count) {
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
