// Which edge cases the checks have that decide what a processor does: goals, as data computed from the specification.
// Owns no solving (check_solving.h). Tests: tests/vectors/checks/check_goals_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vectors/checks/whole_rules.h"

namespace vectors {

struct CheckGoal {
  enum class Shows {
    only_rule,    // `rule` is broken and no other
    rule,         // `rule` is broken and the check ends as it has it; if possible, it would not without the rule
    not_rule,     // the check does not end as `rule` has it; if possible, it would if the rule were broken
    accepted,     // no rule is broken
    two_endings,  // the check ends with `ending`, and a rule of `lower` is broken too
  };
  std::string id;    // "check/vm_entry/vpid_zero", "guard/vm_entry/vpid_zero/enable_vpid/without_effect"
  std::string cite;  // where the manual says it
  std::size_t check = 0;
  Shows shows = Shows::accepted;
  std::size_t rule = 0;                  // index into whole_rules
  std::size_t ending = 0;                // of the check, as is
  std::size_t lower = 0;                 // this
  std::vector<spec::Condition> demands;  // all hold
  std::optional<unsigned> drawing;       // of only_rule and not_rule: what else there is, is drawn; for this time
  std::string drawn_from;                // then the goal of the case to start from
};

// How often a case is drawn for each rule that must end the check: first by the processor that shows it, then by others
// of which the registers that the rule looks at have a bit that the earlier ones do not.
inline constexpr unsigned kDrawingsByFirst = 2;
inline constexpr unsigned kDrawings = 4;

// Every goal of every check for processors of this width, sorted by id.
std::vector<CheckGoal> check_goals(const spec::Spec& spec, int maxphyaddr);

}  // namespace vectors
