// Conditions as C expressions over the names of the emitted header. Owns which C variable each word is called by.
// Tests: tests/model/emit_test.cpp, tests/golden.
#pragma once

#include <string>
#include <vector>

#include "spec/ir.h"

namespace model {

std::string upper(const std::string& id);  // "page_size" → "PAGE_SIZE"
std::string hex(std::uint64_t value);      // "0x1full": 64 bits wide, so that ~ of it is
// "EPT_ENTRY_READ" for entry.read, all.read, leaf.read …; of a derived word the macro of what it is chosen from.
std::string macro_of(const spec::Condition& leaf, const spec::Spec& spec);
std::string macro_of(const spec::Register& of, const std::string& field);
std::string c_word(spec::Word word, const spec::Spec& spec);  // the C expression of a word: "entry", "capability"

// A C expression that is true when the condition holds. Conditions of stage configuration are bits of `conditions`,
// conditions of stage access are functions of `conditions` and `access`; conditions over an entry are written out.
std::string c_expression(const spec::Condition& condition, const spec::Spec& spec);

// Whether the header has a function for a named condition.
bool is_function(const spec::NamedCondition& condition, const spec::Spec& spec);

// A variable that a function of the header has only where its text uses it.
struct Local {
  std::string type;
  std::string name;
  std::string value;
};
bool mentions(const std::string& text, const std::string& variable);
std::string locals_for(const std::string& text, const std::vector<Local>& locals);  // their definitions, one a line

}  // namespace model
