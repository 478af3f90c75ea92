// Capabilities of a processor as assumptions of a solver: a Boolean constant for each bit and for each width, so that
// what a proof used can be read off, and holds for every processor that has it. Used by check_solving.h. Tests:
// tests/vectors/checks/check_vectors_test.cpp.
#pragma once

#include <bitset>
#include <map>
#include <string>
#include <vector>

#include <z3++.h>

#include "model/smt/terms.h"
#include "vectors/checks/whole_rules.h"

namespace vectors {

inline constexpr std::size_t kMostCapabilities = 2048;

// Of the bits of capabilities, and of the widths, those that are assumed to be as `value` says.
struct Assumed {
  std::bitset<kMostCapabilities> which;
  std::bitset<kMostCapabilities> value;

  [[nodiscard]] bool covers(const Assumed& processor) const { return (which & (value ^ processor.value)).none(); }
};

class Capabilities {
 public:
  // For the registers of `support` that software does not choose. Adds to the solver what the constants mean. Throws
  // std::logic_error when there are more than kMostCapabilities.
  Capabilities(const spec::Spec& spec, const Support& support, const model::Inputs& inputs, z3::solver& solver);

  [[nodiscard]] Assumed of(const spec::Profile& profile) const;  // all
  [[nodiscard]] z3::expr_vector literals(const Assumed& assumed) const;
  // Those of an unsatisfiable core.
  [[nodiscard]] Assumed used(const z3::expr_vector& core, const Assumed& of) const;
  // What one of them would have to be instead: "capability bit 6 = 1".
  [[nodiscard]] std::vector<std::string> opposites(const Assumed& assumed) const;

 private:
  z3::expr add(const std::string& name, z3::solver& solver, const z3::expr& meaning);

  z3::context& context_;
  int min_;
  std::vector<z3::expr> constants_;  // of widths first
  std::vector<std::string> names_;
  std::vector<std::pair<std::size_t, unsigned>> bits_;
  std::map<unsigned, std::size_t> by_id_;
};

}  // namespace vectors
