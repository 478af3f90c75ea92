// The unique smallest model of a formula. Knows nothing of EPT. Tests: tests/vectors/generate_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <z3++.h>

namespace vectors {

// A solver that is cheap to start and to ask again. `seed` changes which models it finds first; 0 leaves Z3's own
// choice but for bits, which are tried as 0 before 1.
z3::solver quick_solver(z3::context& context, unsigned seed = 0);

// The solver has been given `given`, which many problems share; a solution also meets `wanted`.
struct Problem {
  z3::expr given;
  z3::expr wanted;
};

// The values of `words` (64 bits each) that solve the problem and are the smallest: the first word decides first, in
// each word the highest bit. Nothing when there is no solution. Which model the solver happens to find, and what is
// guessed, only changes how often it is asked. Throws std::runtime_error when it does not know.
std::optional<std::vector<std::uint64_t>> smallest(z3::solver& solver, const Problem& problem,
                                                   const std::vector<z3::expr>& words,
                                                   const std::vector<std::uint64_t>& guess = {});

// Whether there is a model. Throws std::runtime_error when the solver does not know.
bool is_satisfied(z3::solver& solver, const z3::expr& wanted);

}  // namespace vectors
