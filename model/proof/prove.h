// Proves obligations with z3 or cvc5. Owns the solvers' answers: unknown and timeout are failures of their own kind.
// Tests: tests/model/proof_test.cpp.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/proof/obligations.h"

namespace model {

enum class Solver { z3, cvc5 };

enum class Provability { proved, refuted, unknown, timeout };

const char* name_of(Provability verdict);

struct Proof {
  std::string id;
  std::string text;
  Provability verdict = Provability::unknown;
  double seconds = 0;
  std::string explanation;  // of a verdict other than proved: counterexample, unsat core, or what the solver said
};

struct ProveOptions {
  Solver solver = Solver::z3;
  unsigned timeout_seconds = 60;  // for one obligation
  unsigned jobs = 0;              // threads; 0: one for each processor
};

class SolverMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The second opinion, of cvc5 as a program: what it prints for SMT-LIB 2 text, "sat", "unsat", "unknown", "timeout" or
// a message. Throws SolverMissing.
std::string ask_cvc5(const std::string& script, unsigned timeout_seconds);

// The claim's formula as SMT-LIB 2.
std::string script_of(z3::context& context, const Claim& claim);

// One obligation. Throws SolverMissing when the solver is a program that cannot be started.
Proof prove(const spec::Spec& spec, const Obligation& obligation, const ProveOptions& options);

// All of them, in parallel; the result has the order of the obligations. `finished` is called once for each, in that
// order.
std::vector<Proof> prove_all(const spec::Spec& spec, const std::vector<Obligation>& obligations,
                             const ProveOptions& options, const std::function<void(const Proof&)>& finished);

}  // namespace model
