// A specification while it is read, and the names known so far. Internal to the loader.
#pragma once

#include <string>
#include <vector>

#include "spec/names.h"
#include "spec/reader.h"

namespace spec {

struct Draft {
  explicit Draft(Diagnostics& diagnostics_in) : diagnostics(diagnostics_in), names(diagnostics_in) {}

  Diagnostics& diagnostics;
  Spec spec;
  Names names;
  std::vector<std::string> checks;  // their ids, from the first reading on
};

// What is known at one point of a walk beside the configuration, and so can be spoken of, and how to say so. Only where
// the format of an entry is known can its reserved bits be spoken of.
struct Known {
  std::vector<Word> words;
  const char* expected = "";
  bool format = false;
  const char* wrong = "the condition speaks of what is not known at this point";
};
inline const Known kOfRegisters = {{}, "a condition over registers"};
Condition read_when(Draft& draft, MapReader& reader, const Known& known, const char* key = "when");

// The list `given`, which may be missing.
std::vector<Given> read_given(Draft& draft, MapReader& reader, Seen& seen);

// The id of a register, as its word; and bits of a register, by their name. A diagnostic when it is none.
Word read_register_id(Draft& draft, MapReader& reader, const char* key);
std::optional<Operand> read_register_bits(Draft& draft, MapReader& reader, const char* key);

Field read_field(Draft& draft, MapReader& reader, Seen& seen);

// `bits`, `id`, `cite` and `text` of each item of a list; gives them the names SCOPE.ID.
std::vector<NamedBits> read_named_bits(Draft& draft, MapReader& reader, const char* list, const std::string& scope,
                                       Word word);
void read_conditions(Draft& draft, MapReader& reader);
// The list `levels`, which runs from `highest` down to 1, of entries with these formats.
std::vector<Level> read_levels(Draft& draft, MapReader& reader, const std::vector<Format>& formats, int highest);

// The list `rules`, each with `read` for what rules of one kind have beside the others.
template <typename Read>
std::vector<Rule> read_rules(MapReader& reader, const Read& read) {
  Seen seen;
  return reader.each("rules", "rule", [&](MapReader& entry) {
    Rule rule;
    entry.name(rule, seen);
    rule.bit = entry.bit(seen);
    rule.reason = entry.optional_text("reason");
    read(entry, rule);
    return rule;
  });
}

// The readers of the files of a kind, in the order in which they are read.
void read_register(Draft& draft, MapReader& reader);
void read_derived_words(Draft& draft, MapReader& reader);
void read_format(Draft& draft, MapReader& reader);  // or sub_page_format
void read_configuration(Draft& draft, MapReader& reader);
void read_accesses(Draft& draft, MapReader& reader);
void read_check(Draft& draft, MapReader& reader);
void read_misconfiguration(Draft& draft, MapReader& reader);
void read_walk(Draft& draft, MapReader& reader);
void read_violation(Draft& draft, MapReader& reader);
void read_exit_qualification(Draft& draft, MapReader& reader);
void read_outcome(Draft& draft, MapReader& reader);
void read_sub_page(Draft& draft, MapReader& reader);
void read_profile(Draft& draft, MapReader& reader);
void name_fields_of_several(Draft& draft);  // when all formats are read: the names all.FIELD and nonleaf.FIELD

void find_bits_of_walk(Spec& spec);
void find_controls(Spec& spec);  // of profiles: those of a walk that may be 1

// What only shows when everything is there, in a specification that was read without a mistake.
void check_whole(const Spec& spec, Diagnostics& diagnostics);
void check_registers(const Spec& spec, Diagnostics& diagnostics);  // the share of registers, derived words and checks

}  // namespace spec
