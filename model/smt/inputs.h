// The symbolic inputs of an obligation: a configuration, an EPTP, an access and the entries of a walk, each a 64-bit
// constant.
#pragma once

#include <array>

#include <z3++.h>

#include "model/smt/terms.h"
#include "spec/ir.h"

namespace model {

// What an entry or a walk depends on beside the entries. All words have 64 bits; a control is a bit of its word.
struct Configuration {
  explicit Configuration(z3::context& context);

  z3::expr maxphyaddr;
  z3::expr capability;
  z3::expr pin_based;
  z3::expr primary;
  z3::expr secondary;
  z3::expr tertiary;
  z3::expr parameters;
};

// In the order of spec::kControlWords.
inline constexpr std::array kControlTerms = {&Configuration::pin_based, &Configuration::primary,
                                             &Configuration::secondary, &Configuration::tertiary};

struct Inputs {
  explicit Inputs(z3::context& context);

  [[nodiscard]] const z3::expr& entry(int level) const { return entries.at(static_cast<std::size_t>(level - 1)); }

  Configuration configuration;
  z3::expr eptp;
  z3::expr gpa;
  z3::expr access;
  std::array<z3::expr, 5> entries;  // of level 1 first
};

// What every obligation assumes: MAXPHYADDR within the specification's bounds.
z3::expr width_in_range(const spec::Spec& spec, const Configuration& configuration);

}  // namespace model
