// Named 64-bit terms: the common currency of the constraints and of the header's symbolic run. Two sets of terms mean
// the same when they have the same names and equal values. Tests: tests/model/proof_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <z3++.h>

namespace model {

constexpr unsigned kWordBits = 64;

struct Term {
  std::string name;
  z3::expr value;  // of 64 bits
};

using Terms = std::vector<Term>;

inline z3::expr word(z3::context& context, std::uint64_t value) { return context.bv_val(value, kWordBits); }

// Conjunction and disjunction, also of nothing (which SMT-LIB has no spelling for).
z3::expr all_of(const z3::expr_vector& parts);
z3::expr any_of(const z3::expr_vector& parts);

// The value of the term with this name. Throws std::logic_error when there is none.
const z3::expr& value_of(const Terms& terms, const std::string& name);

// True when some term of `a` differs from the term of the same name in `b`. Throws std::logic_error when the names
// differ.
z3::expr differ(const Terms& a, const Terms& b);

}  // namespace model
