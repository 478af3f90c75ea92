#include "vectors/canonical.h"

#include <algorithm>
#include <stdexcept>

namespace vectors {

namespace {

constexpr unsigned kBits = 64;

bool decided(z3::solver& solver) {
  switch (solver.check()) {
    case z3::sat: return true;
    case z3::unsat: return false;
    case z3::unknown: break;
  }
  throw std::runtime_error("the solver does not know: " + solver.reason_unknown());
}

class Scope {
 public:
  explicit Scope(z3::solver& solver) : solver_(solver) { solver_.push(); }
  ~Scope() { solver_.pop(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  z3::solver& solver_;
};

using Values = std::vector<std::uint64_t>;

Values values_in(const z3::model& model, const std::vector<z3::expr>& words) {
  Values values;
  for (const z3::expr& word : words) values.push_back(model.eval(word, true).get_numeral_uint64());
  return values;
}

// Takes bits out of a model as long as the formula holds, the highest first: cheap, and nearly always the whole way.
class Descent {
 public:
  Descent(const z3::expr& formula, const std::vector<z3::expr>& words, Values start)
      : formula_(formula), words_(words), values_(std::move(start)), model_(formula.ctx()) {
    for (std::size_t i = 0; i < words_.size(); ++i) set(i, values_[i]);
  }

  [[nodiscard]] bool holds() const { return model_.eval(formula_, true).is_true(); }

  Values run() {
    for (std::size_t i = 0; i < words_.size(); ++i) lower(i, 0, kBits);
    return values_;
  }

 private:
  void set(std::size_t word, std::uint64_t value) {
    z3::func_decl decl = words_[word].decl();
    z3::expr number = formula_.ctx().bv_val(value, kBits);
    model_.add_const_interp(decl, number);
  }

  // Bits low to low + width - 1, all at once where that is possible.
  void lower(std::size_t word, unsigned low, unsigned width) {
    const std::uint64_t mask = (~std::uint64_t{0} >> (kBits - width)) << low;
    const std::uint64_t before = values_[word];
    if ((before & mask) == 0) return;
    set(word, before & ~mask);
    if (holds()) {
      values_[word] = before & ~mask;
      return;
    }
    set(word, before);
    if (width == 1) return;
    lower(word, low + width / 2, width / 2);
    lower(word, low, width / 2);
  }

  const z3::expr& formula_;
  const std::vector<z3::expr>& words_;
  Values values_;
  z3::model model_;
};

// The words come before these values: one bit that is 1 there is 0, and all before it are as they are there.
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

}  // namespace

z3::solver quick_solver(z3::context& context, unsigned seed) {
  z3::solver solver(context, "QF_FD");
  z3::params params(context);
  params.set("phase", context.str_symbol(seed == 0 ? "always_false" : "random"));
  params.set("random_seed", seed);
  solver.set(params);
  return solver;
}

bool is_satisfied(z3::solver& solver, const z3::expr& wanted) {
  const Scope scope(solver);
  solver.add(wanted);
  return decided(solver);
}

std::optional<std::vector<std::uint64_t>> smallest(z3::solver& solver, const Problem& problem,
                                                   const std::vector<z3::expr>& words, const Values& guess) {
  const z3::expr formula = problem.given && problem.wanted;
  const auto is_zero = [](std::uint64_t value) { return value == 0; };
  Values values = guess;
  bool found = !guess.empty() && Descent(formula, words, guess).holds();
  while (!found || !std::all_of(values.begin(), values.end(), is_zero)) {
    const Scope scope(solver);
    solver.add(found ? problem.wanted && smaller(words, values) : problem.wanted);
    if (!decided(solver)) break;
    values = Descent(formula, words, values_in(solver.get_model(), words)).run();
    found = true;
  }
  return found ? std::optional(values) : std::nullopt;
}

}  // namespace vectors
