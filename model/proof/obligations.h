// What has to be proven, as a list: each obligation states a formula and whether it must be unsatisfiable (a proof) or
// satisfiable (an example exists). Owns no solver. Tests: tests/model/proof_test.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/smt/terms.h"
#include "spec/ir.h"

namespace model {

enum class Aim {
  no_model,  // the formula has no model: both sides agree
  a_model,   // the formula has a model: the rule can fire
};

// A part of the formula that an explanation can name.
struct Part {
  z3::expr formula;
  std::string origin;  // "spec/semantics/misconfiguration.yaml:12:11: entry.write"
};

struct Claim {
  Inputs inputs;
  std::vector<Part> parts;  // their conjunction is the formula,
  std::vector<z3::expr>
      cases;     // together with the disjunction of these, if there are any; one for each path of the header
  Terms header;  // for a counterexample: what each side says; empty where there are no two sides
  Terms constraints;
  std::vector<Part> witnesses;  // for a counterexample: which of these hold in it
  // Where a model is the aim: with each of these there must be one. Stated together, since they share their terms.
  std::vector<Part> each = {};
};

// The same with one of claim.each as a part.
Claim with(const Claim& claim, const Part& one);

struct Obligation {
  std::string id;
  std::string text;
  Aim goal = Aim::no_model;
  std::function<Claim(z3::context&)> state;
};

// That the compiled header means what the constraints of `spec` mean. `spec` must outlive the result.
std::vector<Obligation> agreement_obligations(const spec::Spec& spec);

// What the specification owes itself, for every configuration at once: fields tile 63:0, every rule can fire and can be
// the only reason, the classes of an entry are disjoint and complete. `spec` must outlive the result.
std::vector<Obligation> specification_obligations(const spec::Spec& spec);

// A model of a refuted obligation as a person reads it: configuration, EPTP and entries field by field, what each side
// says.
std::string describe(const spec::Spec& spec, const Claim& claim, const z3::model& found);

}  // namespace model
