// Named 64-bit terms: the common currency of the constraints and of the header's symbolic run. Two sets of terms mean
// the same when they have the same names and equal values. And the inputs of an obligation: a configuration, an EPTP,
// an access and the entries of a walk, each a 64-bit constant. Tests: tests/model/proof_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <z3++.h>

#include "spec/ir.h"

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

// The registers that are not derived, each a word of 64 bits; a control is a bit of its word. Those of a walk are made
// at once, each other one when it is first asked for: so what a solver finds for a walk does not change when the
// specification gets another register.
class Configuration {
 public:
  Configuration(z3::context& context, const spec::Spec& spec);

  [[nodiscard]] std::size_t size() const { return registers_.size(); }
  z3::expr& at(std::size_t number) const;
  z3::expr& operator[](spec::Word word) const { return at(spec::register_at(word)); }

  z3::expr maxphyaddr;

 private:
  z3::context* context_;
  std::vector<std::string> names_;
  mutable std::vector<std::optional<z3::expr>> registers_;
};

struct Inputs {
  Inputs(z3::context& context, const spec::Spec& spec);

  [[nodiscard]] const z3::expr& entry(int level) const { return entries.at(static_cast<std::size_t>(level - 1)); }
  [[nodiscard]] z3::context& context() const { return gpa.ctx(); }
  [[nodiscard]] const z3::expr& eptp() const { return configuration[eptp_word]; }
  [[nodiscard]] const z3::expr& sub_page_pointer() const { return configuration[pointer_word]; }

  spec::Word eptp_word;
  spec::Word pointer_word;
  std::vector<spec::Word> walk_words;  // of the registers that a walk depends on beside these two
  Configuration configuration;
  z3::expr gpa;
  z3::expr access;
  std::array<z3::expr, 5> entries;  // of level 1 first
};

// What every obligation assumes: MAXPHYADDR within the specification's bounds.
z3::expr width_in_range(const spec::Spec& spec, const Configuration& configuration);

}  // namespace model
