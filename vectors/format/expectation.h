// What the manual says of a case, as JSON spelled out by name: the same in every JSON file of vectors. A file's own
// word for it, and for the id, is not believed but compared with what is computed. Tests:
// tests/vectors/format/lines_test.cpp, tests/harness/suite/files_test.cpp.
#pragma once

#include "ept_names.h"
#include "vectors/format/object.h"
#include "vectors/format/vector.h"

namespace vectors {

// Whether the case or the result tells a member of the outcome: files do not repeat it.
bool is_told(const ept_outcome& outcome, const ept_outcome_member& member);

// What is 0 or empty is left out, and what is_told.
nlohmann::ordered_json expectation_json(const Case& asked, const Expected& expected);

// Of a check the rules that are broken, those of its parts too; of another question none.
std::vector<const ept_check_rule_name*> broken_rules(const Case& asked, const Expected& expected);

// The number of levels of a walk, which its EPTP says.
int levels_of(const ept_registers& registers);

// How many entries a case has.
std::size_t entries_of(const Case& asked);

// Reads "check", and the registers of these roles that "registers" has, if it is there.
ept_check_id read_check(Object& from);
void read_registers(Object& from, unsigned roles, ept_registers& to);

// Reads "id" and "expected" of a vector whose case has been read without a mistake, and says what is wrong with them:
// "ept-…: the id is not that of the case", "ept-…: expects violation where the manual says translated".
void read_checked(Object& from, Vector& vector);

}  // namespace vectors
