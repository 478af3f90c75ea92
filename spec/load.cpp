#include "spec/load.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "spec/draft.h"
#include "spec/yaml_tree.h"

namespace spec {

namespace {

constexpr std::array kFolders = {"formats", "semantics", "profiles"};
constexpr std::array kSemantics = {"configuration", "accesses",  "eptp_check",         "misconfiguration",
                                   "walk",          "violation", "exit_qualification", "outcome"};
constexpr std::array kFormats = {"pml5e", "pml4e", "pdpte_pd", "pdpte_1g", "pde_pt", "pde_2m", "pte"};

std::map<std::string, Citation> read_sources(const Node& tree, Diagnostics& diagnostics) {
  std::map<std::string, Citation> sources;
  MapReader file(tree, diagnostics, "file");
  const Node* node = file.require("sources");
  if (node == nullptr) return sources;
  if (node->kind != Node::Kind::mapping || node->keys.empty()) {
    diagnostics.add(node->place, "'sources' names no source",
                    "a mapping from a name to volume, section, at and edition");
  }
  for (std::size_t i = 0; i < node->keys.size(); ++i) {
    MapReader reader(node->items[i], diagnostics, "source");
    if (!is_snake_case(node->keys[i].text)) {
      diagnostics.add(node->keys[i].place, fmt::format("'{}' is not the name of a source", node->keys[i].text),
                      "a name in snake_case (a-z, 0-9, _)");
    }
    const Citation cite{reader.text("volume"), reader.text("section"), reader.text("at"), reader.text("edition")};
    reader.done();
    sources.emplace(node->keys[i].text, cite);
  }
  return sources;
}

// The kinds of which there is one file each.
bool is_semantics(const std::string& kind) {
  return std::find(kSemantics.begin(), kSemantics.end(), kind) != kSemantics.end();
}

bool is_known_kind(const std::string& kind) {
  return kind == "format" || kind == "register" || kind == "profile" || is_semantics(kind);
}

std::optional<SourceFile> read_source_file(const std::filesystem::path& path, const std::string& name,
                                           Diagnostics& diagnostics) {
  std::optional<Node> tree = read_yaml_file(path, name, diagnostics);
  if (!tree) return std::nullopt;
  SourceFile file;
  file.name = name;
  MapReader reader(*tree, diagnostics, "file");
  const Node* kind = reader.require("kind");
  if (kind == nullptr) return std::nullopt;
  file.kind = kind->text;
  if (!is_known_kind(file.kind)) {
    diagnostics.add(kind->place, "unknown kind of file " + describe(*kind),
                    fmt::format("one of format, register, profile, {}", fmt::join(kSemantics, ", ")));
    return std::nullopt;
  }
  if (const Node* id = reader.find("id"); id != nullptr && !is_semantics(file.kind)) file.id = id->text;
  if (file.kind != "profile") file.sources = read_sources(*tree, diagnostics);
  file.tree = std::move(*tree);
  return file;
}

void report_stray(const std::filesystem::path& path, Diagnostics& diagnostics) {
  diagnostics.add({path.string(), 0, 0}, "the file would not be read",
                  "names that end in .yaml, in formats/, semantics/ or profiles/");
}

bool belongs(const SourceFile& file, const std::string& folder) {
  if (file.kind == "profile") return folder == "profiles";
  if (file.kind == "format") return folder == "formats";
  return file.kind == "register" ? folder != "profiles" : folder == "semantics";
}

std::vector<std::filesystem::path> list_files(const std::filesystem::path& directory, Diagnostics& diagnostics) {
  std::vector<std::filesystem::path> paths;
  for (const char* folder : kFolders) {
    std::error_code error;
    std::filesystem::directory_iterator entry(directory / folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      if (entry->path().extension() == ".yaml") paths.push_back(entry->path());
      if (entry->path().extension() == ".yml") report_stray(entry->path(), diagnostics);
    }
    if (error)
      diagnostics.add({(directory / folder).string(), 0, 0}, "the folder cannot be read", "a folder with YAML files");
  }
  std::error_code ignored;  // a directory that cannot be read has been reported above
  for (const auto& entry : std::filesystem::directory_iterator(directory, ignored)) {
    const auto extension = entry.path().extension();
    if (extension == ".yaml" || extension == ".yml") report_stray(entry.path(), diagnostics);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool same_place(const SourceFile& a, const SourceFile& b) { return a.kind == b.kind && a.id == b.id; }

void add_overlay(Draft& draft, const std::filesystem::path& overlay) {
  auto file = read_source_file(overlay, overlay.string(), draft.diagnostics);
  if (!file) return;
  const auto found = std::find_if(draft.files.begin(), draft.files.end(),
                                  [&](const SourceFile& other) { return same_place(other, *file); });
  if (found == draft.files.end()) {
    draft.files.push_back(std::move(*file));
  } else {
    *found = std::move(*file);
  }
}

void check_files(const Draft& draft, const std::string& directory) {
  std::map<std::string, Place> seen;
  const auto require = [&](const std::string& kind, const std::string& id) {
    const bool there = std::any_of(draft.files.begin(), draft.files.end(), [&](const SourceFile& file) {
      return file.kind == kind && (id.empty() || file.id == id);
    });
    if (!there)
      draft.diagnostics.add({directory, 0, 0},
                            fmt::format("no file has kind {}{}{}", kind, id.empty() ? "" : " and id ", id),
                            "the whole specification");
  };
  for (const SourceFile& file : draft.files) {
    if (file.id.empty() && !is_semantics(file.kind)) continue;  // its missing id is reported when it is read
    check_unique(draft.diagnostics, seen, file.id.empty() ? "kind: " + file.kind : "id: " + file.id, file.tree.place);
  }
  for (const char* kind : kSemantics) require(kind, "");
  for (const char* id : kFormats) require("format", id);
  require("register", "eptp");
  require("register", "capability");
}

void for_kind(Draft& draft, const std::string& kind, const std::function<void(Draft&, const SourceFile&)>& read) {
  for (const SourceFile& file : draft.files) {
    if (file.kind == kind) read(draft, file);
  }
}

void note_qualification_conditions(Draft& draft, const SourceFile& file) {
  MapReader reader(file.tree, draft.diagnostics, "exit_qualification");
  note_conditions(draft, reader, file);
}

void read_names(Draft& draft) {
  read_formats(draft);
  for_kind(draft, "configuration", read_configuration);
  for_kind(draft, "accesses", read_accesses);
  for_kind(draft, "walk", read_walk_names);
  for_kind(draft, "violation", note_violations);
  for_kind(draft, "exit_qualification", note_qualification_conditions);
  draft.names.resolve_conditions();
}

void find_present(Draft& draft) {
  if (const NamedCondition* found = find_id(draft.spec.conditions, "present")) {
    draft.spec.present = static_cast<std::size_t>(found - draft.spec.conditions.data());
    return;
  }
  for (const SourceFile& file : draft.files) {
    if (file.kind == "walk") {
      draft.diagnostics.add(file.tree.place, "no condition is called 'present'",
                            "one that says when an entry is present");
    }
  }
}

void read_meaning(Draft& draft) {
  read_field_conditions(draft);
  for_kind(draft, "eptp_check", read_eptp_check);
  for_kind(draft, "misconfiguration", read_misconfiguration);
  for_kind(draft, "walk", read_walk);
  for_kind(draft, "violation", read_violation);
  for_kind(draft, "exit_qualification", read_exit_qualification);
  for_kind(draft, "outcome", read_outcome);
  for_kind(draft, "profile", read_profile);
  draft.spec.conditions = draft.names.take_conditions();
  find_present(draft);
}

}  // namespace

MapReader read_head(Draft& draft, const SourceFile& file) {
  MapReader reader(file.tree, draft.diagnostics, file.kind);
  for (const char* key : {"kind", "sources"}) reader.require(key);
  return reader;
}

Citation read_cite(MapReader& reader, const SourceFile& file, Diagnostics& diagnostics, const std::string& at) {
  if (!reader.is_mapping()) return {};  // reported already
  const Node* node = reader.find("cite");
  const bool pair = node != nullptr && node->items.size() == 2 && node->kind == Node::Kind::sequence &&
                    node->items[0].kind == Node::Kind::scalar && !node->items[1].text.empty();
  if (node == nullptr || (!pair && node->kind != Node::Kind::scalar)) {
    diagnostics.add(node == nullptr ? reader.place() : node->place,
                    fmt::format("the {} has no citation", reader.what()), "cite: SOURCE or cite: [SOURCE, PLACE]");
    return {};
  }
  const std::string& key = pair ? node->items[0].text : node->text;
  const auto found = file.sources.find(key);
  if (found == file.sources.end()) {
    std::vector<std::string> known;
    for (const auto& [name, cite] : file.sources) known.push_back(name);
    diagnostics.add(node->place, fmt::format("unknown source '{}'", key),
                    known.empty() ? "a name from 'sources'" : fmt::format("one of {}", fmt::join(known, ", ")));
    return {};
  }
  Citation cite = found->second;
  if (pair) {
    cite.at = node->items[1].text;
  } else if (!at.empty()) {
    cite.at += ", " + at;
  }
  return cite;
}

void check_unique(Diagnostics& diagnostics, std::map<std::string, Place>& seen, const std::string& id,
                  const Place& place) {
  if (id.empty()) return;
  const auto [first, added] = seen.emplace(id, place);
  if (added) return;
  const Place& other = first->second;
  const std::string where = other.file == place.file ? fmt::format("line {}", other.line) : to_string(other);
  diagnostics.add(place, fmt::format("'{}' stands here a second time, first at {}", id, where), "each id and bit once");
}

std::optional<Spec> load(const std::filesystem::path& directory, Diagnostics& diagnostics,
                         const std::optional<std::filesystem::path>& overlay) {
  Diagnostics found;
  Draft draft(found);
  for (const auto& path : list_files(directory, found)) {
    const std::string name = (directory.filename() / path.lexically_relative(directory)).generic_string();
    auto file = read_source_file(path, name, found);
    if (!file) continue;
    if (!belongs(*file, path.parent_path().filename().string())) {
      found.add(file->tree.place, fmt::format("a file of kind {} stands in this folder", file->kind),
                "formats in formats/, profiles in profiles/, the rest in semantics/");
    }
    draft.files.push_back(std::move(*file));
  }
  if (overlay) add_overlay(draft, *overlay);
  if (found.empty()) check_files(draft, directory.string());
  if (found.empty()) {
    read_names(draft);
    read_meaning(draft);
  }
  if (found.empty()) check_whole(draft.spec, found);
  for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
  if (!found.empty()) return std::nullopt;
  return std::move(draft.spec);
}

}  // namespace spec
