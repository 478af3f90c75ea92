// Parts of the emitted headers, most of them with a choice of operations. Owns that choice; that they say what the
// specification says is proved. Tests: tests/model/emit_test.cpp, tests/model/newcomer, tests/golden,
// tests/model/proof_test.cpp, tests/sdm/outcome_test.cpp.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "spec/ir.h"

namespace model {

// c_vocabulary.cpp: a name for every bit, rule and access of the specification.
void emit_c_vocabulary(const spec::Spec& spec, std::ostream& out);

// c_masks.cpp: what prepares the masks of each format, and what finds the rules that a present entry breaks.
struct MaskText {
  std::string present;              // the bits of which one suffices for an entry to be present
  std::string perhaps_not_present;  // bit n: an entry with n in bits 5:0 may be not present
  std::string cases;                // of ept_masks_of, by format
  std::string common;               // what all formats have in common
  std::string suspect;              // of ept_suspect_values
  std::string forbidden;            // of ept_broken_rules: tested by a branch, which is faster for bits that must be 0
  std::string without_read;
  std::string further;  // of ept_further_rules: the rules that are expressions
};
MaskText mask_text(const spec::Spec& spec);

// The bits of a format's fields of a kind, as C expressions over `width`, which says what MAXPHYADDR is called.
std::vector<std::string> bits_of_kind(const spec::Format& format, spec::FieldKind kind, const std::string& width);

// c_permissions.cpp: the rules for a complete walk. An access that only reads, writes or fetches, as every entry
// allows, breaks none of those behind the shortcut.
struct PermissionRules {
  std::vector<spec::Rule> usual;    // those behind the shortcut, if there is one
  std::vector<spec::Rule> further;  // those that other accesses may break, or that speak of the address
  std::string rights;               // of the shortcut, a C expression; empty where there is none
};
PermissionRules permission_rules(const spec::Spec& spec);

// c_qualification.cpp: what the configuration alone leaves undefined is prepared; bits that an access, an entry or a
// violation has at the same distance are moved together.
struct QualificationText {
  std::string prepared;  // adds to context->undefined, over `conditions`
  std::string lines;     // adds to `set` and `undefined`, over the words that ept_qualify has
};
QualificationText qualification_text(const spec::Spec& spec);
std::uint64_t never_defined(const std::vector<spec::QualificationBit>& bits);  // all bits but these

// c_sub_page.cpp: the check of a sub-page write permission, a function for each of its steps.
std::string c_sub_page(const spec::Spec& spec);

// c_outcome.cpp: the members of struct ept_outcome beside `result`, in order. A member with undefined bits and a flag
// become two members each.
struct OutcomeWord {
  std::string id;
  std::string kind;  // EPT_MEMBER_...
  bool is_level = false;
  bool is_input = false;          // the word of the case by this name
  std::uint64_t results = 0;      // bit n: Spec::results[n] has it
  std::uint64_t open = 0;         // bits that count for nothing with one of
  std::uint64_t open_access = 0;  // these attributes of the access
  std::uint64_t cleared = 0;      // those with which it is 0; of what is defined: with which all bits are
  spec::Citation cleared_cite;
  std::string partner;     // id of the member that says what of it is open, or of which it says so; or its own
  bool reported = false;   // an implementation can be asked for it
  std::uint64_t flag = 0;  // of a set of levels: the bit of their entries
  spec::Citation cite;
  std::string text;
};
std::vector<OutcomeWord> outcome_words(const spec::Spec& spec);
std::string c_outcome_table(const spec::Spec& spec);  // of ept_names.h: the types, the table and its access functions
std::string c_saved_table(const spec::Spec& spec);    // of ept_names.h: what else an exit saves

// c_registers.cpp: of ept_names.h: the MSR or the VMCS encoding of each register, and settings of controls by number.
std::string c_register_table(const spec::Spec& spec);

}  // namespace model
