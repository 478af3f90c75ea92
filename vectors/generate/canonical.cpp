#include "vectors/generate/canonical.h"

#include <stdexcept>

namespace vectors {

namespace {

constexpr unsigned kBits = 64;

// A bit that is needed: for the lowest bit of the word that does as well.
void exchange(Values& values, std::size_t word, unsigned bit, const std::function<bool(const Values&)>& is_solution) {
  const std::uint64_t before = values[word];
  for (unsigned other = 0; other < bit; ++other) {
    if ((before >> other & 1) != 0) continue;
    values[word] = (before ^ std::uint64_t{1} << bit) | std::uint64_t{1} << other;
    if (is_solution(values)) return;
  }
  values[word] = before;
}

// Bits low to low + width - 1 of a word, all at once where that is possible.
void lower(Values& values, std::size_t word, unsigned low, unsigned width,
           const std::function<bool(const Values&)>& is_solution) {
  const std::uint64_t mask = (~std::uint64_t{0} >> (kBits - width)) << low;
  const std::uint64_t before = values[word];
  if ((before & mask) == 0) return;
  values[word] = before & ~mask;
  if (is_solution(values)) return;
  values[word] = before;
  if (width == 1) return exchange(values, word, low, is_solution);
  lower(values, word, low + width / 2, width / 2, is_solution);
  lower(values, word, low, width / 2, is_solution);
}

}  // namespace

z3::solver quick_solver(z3::context& context, unsigned seed) {
  z3::solver solver(context, "QF_FD");
  z3::params params(context);
  params.set("phase", context.str_symbol(seed == 0 ? "always_false" : "random"));
  params.set("random_seed", seed);
  // Conflicts: questions that need so many gain from it, others never earn it back.
  params.set("simplify.delay", 1000U);
  solver.set(params);
  return solver;
}

bool is_satisfied(z3::solver& solver, const z3::expr_vector& assumptions) {
  switch (solver.check(assumptions)) {
    case z3::sat: return true;
    case z3::unsat: return false;
    case z3::unknown: break;
  }
  throw std::runtime_error("the solver does not know: " + solver.reason_unknown());
}

z3::expr smaller(const std::vector<z3::expr>& words, const Values& values) {
  z3::context& context = words.front().ctx();
  z3::expr_vector ways(context);
  z3::expr_vector before(context);
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (unsigned bit = kBits; bit-- > 0;) {
      if ((values[i] >> bit & 1) == 0) continue;
      z3::expr_vector way(context);
      for (const z3::expr& equal : before) way.push_back(equal);
      way.push_back(words[i].extract(kBits - 1, bit) == context.bv_val(values[i] >> bit ^ 1, kBits - bit));
      ways.push_back(z3::mk_and(way));
    }
    before.push_back(words[i] == context.bv_val(values[i], kBits));
  }
  return z3::mk_or(ways);
}

Values descend(Values values, const Values& together, const std::function<bool(const Values&)>& is_solution) {
  Values without = values;
  for (std::size_t i = 0; i < values.size(); ++i) without[i] &= ~together[i];
  if (is_solution(without)) values = without;
  for (std::size_t i = 0; i < values.size(); ++i) lower(values, i, 0, kBits, is_solution);
  return values;
}

}  // namespace vectors
