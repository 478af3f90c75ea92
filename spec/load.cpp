#include "spec/load.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "spec/draft.h"

namespace spec {

namespace {

// A kind of files: the folder where they stand, and how they are read. In semantics there is one file of each kind.
struct FileKind {
  std::string_view name;
  std::string_view folder;
  void (*read)(Draft&, MapReader&);

  [[nodiscard]] bool is_once() const { return folder == "semantics"; }
};

// In the order of reading.
constexpr std::array<FileKind, 14> kFileKinds = {{{"register", "registers", read_register},
                                                  {"derived_words", "semantics", read_derived_words},
                                                  {"format", "formats", read_format},
                                                  {"sub_page_format", "formats", read_format},
                                                  {"configuration", "semantics", read_configuration},
                                                  {"accesses", "semantics", read_accesses},
                                                  {"check", "checks", read_check},
                                                  {"misconfiguration", "semantics", read_misconfiguration},
                                                  {"walk", "semantics", read_walk},
                                                  {"violation", "semantics", read_violation},
                                                  {"exit_qualification", "semantics", read_exit_qualification},
                                                  {"outcome", "semantics", read_outcome},
                                                  {"sub_page", "semantics", read_sub_page},
                                                  {"profile", "profiles", read_profile}}};
constexpr std::array kFolders = {"registers", "formats", "semantics", "checks", "profiles"};
constexpr std::array kRegisters = {"eptp", "capability", "parameters", "sub_page_table_pointer"};
constexpr std::array kSubPageFormats = {"sub_page_table", "sub_page_vector"};
constexpr std::array kFormats = {"pml5e", "pml4e", "pdpte_pd", "pdpte_1g", "pde_pt", "pde_2m", "pte"};

struct SourceFile {
  const FileKind* kind = nullptr;
  std::string id;  // of formats, registers and profiles
  Tree tree;
  Sources sources;  // the key `sources`
};

std::string kind_names() {
  std::string names = "register, format, sub_page_format, check, profile";
  for (const FileKind& kind : kFileKinds) names += kind.is_once() ? fmt::format(", {}", kind.name) : "";
  return names;
}

Sources read_sources(const Node& tree, Diagnostics& diagnostics) {
  Sources sources;
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

std::optional<SourceFile> read_source_file(const std::filesystem::path& path, const std::string& name,
                                           Diagnostics& diagnostics, Trees* known = nullptr) {
  const Tree tree = read_yaml_file(path, name, diagnostics, known);
  if (!tree) return std::nullopt;
  MapReader reader(*tree, diagnostics, "file");
  const Node* named = reader.require("kind");
  if (named == nullptr) return std::nullopt;
  const auto* const kind = std::ranges::find(kFileKinds, named->text, &FileKind::name);
  if (kind == kFileKinds.end()) {
    diagnostics.add(named->place, "unknown kind of file " + describe(*named), "one of " + kind_names());
    return std::nullopt;
  }
  SourceFile file{kind, "", tree, {}};
  if (const Node* id = reader.find("id"); id != nullptr && !file.kind->is_once()) file.id = id->text;
  if (file.kind->read != read_profile) file.sources = read_sources(*tree, diagnostics);
  return file;
}

void report_stray(const std::filesystem::path& path, Diagnostics& diagnostics) {
  diagnostics.add({path.string(), 0, 0}, "the file would not be read",
                  "names that end in .yaml, in registers/, formats/, semantics/, checks/ or profiles/");
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
  std::ranges::sort(paths);
  return paths;
}

void add_overlay(std::vector<SourceFile>& files, const std::filesystem::path& overlay, Diagnostics& diagnostics) {
  auto file = read_source_file(overlay, overlay.string(), diagnostics);
  if (!file) return;
  const auto replaced = std::ranges::find_if(
      files, [&](const SourceFile& other) { return other.kind == file->kind && other.id == file->id; });
  *(replaced == files.end() ? files.emplace(replaced) : replaced) = std::move(*file);
}

void check_files(const std::vector<SourceFile>& files, const std::string& directory, Diagnostics& diagnostics) {
  Seen seen;
  Seen seen_checks;
  const auto require = [&](std::string_view kind, const std::string& id) {
    const bool there = std::ranges::any_of(
        files, [&](const SourceFile& file) { return file.kind->name == kind && (id.empty() || file.id == id); });
    if (!there)
      diagnostics.add({directory, 0, 0}, fmt::format("no file has kind {}{}{}", kind, id.empty() ? "" : " and id ", id),
                      "the whole specification");
  };
  for (const SourceFile& file : files) {
    if (file.id.empty() && !file.kind->is_once()) continue;  // its missing id is reported when it is read
    const bool is_check = file.kind->read == read_check;     // which may be called as what it checks
    const std::string key = file.kind->is_once() ? fmt::format("kind: {}", file.kind->name) : "id: " + file.id;
    check_unique(diagnostics, is_check ? seen_checks : seen, key, file.tree->place);
  }
  for (const FileKind& kind : kFileKinds) {
    if (kind.is_once()) require(kind.name, "");
  }
  for (const char* id : kFormats) require("format", id);
  for (const char* id : kSubPageFormats) require("sub_page_format", id);
  for (const char* id : kRegisters) require("register", id);
  require("check", "eptp");
}

// One that has the number of another is not, which is reported.
bool registers_are_there(const Spec& spec) {
  return std::ranges::all_of(kRegisters, [&](const char* id) { return find_id(spec.registers, id) != nullptr; });
}

void read_files(const std::vector<SourceFile>& files, Draft& draft) {
  draft.spec = {};
  for (const FileKind& kind : kFileKinds) {
    for (const SourceFile& file : files) {
      if (file.kind != &kind || (kind.read == read_profile && !registers_are_there(draft.spec))) continue;
      MapReader reader(*file.tree, draft.diagnostics, kind.name, &file.sources);
      reader.find("kind");
      if (kind.read != read_profile) reader.find("sources");
      kind.read(draft, reader);
      reader.done();
    }
  }
}

void find_present(const std::vector<SourceFile>& files, Draft& draft) {
  if (const NamedCondition* found = find_id(draft.spec.conditions, "present")) {
    draft.spec.present = static_cast<std::size_t>(found - draft.spec.conditions.data());
    return;
  }
  for (const SourceFile& file : files) {
    if (file.kind->read == read_walk) {
      draft.diagnostics.add(file.tree->place, "no condition is called 'present'",
                            "one that says when an entry is present");
    }
  }
}

}  // namespace

std::optional<Spec> load(const std::filesystem::path& directory, Diagnostics& diagnostics,
                         const std::optional<std::filesystem::path>& overlay, Trees* known) {
  Diagnostics found;
  Draft draft(found);
  std::vector<SourceFile> files;
  for (const auto& path : list_files(directory, found)) {
    const std::string name = (directory.filename() / path.lexically_relative(directory)).generic_string();
    auto file = read_source_file(path, name, found, known);
    if (!file) continue;
    const std::string folder = path.parent_path().filename().string();
    if (folder != file->kind->folder) {
      found.add(file->tree->place, fmt::format("a file of kind {} stands in this folder", file->kind->name),
                fmt::format("the folder {}/", file->kind->folder));
    }
    files.push_back(std::move(*file));
  }
  if (overlay) add_overlay(files, *overlay, found);
  if (found.empty()) check_files(files, directory.string(), found);
  if (found.empty()) {
    read_files(files, draft);
    name_fields_of_several(draft);
    found = {};  // what is wrong is found once more
    draft.names.begin_second_reading();
    read_files(files, draft);
    draft.spec.conditions = draft.names.take_conditions();
    find_present(files, draft);
  }
  if (found.empty()) {
    find_bits_of_walk(draft.spec);
    find_controls(draft.spec);
  }
  if (found.empty()) check_whole(draft.spec, found);
  for (const Diagnostic& diagnostic : found.sorted()) diagnostics.add(diagnostic);
  if (!found.empty()) return std::nullopt;
  return std::move(draft.spec);
}

}  // namespace spec
