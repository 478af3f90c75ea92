#include "harness/suite/source.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/suite/builtin.h"
#include "harness/suite/selection.h"
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

ept_configuration configuration_of(const VectorSet& set, const std::string& profile) {
  check_profile(set, profile);
  ept_configuration all{};
  for (const vectors::Vector& vector : set.vectors) {
    const auto found = set.profiles.find(vector.id);
    if (found == set.profiles.end() || std::count(found->second.begin(), found->second.end(), profile) == 0) continue;
    const ept_configuration& one = vector.asked.configuration;
    all.maxphyaddr = one.maxphyaddr;
    all.capability = one.capability;
    all.parameters = one.parameters;
    for (const vectors::Controls& word : vectors::kControls) all.*word.member |= one.*word.member;
  }
  return all;
}

}  // namespace harness
