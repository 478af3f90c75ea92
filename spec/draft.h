// A specification while it is read: the trees of its files and the names known so far. Internal to the loader.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spec/names.h"
#include "spec/reader.h"

namespace spec {

struct SourceFile {
  std::string name;
  std::string kind;  // the value of the key `kind`
  std::string id;    // of formats, registers and profiles
  Node tree;
  std::map<std::string, Citation> sources;  // the key `sources`
};

struct Draft {
  explicit Draft(Diagnostics& diagnostics_in) : diagnostics(diagnostics_in), names(diagnostics_in) {}

  Diagnostics& diagnostics;
  std::vector<SourceFile> files;
  Spec spec;
  Names names;
};

// A file that has `kind` and `sources`.
MapReader read_head(Draft& draft, const SourceFile& file);

// The citation of one item: `cite: KEY` or `cite: [KEY, PLACE]`, where KEY is one of the file's sources.
Citation read_cite(MapReader& reader, const SourceFile& file, Diagnostics& diagnostics, const std::string& at = "");

// Reports the second of two items with the same id, and two bits that are the same.
void check_unique(Diagnostics& diagnostics, std::map<std::string, Place>& seen, const std::string& id,
                  const Place& place);

// First pass: formats, registers, controls, parameters, attributes: everything that gives names to bits. Conditions are
// only noted.
void read_formats(Draft& draft);
void read_configuration(Draft& draft, const SourceFile& file);
void read_accesses(Draft& draft, const SourceFile& file);
// `bits`, `id`, `cite` and `text` of each item of a list; gives them the names SCOPE.ID.
std::vector<NamedBits> read_named_bits(Draft& draft, const SourceFile& file, const std::vector<const Node*>& items,
                                       const std::string& scope, Word word);
Bits read_constant_bits(MapReader& reader, Diagnostics& diagnostics, const char* key);
void read_walk_names(Draft& draft, const SourceFile& file);
void note_conditions(Draft& draft, MapReader& reader, const SourceFile& file);

// Second pass: what refers to names.
void read_field_conditions(Draft& draft);
void read_eptp_check(Draft& draft, const SourceFile& file);
void read_misconfiguration(Draft& draft, const SourceFile& file);
void read_walk(Draft& draft, const SourceFile& file);
void note_violations(Draft& draft, const SourceFile& file);  // gives names to the bits of Word::violation
void read_violation(Draft& draft, const SourceFile& file);
void read_exit_qualification(Draft& draft, const SourceFile& file);
void read_outcome(Draft& draft, const SourceFile& file);  // after the flags
void read_profile(Draft& draft, const SourceFile& file);

// Last pass, on a specification that was read without a mistake: what only shows when everything is there.
void check_tiling(const Format& format, int min_maxphyaddr, int max_maxphyaddr, Diagnostics& diagnostics);
void check_whole(const Spec& spec, Diagnostics& diagnostics);

}  // namespace spec
