// What the unique smallest solution of a formula is, and solvers that are quick to ask. Knows nothing of EPT. Tests:
// tests/vectors/generate/generate_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <z3++.h>

namespace vectors {

// Of words of 64 bits: the first word decides first, in each word the highest bit.
using Values = std::vector<std::uint64_t>;

// A solver that is cheap to start and to ask again. `seed` changes which models it finds first; 0 leaves Z3's own
// choice but for bits, which are tried as 0 before 1.
z3::solver quick_solver(z3::context& context, unsigned seed = 0);

// The formula is asserted as long as it lives.
struct Scope {
  Scope(z3::solver& of, const z3::expr& formula) : solver(of) {
    solver.push();
    solver.add(formula);
  }
  ~Scope() { Z3_solver_pop(solver.ctx(), solver, 1); }  // cannot throw
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  z3::solver& solver;
};

// Whether there is a model under the assumptions. Throws std::runtime_error when the solver does not know.
bool is_satisfied(z3::solver& solver, const z3::expr_vector& assumptions);

// The words come before these values: one bit that is 1 there is 0, and all before it are as they are there.
z3::expr smaller(const std::vector<z3::expr>& words, const Values& values);

// Takes bits out of a solution as long as it is one: those of `together` at once, then each, the highest first, or else
// it takes a lower bit of the word in its place. Nearly always this goes the whole way to the smallest.
Values descend(Values values, const Values& together, const std::function<bool(const Values&)>& is_solution);

}  // namespace vectors
