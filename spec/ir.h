// The specification as plain values: what the YAML under spec/ says, with every name resolved to a word and bits.
// Owns no behaviour and knows neither YAML nor Z3. Filled by spec/load.h; everything to the right of spec/ starts from
// it. Tests: tests/spec/load_test.cpp, tests/sdm.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spec {

// Where a thing is written. Lines and columns count from 1; 0 means the file as a whole.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

std::string to_string(const Place& place);  // "file:line:column"

// Where the manual says it.
struct Citation {
  std::string volume;   // "3C"
  std::string section;  // number and title
  std::string at;       // table, bit range or list item
  std::string edition;  // Intel's order number
};

std::string to_string(const Citation& cite);

// What each thing that the manual states has.
struct Named {
  std::string id;  // empty of what there is once
  Citation cite;
  std::string text;
  std::string reason;  // why it is so where the manual leaves a choice or contradicts itself; empty elsewhere
  Place place;
};

// The 64-bit words that conditions speak about: those of a walk, and behind them the registers. `all`, `nonleaf` and
// `leaf` are of the entries that a walk used: the AND of all, the AND of those above the leaf, and the leaf itself.
// `walk` and `violation` are facts found earlier on the walk.
enum class Word : unsigned {
  gpa,
  entry,
  sub_page,  // an entry that the check of a sub-page write permission reads
  all,
  nonleaf,
  leaf,
  access,
  walk,
  ended,  // bit n: that check has come to Spec::results[n]
  violation,
  first_register,  // Spec::registers[0]; the others follow
};
inline constexpr std::size_t kWalkWords = static_cast<std::size_t>(Word::first_register);

constexpr Word word_of_register(std::size_t n) { return static_cast<Word>(kWalkWords + n); }
constexpr bool is_register(Word word) { return word >= Word::first_register; }
constexpr std::size_t register_at(Word word) { return static_cast<std::size_t>(word) - kWalkWords; }

// Bits of `Word::walk`.
enum class WalkFact { complete = 0, leaf_is_pte = 1 };

// A constant bit range, both ends inclusive, 63 >= high >= low.
struct Bits {
  unsigned high = 0;
  unsigned low = 0;
  bool operator==(const Bits&) const = default;
};

constexpr std::uint64_t mask_of(Bits bits) {
  return (~std::uint64_t{0} >> (63 - bits.high)) & (~std::uint64_t{0} << bits.low);
}

// One end of a field's range: a bit number, or one relative to MAXPHYADDR.
struct Bound {
  bool from_maxphyaddr = false;
  int offset = 0;
  [[nodiscard]] int at(int maxphyaddr) const { return from_maxphyaddr ? maxphyaddr + offset : offset; }
};

// A field's range; empty when high is below low, as 51:MAXPHYADDR is for a width of 52.
struct Range {
  Bound high;
  Bound low;
};

// The bits of a range that is not empty at this width; the width does not matter where both ends are constant.
inline Bits bits_at(const Range& range, int maxphyaddr = 0) {
  return {static_cast<unsigned>(range.high.at(maxphyaddr)), static_cast<unsigned>(range.low.at(maxphyaddr))};
}
inline bool is_constant(const Range& range) { return !range.high.from_maxphyaddr && !range.low.from_maxphyaddr; }

std::string to_string(const Range& range);  // as the manual writes it: "20:12", "maxphyaddr-1:12"
std::string in_words(const Range& range);   // "bits 20:12", "bit 7"

enum class FieldKind {
  field,              // has a meaning, or is ignored while its condition does not hold
  ignored,            // any value, no effect
  reserved,           // must be 0 in a present entry
  beyond_maxphyaddr,  // must be 0: the processor has no such address bits
  address,            // physical address bits
  fixed,              // has the stated value, which selects the format
};

std::string to_string(FieldKind kind);

// Bits of a word, and how a condition calls them.
struct Operand {
  Word word = Word::entry;
  Bits bits;
  std::string name;  // as written: "entry.read"
};

// Of two values, each moved down to bit 0.
enum class Relation {
  within,   // each bit that is 1 in the first is 1 in the second
  at_most,  // as numbers
  equal,
};
std::string to_string(Relation relation);

struct Condition {
  enum class Kind {
    all_of,       // every operand
    any_of,       // some operand
    negation,     // the one operand does not hold
    nonzero,      // some bit of `bits` in `word` is 1
    one_of,       // `bits` of `word` have one of `values`
    any_of_kind,  // some bit of a field of kind `field_kind` is 1 in `word`
    compared,     // `bits` of `word` have `relation` to `other`, or without it to the one of `values`
    named,        // Spec::conditions[named]
  };
  Kind kind = Kind::all_of;
  std::vector<Condition> operands;
  Word word = Word::entry;
  Bits bits;
  std::vector<std::uint64_t> values;
  FieldKind field_kind = FieldKind::reserved;
  Relation relation = Relation::within;
  std::optional<Operand> other;
  std::size_t named = 0;
  std::string name;  // as written: "entry.read"
  Place place;
};

