#include <fmt/format.h>

#include "model/emit/c_condition.h"
#include "model/emit/c_parts.h"
#include "model/emit/text.h"

namespace model {

namespace {

constexpr const char* kTable = R"(
/* What a member of struct ept_outcome is. A set of levels has bit n set for the entry of level n. */
enum ept_member_kind {
  EPT_MEMBER_NUMBER,  /* the level too */
  EPT_MEMBER_ADDRESS, /* physical address */
  EPT_MEMBER_BITS,    /* each has a meaning of its own */
  EPT_MEMBER_INPUT,   /* what the case has by the same name */
  EPT_MEMBER_DEFINED, /* the bits of its partner that the manual defines; the others are 0 there */
  EPT_MEMBER_MUST,    /* the levels whose entry has its flag set */
  EPT_MEMBER_MAY,     /* the levels where that is left open */
};

/* The members of struct ept_outcome beside its result: places in ept_outcome_members. */
enum ept_member {
  @{enumerators}
  EPT_OUTCOME_MEMBERS /* how many */
};

struct ept_outcome_member {
  enum ept_member member;
  const char* name;
  enum ept_member_kind kind;
  unsigned results;        /* bit n: the result with the number n has it; with any other it is 0 */
  enum ept_member partner; /* number and bits: itself, or what is defined of it; must and may have each other */
  bool reported;           /* an implementation can be asked for it; otherwise it is a reason that the model gives */
  uint64_t flag;           /* must and may: the bit of an entry */
  const char* cite;
  uint64_t open;           /* bits that count for nothing with one of */
  uint64_t open_access;    /* these attributes of the access */
  unsigned cleared;        /* those of `results` with which the member, or its partner, is 0 */
  const char* cite_cleared;
};

static const struct ept_outcome_member ept_outcome_members[] = {
    @{rows}
};

static inline ept_word ept_outcome_get(const struct ept_outcome* outcome, enum ept_member member) {
  switch (member) {
    @{get}
    case EPT_OUTCOME_MEMBERS: break;
  }
  return 0;
}

/* The member itself, to be written; null for the level, which is an int. */
static inline ept_word* ept_outcome_word(struct ept_outcome* outcome, enum ept_member member) {
  switch (member) {
    @{word}
    case EPT_OUTCOME_MEMBERS: break;
  }
  return 0;
}
)";

constexpr const char* kSaved = R"(
/* What a VM exit, or a VM entry that fails, saves beside the members above: places in ept_saved_facts. */
enum ept_saved {
  @{enumerators}
  EPT_SAVED_FACTS /* how many */
};

struct ept_saved_fact {
  const char* name;
  uint64_t value; /* the same in all cases, or 0 */
  uint64_t mask;  /* its bits that the manual defines */
  const char* cite;
};

static const struct ept_saved_fact ept_saved_facts[] = {
    @{rows}
};
)";

std::string kind_of(const spec::OutcomeMember& member) {
  switch (member.kind) {
    case spec::MemberKind::level:
    case spec::MemberKind::number: return "NUMBER";
    case spec::MemberKind::address: return "ADDRESS";
    case spec::MemberKind::bits: return "BITS";
    case spec::MemberKind::input: return "INPUT";
  }
  return "";
}

std::uint64_t results_with(const spec::Spec& spec, const spec::Flag& flag, spec::Effect effect) {
  std::uint64_t set = 0;
  for (std::size_t n = 0; n < spec.results.size(); ++n) {
    const auto of_result = spec.results[n].flags;
    if (of_result != nullptr && flag.*of_result == effect) set |= std::uint64_t{1} << n;
  }
  return set;
}

void add_flag(std::vector<OutcomeWord>& words, const spec::Spec& spec, const spec::Flag& flag) {
  const std::string must = flag.id + "_must";
  const std::string may = flag.id + "_may";
  OutcomeWord word;
  word.id = must;
  word.kind = "MUST";
  word.results = results_with(spec, flag, spec::Effect::must);
  word.partner = may;
  word.reported = true;
  word.flag = mask_of(flag.bits);
  word.cite = flag.cite;
  word.text = fmt::format("levels whose entry has its {} flag set", flag.id);
  words.push_back(word);
  word.id = may;
  word.kind = "MAY";
  word.results = results_with(spec, flag, spec::Effect::may);
  word.partner = must;
  word.text = "levels where that is left open";
  words.push_back(word);
}

std::string enumerator(const std::string& id) { return "EPT_OUTCOME_" + upper(id); }

}  // namespace

std::vector<OutcomeWord> outcome_words(const spec::Spec& spec) {
  std::vector<OutcomeWord> words;
  for (const spec::OutcomeMember& member : spec.outcome) {
    const std::string defined = member.id + "_defined";
    const bool whole = member.defined.empty();
    OutcomeWord word;
    word.id = member.id;
    word.kind = kind_of(member);
    word.is_level = member.kind == spec::MemberKind::level;
    word.is_input = member.kind == spec::MemberKind::input;
    word.results = member.results;
    word.open = member.open;
    word.open_access = member.open_access;
    word.cleared = member.cleared;
    word.cleared_cite = member.cleared_cite;
    word.partner = whole ? member.id : defined;
    word.reported = member.reported;
    word.cite = member.cite;
    word.text = member.text;
    words.push_back(word);
    if (whole) continue;
    word.id = defined;
    word.kind = "DEFINED";
    word.partner = member.id;
    word.text = member.defined;
    words.push_back(word);
  }
  for (const spec::Flag& flag : spec.flags) add_flag(words, spec, flag);
  return words;
}

std::string c_outcome_table(const spec::Spec& spec) {
  std::string enumerators;
  std::string rows;
  std::string get;
  std::string word;
  for (const OutcomeWord& one : outcome_words(spec)) {
    const std::string name = enumerator(one.id);
    enumerators += name + ",\n";
    const std::string cleared = one.cleared == 0 ? "" : to_string(one.cleared_cite);
    rows += fmt::format("{{{}, \"{}\", EPT_MEMBER_{}, {:#x}, {}, {}, {}, \"{}\", {}, {}, {:#x}, \"{}\"}},\n", name,
                        one.id, one.kind, one.results, enumerator(one.partner), one.reported, hex(one.flag),
                        to_string(one.cite), hex(one.open), hex(one.open_access), one.cleared, cleared);
    get += fmt::format("case {}: return {}outcome->{};\n", name, one.is_level ? "(ept_word)" : "", one.id);
    word += fmt::format("case {}: {};\n", name, one.is_level ? "break" : "return &outcome->" + one.id);
  }
  return fill(kTable, {{"enumerators", enumerators}, {"rows", rows}, {"get", get}, {"word", word}});
}

std::string c_saved_table(const spec::Spec& spec) {
  std::string enumerators;
  std::string rows;
  for (const spec::Saved& one : spec.saved) {
    enumerators += fmt::format("EPT_SAVED_{},\n", upper(one.id));
    rows += fmt::format("{{\"{}\", {}, {}, \"{}\"}},\n", one.id, hex(one.value), hex(one.mask), to_string(one.cite));
  }
  return fill(kSaved, {{"enumerators", enumerators}, {"rows", rows}});
}

}  // namespace model
