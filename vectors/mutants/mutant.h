// Mutants: small changes of the specification, each a mistake that an implementation could make. Owns which there are;
// whether vectors detect them is decided in vectors/mutants/adequacy.h. Nothing here is listed by hand: a new rule
// gives its mutants. Tests: tests/vectors/mutants/mutants_test.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/interpret/interpreter.h"
#include "spec/ir.h"

namespace vectors {

struct Mutant {
  std::string id;     // "misconfiguration/write_without_read/when.1/negated"
  std::string group;  // the class of mistakes, "negated"
  std::string what;   // in words, with the place in the YAML
  std::function<void(spec::Spec&)> change;
  model::Combine combine = model::Combine::every;
};

using Mutants = std::vector<Mutant>;

// All of them, no id twice.
Mutants all_mutants(const spec::Spec& spec);

// The parts of the list.
Mutants condition_mutants(const spec::Spec& spec);  // each condition and each of its parts
Mutants name_mutants(const spec::Spec& spec);       // the bits that a name stands for, wherever it is used
Mutants format_mutants(const spec::Spec& spec);     // ranges, kinds and single bits of fields
Mutants walk_mutants(const spec::Spec& spec);       // levels, order, flags, which formats a rule concerns
Mutants report_mutants(const spec::Spec& spec);     // exit qualification, sub-page check

// The names that conditions may give to bits of a word, from bit 0 up.
struct NameOfBits {
  std::string id;
  spec::Bits bits;
  spec::Place place;
};
std::vector<NameOfBits> names_of_bits(const spec::Spec& spec, spec::Word word, bool of_walk = true);  // only those

// A place of the specification that holds a condition which has a meaning: not that of a field, which only says when
// the field is ignored, and not that of the rule of stage entry, which repeats `present`.
struct Site {
  std::string id;  // "misconfiguration/write_without_read/when"
  std::function<spec::Condition&(spec::Spec&)> at;
  std::size_t named = 0;  // of a named condition its index: it may speak of those before it only
};
std::vector<Site> sites(const spec::Spec& spec);

// Mistakes in the conditions at these places. With `of_walk` registers have only the names that a walk asks for, and of
// a field every value is tried.
Mutants mutants_at(const spec::Spec& spec, const std::vector<Site>& places, bool of_walk);

// Calls `visit` for each condition of the tree, from the root.
void for_each_part(spec::Condition& condition, const std::function<void(spec::Condition&)>& visit);

// Whether each entry has exactly one format. A mutant in which it has not says nothing and does not count.
bool every_entry_has_a_format(const spec::Spec& spec);

}  // namespace vectors