// The earliest point of a walk at which a condition can be judged.
enum class Stage { configuration, entry, access, walk };

struct NamedCondition : Named {
  Condition when;
  Stage stage = Stage::configuration;
  std::optional<unsigned> bit;  // of stage configuration: its place in the set of conditions; it never changes
};

// What holds wherever something is looked at.
struct Given : Named {
  Condition when;  // of stage configuration
};

struct Field : Named {
  Range bits;
  FieldKind kind = FieldKind::field;
  std::uint64_t value = 0;        // of a fixed field
  std::optional<Condition> when;  // stage configuration; while it does not hold the field is ignored
};

// A register, or one of the formats of an EPT paging-structure entry.
struct Format {
  std::string id;
  std::string title;
  int level = 0;  // of an entry: 5 (PML5E) to 1 (PTE); 0 for a register
  bool maps_page = false;
  unsigned width = 64;
  std::vector<Field> fields;  // tile bits width-1:0
  Place place;
};

// What a register is to software.
enum class Role {
  capability,  // an MSR that only reports
  control,     // a word of VM controls
  field,       // another field of the VMCS
  state,       // a field of the VMCS' guest-state area: a register of the guest
  operand,     // what an instruction or VM entry is given in a general register or in memory
  choice,      // a point that the manual leaves to the processor; no register of a machine
  derived,     // computed from others
};
std::string to_string(Role role);

// How a derived word comes about. One of these.
struct Derivation {
  struct Choice {
    std::optional<Condition> when;
    Word word = Word::first_register;
  };
  struct Place {  // address + number * size, or the byte before it
    Word address = Word::first_register;
    Word number = Word::first_register;
    std::uint64_t size = 0;
    bool byte_before = false;
  };
  std::vector<Choice> choices;  // the first that holds, or 0
  std::optional<Place> place;
  std::optional<Operand> part;  // moved down to bit 0
  std::optional<std::uint64_t> constant;
  Word names = Word::first_register;  // the register whose fields it has
};

// A word of the state that rules speak about. Its place in Spec::registers never changes, but that of a derived one,
// which are behind the others and have the fields of what they are chosen from.
struct Register : Format {
  Role role = Role::field;
  std::string scope;  // conditions name its fields SCOPE.FIELD
  std::optional<std::uint32_t> msr;
  std::optional<std::uint32_t> vmcs;  // encoding of the field
  std::optional<Condition> exists;    // without: wherever there is VMX
  std::optional<Operand> allowed_0;   // of controls: those that must be 1
  std::optional<Operand> allowed_1;   // of controls: those that may be 1
  std::optional<Operand> activated_by;
  std::optional<Derivation> derivation;
  std::vector<Given> given;   // what holds of every value that occurs
  std::uint64_t of_walk = 0;  // bits that a walk depends on
  Citation cite;
  std::string text;
};

// Bits of a word that a condition can name; with several bits the name holds when one of them is 1.
struct NamedBits : Named {
  Word word = Word::access;
  Bits bits;
};

struct Access {
  std::string id;
  std::uint64_t attributes = 0;  // bits of Word::access
  Place place;
};

enum class ViolationStage { before_walk, entry, permissions };

// A way for an EPTP or an entry to be wrong, or for an access to be refused. `bit` is its place in a set of rules and
// in Word::violation; it never changes.
struct Rule : Named {
  unsigned bit = 0;
  Condition when;
  std::vector<std::size_t> formats;                    // of a misconfiguration: indices into Spec::formats
  std::size_t result = 0;                              // of the sub-page check: Spec::results index; of a Check
  ViolationStage stage = ViolationStage::permissions;  // of a violation
};

struct Level : Named {
  int level = 0;
  Bits index;  // of the guest-physical address
  std::vector<std::size_t> formats;
};

enum class WalkCheck { not_present, misconfiguration, permissions };

struct Order : Named {
  std::vector<WalkCheck> each_entry;
  std::vector<WalkCheck> complete_walk;
};

// How a check ends where a rule is broken. Of those that hold the first in the list counts.
struct Ending : Named {
  std::vector<unsigned> vm_instruction_errors;  // one of them
  std::optional<unsigned> exit_reason;
  std::optional<unsigned> exception;
  bool may = false;  // the manual leaves open whether it comes about
};

// Another check that belongs to one, where `when` holds.
struct Part : Named {
  std::size_t check = 0;   // Spec::checks index
  std::optional<Word> of;  // of the EPTP check: the register that is checked in place of the EPTP
  std::optional<Condition> when;
  std::optional<std::size_t> ending;  // Check::endings index; without: that of the part with the same id
};

// What is demanded of registers, as rules that say when they are broken.
struct Check : Named {
  std::string title;
  std::vector<Ending> endings;
  std::vector<Given> given;  // what holds of every state in which it is made
  std::vector<Rule> rules;   // Rule::result is an index into `endings`
  std::vector<Part> parts;
  std::vector<Named> left_out;  // what the manual demands too; `reason` says why the rules do not
};

enum class Effect { never, may, must };

