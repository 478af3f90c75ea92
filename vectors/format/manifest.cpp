#include "vectors/format/manifest.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "vectors/format/binary.h"
#include "vectors/format/file.h"
#include "vectors/format/identity.h"
#include "vectors/format/object.h"

namespace vectors {

namespace {

namespace fs = std::filesystem;
constexpr const char* kManifest = "manifest.json";
constexpr const char* kLines = ".jsonl";
constexpr const char* kBinary = ".bin";
constexpr const char* kOtherSha256 = "the SHA-256 is not that of the manifest";

std::string manifest_text(const Manifest& manifest) {
  nlohmann::ordered_json json = {
      {"format", "eptspec vectors manifest 3"}, {"spec_version", manifest.spec_version}, {"manual", manifest.edition}};
  std::size_t total = 0;
  for (const auto& [name, file] : manifest.files) total += file.vectors;
  json["vectors"] = total;
  json["citations"] = {{"sha256", manifest.citations_sha256}};
  for (const auto& [name, file] : manifest.files) {
    json["files"][name] = {{"vectors", file.vectors}, {"sha256", file.sha256}};
    if (!file.also.empty()) json["files"][name]["also"] = file.also;
  }
  return json.dump(1) + "\n";
}

Manifest manifest_of(Object& from) {
  Manifest manifest{
      from.text("spec_version", true), from.text("manual", true), from.object("citations").text("sha256", true), {}};
  Object files = from.object("files");
  for (const auto& item : files.json().items()) {
    if (fs::path(item.key()).has_parent_path()) files.wrong("a name of a file that is not beside this one");
    Object file = files.object(item.key().c_str());
    manifest.files[item.key()] = {file.text("sha256", true), file.number("vectors"), file.texts("also", false)};
  }
  return manifest;
}

bool is_about_all(const std::string& name) { return name == kManifest || name == kCitationsFile; }

std::string file_of(const Document& document) {
  return document.profile + (document.purposes.empty() ? kBinary : kLines);
}

std::string bytes_of(const Document& document) {
  if (document.purposes.empty()) return to_binary(document.vectors);
  std::ostringstream text;
  write_lines(document, kCitationsFile, text);
  return text.str();
}

Document read_listed(const fs::path& path, const FileEntry& entry, const std::string& manual,
                     std::vector<std::string>& errors) {
  const bool binary = path.extension() == kBinary;
  const auto wrong = [&](std::string_view what) {
    errors.push_back(fmt::format("{}{}: {}", path.string(), binary ? "" : ":1", what));
  };
  const std::string bytes = read_file(path);
  if (sha256(bytes) != entry.sha256) wrong(kOtherSha256);
  const std::size_t before = errors.size();
  Document document = read_vectors(bytes, path.string(), errors);
  if (binary) {
    document = renamed(std::move(document), path.stem());
    document.manual = manual;
    for (Vector& vector : document.vectors) vector.goals = {kDenseGoal};
  }
  document.file = path.filename();
  const std::size_t count = document.vectors.size();
  if (errors.size() == before && count != entry.vectors)
    wrong(fmt::format("{} vectors where the manifest says {}", count, entry.vectors));
  if (errors.size() == before && document.profile != path.stem()) wrong("the profile is not the file's name");
  return document;
}

// A mistake goes to `errors`.
Manifest read_manifest(const fs::path& path, std::vector<std::string>& errors) {
  Manifest manifest;
  try {
    const std::size_t before = errors.size();
    const std::string text = read_file(path, "the list of a directory of vectors");
    read_object(text, path.string(), 1, errors, [&](Object& from) { manifest = manifest_of(from); });
    if (errors.size() == before && manifest_text(manifest) != text)
      errors.push_back(path.string() + ":1: not as eptspec writes it");
  } catch (const std::runtime_error& error) {
    errors.emplace_back(error.what());
  }
  return manifest;
}

// The entry of an earlier document that differs in nothing but the profile's name. Ids are hashes of the case.
FileEntry* same_vectors(const std::vector<Document>& documents, const Document& document, Manifest& manifest) {
  const auto same = [](const Vector& a, const Vector& b) { return a.id == b.id; };
  for (const Document& earlier : documents) {
    const auto entry = manifest.files.find(file_of(earlier));
    const bool equal =
        earlier.purposes == document.purposes && std::equal(earlier.vectors.begin(), earlier.vectors.end(),
                                                            document.vectors.begin(), document.vectors.end(), same);
    if (entry != manifest.files.end() && equal) return &entry->second;
  }
  return nullptr;
}

}  // namespace

void write_directory(const fs::path& directory, const std::vector<Document>& documents, const std::string& spec_version,
                     const std::string& edition) {
  fs::create_directories(directory);
  Citations citations;
  for (const Document& document : documents) add_citations(document, citations);
  std::ostringstream shared;
  write_citations(citations, shared);
  write_file(directory / kCitationsFile, shared.str());
  Manifest manifest{spec_version, edition, sha256(shared.str()), {}};
  for (const Document& document : documents) {
    if (FileEntry* same = same_vectors(documents, document, manifest)) {
      same->also.push_back(document.profile);
      continue;
    }
    const std::string name = file_of(document);
    const std::string bytes = bytes_of(document);
    write_file(directory / name, bytes);
    manifest.files[name] = {sha256(bytes), document.vectors.size(), {}};
  }
  std::vector<std::string> mistakes;  // where there was no good manifest, nothing is known to be ours
  for (const auto& [name, entry] : read_manifest(directory / kManifest, mistakes).files) {
    if (mistakes.empty() && !manifest.files.contains(name)) fs::remove(directory / name);
  }
  write_file(directory / kManifest, manifest_text(manifest));
}

std::vector<Document> read_directory(const fs::path& directory, std::vector<std::string>& errors) {
  const fs::path path = directory / kManifest;
  std::vector<Document> documents;
  const std::size_t before = errors.size();
  const Manifest manifest = read_manifest(path, errors);
  if (errors.size() != before) return documents;
  std::error_code none;
  if (!fs::is_regular_file(directory / kCitationsFile, none) ||
      sha256(read_file(directory / kCitationsFile)) != manifest.citations_sha256)
    errors.push_back(fmt::format("{}:1: {}", (directory / kCitationsFile).string(), kOtherSha256));
  for (const auto& [name, entry] : manifest.files) {
    if (!fs::exists(directory / name, none)) {
      errors.push_back(fmt::format("{}:1: is missing", (directory / name).string()));
      continue;
    }
    try {
      const Document document = read_listed(directory / name, entry, manifest.edition, errors);
      documents.push_back(document);
      for (const std::string& profile : entry.also) documents.push_back(renamed(document, profile));
    } catch (const std::runtime_error& error) {
      errors.emplace_back(error.what());
    }
  }
  for (const auto& file : fs::directory_iterator(directory)) {
    const std::string name = file.path().filename();
    if (!is_about_all(name) && !manifest.files.contains(name))
      errors.push_back(file.path().string() + ":1: is not in the manifest");
  }
  return documents;
}

}  // namespace vectors
