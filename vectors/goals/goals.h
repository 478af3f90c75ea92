// Which edge cases exist: goals, as data computed from the specification. Owns no solving (generate.h) and no vector. A
// goal says what a vector must show; the solver finds the vector. Tests: tests/vectors/goals/goals_test.cpp.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "ept_names.h"
#include "spec/ir.h"
#include "vectors/format/vector.h"

namespace vectors {

// Something that a case and its expected result must show: (subject & mask) == value, or, where `any` is set,
// (subject & mask) != 0.
struct Demand {
  enum class Subject {
    eptp,
    sub_page_table_pointer,
    gpa,
    access,
    entry,          // of `level`
    eptp_rules,     // that the EPTP breaks
    kind,           // of the entry of `level`, ept_kind
    format,         // of that entry, index into Spec::formats
    entry_rules,    // that it breaks
    reserved_bits,  // of it that are 1 and must be 0
    outcome,        // the member of ept_outcome
    condition,      // 1 when `condition`, of the configuration, holds
    at_end,         // 1 when `condition` holds where the walk has ended, of the entry of `level` if one is given
    refuses,        // 1 when the entry of `level` alone breaks `condition`, of a rule of violations
  };
  Subject subject = Subject::eptp;
  ept_word mask = ~ept_word{0};
  ept_word value = 0;
  int level = 0;
  const ept_outcome_member* member = nullptr;  // null: its result
  bool any = false;
  std::optional<spec::Condition> condition = {};
};

// How a walk ends.
enum class Ending { before_walk, not_present, misconfigured, page };

// What is known of such a walk: bits of spec::WalkFact.
constexpr ept_word walk_facts(Ending ending, int last) {
  const ept_word complete = ending == Ending::page ? 1 : 0;
  const ept_word pte = ending == Ending::page && last == 1 ? 1 : 0;
  return complete << static_cast<int>(spec::WalkFact::complete) | pte << static_cast<int>(spec::WalkFact::leaf_is_pte);
}

struct Goal {
  std::string id;    // "cell/pde_2m/reserved_bit/bit_13"
  std::string cite;  // where the manual says it
  Question question = Question::walk;
  int levels = 0;  // of the walk, of the table of a sub-page check; 0 for an EPTP
  Ending ending = Ending::page;
  int last = 0;  // level of the entry that ends the walk; 0 before it
  std::vector<Demand> demands;
  std::string breaks = {};  // of a cell: the one rule that is broken
  bool synthetic = false;   // asked of synthetic profiles only: it is about the specification, not about a processor
};

// Never, where EPT cannot be on.
bool is_asked_of(const Goal& goal, const spec::Profile& profile);

// Every goal for a processor of this width, sorted by id. Some cannot be met by a given processor, or by any; the
// solver tells (solving.h).
std::vector<Goal> all_goals(const spec::Spec& spec, int maxphyaddr);

// Of a question about an entry: the level of that entry.
int judged_level(const Goal& goal);

// The case of a goal: the walk, or of a question about an entry that entry of it.
Case asked_by(const Goal& goal, Case walk);

// The words of the configuration that a specification has registers for, and the EPTP.
constexpr spec::Word kCapability = spec::word_of_register(EPT_REGISTER_CAPABILITY);
constexpr spec::Word kParameters = spec::word_of_register(EPT_REGISTER_PARAMETERS);
constexpr spec::Word kEptpWord = spec::word_of_register(EPT_REGISTER_EPTP);

// All controls that the profile can have are 1.
ept_registers configuration_of(const spec::Profile& profile);

// Whether every control that is 1 may be 1 on the profile.
bool allows(const spec::Profile& profile, const ept_registers& controls);

// The parts of the list; `levels` is 4 or 5.
std::vector<Goal> eptp_goals(const spec::Spec& spec, int maxphyaddr);
std::vector<Goal> cell_goals(const spec::Spec& spec, int maxphyaddr);
std::vector<Goal> guard_goals(const spec::Spec& spec, int maxphyaddr);
std::vector<Goal> priority_goals(const spec::Spec& spec, int levels);
std::vector<Goal> permission_goals(const spec::Spec& spec, int levels);
std::vector<Goal> outcome_goals(const spec::Spec& spec, int levels);
std::vector<Goal> decision_goals(const spec::Spec& spec);
std::vector<Goal> sub_page_goals(const spec::Spec& spec, int maxphyaddr);

// Goals and demands as the parts write them.
Goal walk_goal(std::string id, const spec::Citation& cite, int levels, Ending ending, int last,
               std::vector<Demand> demands);
Demand result_is(ept_result result);
// By the name of the member; throws std::logic_error when there is none.
Demand outcome_is(const std::string& member, ept_word value, ept_word mask = ~ept_word{0});
Demand outcome_has(const std::string& member, ept_word mask);
Demand entry_bits(int level, ept_word mask, ept_word value);
Demand of_format(const spec::Spec& spec, const spec::Format& format);  // the entry of its level
Demand breaks_only(const spec::Rule& rule, int level);                 // likewise
Demand kind_is(int level, ept_kind kind);
Demand holds(const spec::Condition& condition);  // of the configuration
Demand at_end(const spec::Condition& condition, bool holds, int level = 0);
Demand refuses(const spec::Condition& condition, int level);

// The ways in which a violation comes about.
struct Violation {
  const char* id;
  Ending ending;
  int last;
};
inline constexpr std::array<Violation, 3> kViolations = {
    {{"page", Ending::page, 1}, {"not_present", Ending::not_present, 1}, {"before_walk", Ending::before_walk, 0}}};

constexpr ept_word bit_of(unsigned bit) { return ept_word{1} << bit; }
std::vector<const spec::Format*> page_formats(const spec::Spec& spec);  // that map a page, from level 3 to level 1
bool concerns(const spec::Rule& rule, std::size_t format);              // index into Spec::formats
int levels_for(const spec::Format& format);         // entries of level 5 exist in a 5-level walk only, others need 4
ept_word usual_attributes(const spec::Spec& spec);  // those that the usual accesses are made of

// A way to break a rule: the bits of `mask` have these values. `id` names them.
struct Way {
  std::string id;
  ept_word mask = 0;
  ept_word value = 0;
  bool alone = false;  // a bit that must be 0: no other such bit is 1
};

// Each bit of the fields of a kind, by itself.
std::vector<Way> single_bits(const spec::Format& format, spec::FieldKind kind, int maxphyaddr);

std::vector<Way> ways_to_break(const spec::Spec& spec, const spec::Rule& rule, const spec::Format& format,
                               spec::Word word, int maxphyaddr);

spec::Condition negated(const spec::Condition& condition);
// The condition as it would be if one bit of `word`, that of `mask`, were the other way.
spec::Condition with_flipped(const spec::Spec& spec, const spec::Condition& condition, spec::Word word, ept_word mask);
// The bits of `word` that a condition names, through named conditions.
ept_word bits_named(const spec::Spec& spec, const spec::Condition& condition, spec::Word word);

}  // namespace vectors
