// Reads the specification. Owns the order of reading (formats and names first, then what refers to them) and the
// promise that every mistake in the input is reported with its place and nothing is accepted in silence. Tests:
// tests/spec/load_test.cpp, tests/spec/bad_test.cpp.
#pragma once

#include <filesystem>
#include <optional>

#include "spec/diagnostics.h"
#include "spec/ir.h"
#include "spec/yaml_tree.h"

namespace spec {

// Reads formats/*.yaml, semantics/*.yaml and profiles/*.yaml under `directory`. Nothing when a diagnostic was added. A
// file named in `overlay` is read in place of (or in addition to) the file of the same kind and id: that is how a draft
// of one file is checked. Whoever loads often keeps the trees of the files under `directory` in `known`, so that only
// those that changed are parsed again. Nothing else is remembered: a tree is read and checked in each load.
std::optional<Spec> load(const std::filesystem::path& directory, Diagnostics& diagnostics,
                         const std::optional<std::filesystem::path>& overlay = std::nullopt, Trees* known = nullptr);

}  // namespace spec
