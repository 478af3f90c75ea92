// A directory of vectors: a file for each profile (profiles with the same configuration share one), citations.jsonl
// that they share, and manifest.json that knows them all. Tests: tests/vectors/generate/generate_test.cpp.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vectors/format/lines.h"

namespace vectors {

struct FileEntry {
  std::string sha256;
  std::size_t vectors = 0;
  std::vector<std::string> also;  // profiles with the same configuration, for which the file counts as well
};

struct Manifest {
  std::string spec_version;
  std::string edition;  // of the manual
  std::string citations_sha256;
  std::map<std::string, FileEntry> files;
};

// Writes PROFILE.jsonl for each, or PROFILE.bin (the compact binary) for one without purposes, citations.jsonl and
// manifest.json; takes away other files that the manifest named before. Throws std::runtime_error when a file cannot be
// written.
void write_directory(const std::filesystem::path& directory, const std::vector<Document>& documents,
                     const std::string& spec_version, const std::string& edition);

// Every mistake goes to `errors`: files that are missing, unknown, or not those of the manifest.
std::vector<Document> read_directory(const std::filesystem::path& directory, std::vector<std::string>& errors);

}  // namespace vectors
