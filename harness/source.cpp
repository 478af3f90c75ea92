#include "harness/source.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_set>

#include "harness/builtin.h"
#include "vectors/json.h"

namespace harness {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const std::string& path, std::vector<std::string>& errors) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() == ".json" && entry.path().filename() != "manifest.json")
      files.push_back(entry.path());
  }
  if (files.empty()) errors.push_back(path + ": holds no vectors");
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::vector<vectors::Vector> load_vectors(const std::string& path, std::vector<std::string>& errors) {
  std::vector<vectors::Vector> all;
  if (path == "builtin") {
    for (Smoke& one : smoke_vectors(usual_configuration())) all.push_back(std::move(one.vector));
    return all;
  }
  std::unordered_set<std::string> ids;
  for (const fs::path& file : files_of(path, errors)) {
    std::ifstream in(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    if (!in.is_open()) {
      errors.push_back(file.string() + ": cannot be read");
      continue;
    }
    for (vectors::Vector& vector : vectors::read_json(text, file.string(), errors).vectors) {
      if (ids.insert(vector.id).second) all.push_back(std::move(vector));
    }
  }
  return all;
}

}  // namespace harness