// A flag that the walk sets in the entries it used.
struct Flag : Named {
  Bits bits;
  bool leaf_only = false;
  Condition when;
  Effect on_success = Effect::must;
  Effect on_violation = Effect::may;
  Effect on_misconfiguration = Effect::may;
};

// How an access can end, and which effect of a flag belongs to it; null: it sets none.
struct Result : Named {
  Effect Flag::*flags = &Flag::on_success;
};

enum class MemberKind { level, number, address, bits, input };

struct OutcomeMember : Named {
  MemberKind kind = MemberKind::number;
  std::uint64_t results = 0;      // bit n: Spec::results[n] has it; with any other it is 0
  bool reported = false;          // an implementation can be asked for it
  std::string defined;            // not empty: a member ID_defined has the bits that the manual defines; what that is
  std::uint64_t open = 0;         // bits that count for nothing with one of
  std::uint64_t open_access = 0;  // these attributes of the access
  std::uint64_t cleared = 0;      // those of `results` with which it is 0, and all bits are defined
  Citation cleared_cite;
};

// What a VM exit saves that is no member of an outcome.
struct Saved : Named {
  std::uint64_t value = 0;  // the same in all cases, or 0
  std::uint64_t mask = 0;   // the bits that are defined
};

struct SubPageCheck : Named {
  std::size_t only = 0;  // Spec::violations index: the single rule that may be broken
  Condition when;
};

struct Convertible : Named {
  Condition when;
  Condition undefined;
};

struct QualificationBit : Named {
  unsigned bit = 0;
  Condition set;
  std::optional<Condition> undefined;
};

// Which bit of the vector that ends a check of a sub-page write permission decides, and what it decides.
struct SubPagePermission : Named {
  Bits index;  // of the guest-physical address
  unsigned first = 0;
  unsigned step = 0;
  std::size_t allowed = 0;  // Spec::results index
  std::size_t refused = 0;
};

// What the sub-page permission table says where SubPageCheck has it decide.
struct SubPage {
  std::vector<Format> formats;
  std::vector<Level> levels;  // from 4 down to 1; their formats, and those of the rules, are indices into `formats`
  std::vector<Rule> rules;
  SubPagePermission permission;
  std::vector<QualificationBit> qualification;
};

// A configuration that a processor (or a hypervisor's guest) shows.
struct Profile {
  std::string id;
  std::string title;
  int maxphyaddr = 0;
  std::vector<std::uint64_t> registers;  // by Spec::registers; of controls those of a walk that may be 1
  std::string l0;                        // the hypervisor that shows it to its guest; empty of a machine
  std::string source;
  bool synthetic = false;            // no machine: a configuration that the manual allows
  std::vector<std::string> assumed;  // what the source does not show, and why it was set so
  Place place;
};

struct Spec {
  int min_maxphyaddr = 0;
  int max_maxphyaddr = 0;
  std::vector<Register> registers;
  std::vector<Format> formats;            // of entries, by level from 5 down, table before page
  std::vector<NamedBits> attributes;      // of an access
  std::vector<NamedBits> address_fields;  // of a guest-physical address
  std::vector<NamedBits> violation_groups;
  std::vector<Access> accesses;
  std::vector<NamedCondition> conditions;  // each refers only to earlier ones
  std::vector<Check> checks;
  std::vector<Rule> misconfigurations;
  std::vector<Rule> violations;
  std::vector<Level> levels;     // from 5 down to 1
  std::vector<Operand> enabled;  // controls that are 1 wherever there is a walk
  std::size_t present = 0;       // Spec::conditions index of "present"
  Order order;
  std::vector<Flag> flags;
  SubPageCheck sub_page_check;
  SubPage sub_page;
  Convertible convertible;
  std::vector<QualificationBit> qualification;
  std::vector<Named> entry_kinds;
  std::vector<Result> results;
  std::vector<OutcomeMember> outcome;  // beside the flags, which follow them
  std::vector<Saved> saved;
  std::vector<Profile> profiles;
};

// The item with this id; null when there is none.
template <typename List>
auto* find_id(List& list, const std::string& id) {
  const auto found = std::ranges::find_if(list, [&](const auto& item) { return item.id == id; });
  return found == list.end() ? nullptr : &*found;
}

// The registers that a walk depends on beside the EPTP and the SPPTP.
std::vector<const Register*> configuration_of_walk(const Spec& spec);

// A check and those that are parts of it, as indices into Spec::checks; and whether it is part of no other.
std::vector<std::size_t> checks_in(const Spec& spec, std::size_t check);
bool is_whole(const Spec& spec, std::size_t check);

// The register itself, or the one whose fields a derived word has.
const Register& origin_of(const Spec& spec, Word word);

// The rules of the check "eptp".
std::vector<Rule>& eptp_rules(Spec& spec);
const std::vector<Rule>& eptp_rules(const Spec& spec);

// The register with this id. Throws std::logic_error when there is none.
Word word_of(const Spec& spec, const std::string& id);
const Register& register_of(const Spec& spec, const std::string& id);

}  // namespace spec
