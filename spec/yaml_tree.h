// A YAML file as a plain tree in which every node knows its place. Owns the reading of hostile input: files that are
// too large, empty, not UTF-8, too deep, with duplicate keys or with anchors and aliases end as diagnostics, never as a
// crash. The only part of the project that knows yaml-cpp. Tests: tests/spec/bad_test.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "spec/diagnostics.h"

namespace spec {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{256} * 1024;

struct Node {
  enum class Kind { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  std::string text;         // of a scalar
  std::vector<Node> items;  // of a sequence; the values of a mapping
  std::vector<Node> keys;   // of a mapping: scalars, as many as items, no two alike
  Place place;
};

using Tree = std::shared_ptr<const Node>;
// Trees of files that were read without a mistake, by name and text of the file. A tree depends on nothing else.
using Trees = std::map<std::pair<std::string, std::string>, Tree>;

// Reads one YAML document. `name` stands for the file in diagnostics. Nothing when a diagnostic was added. A file whose
// tree is in `known` is read but not parsed; the tree of any other is put there.
Tree read_yaml_file(const std::filesystem::path& path, const std::string& name, Diagnostics& diagnostics,
                    Trees* known = nullptr);

}  // namespace spec
