#include "model/proof/prove.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <thread>

#include <fmt/format.h>

#include "model/smt/smtlib.h"

namespace model {

namespace {

struct Answer {
  Provability verdict;
  std::string explanation;
};

std::vector<z3::expr> formulas_of(z3::context& context, const Claim& claim) {
  std::vector<z3::expr> formulas;
  for (const Part& part : claim.parts) formulas.push_back(part.formula);
  if (claim.cases.empty()) return formulas;
  z3::expr_vector cases(context);
  for (const z3::expr& each : claim.cases) cases.push_back(each);
  formulas.push_back(any_of(cases));
  return formulas;
}

// Bit-blasting at once is several times faster here than the solver's default strategy; it gives no cores.
z3::solver fast_solver(z3::context& context) {
  const auto tactic = [&](const char* name) { return z3::tactic(context, name); };
  return (tactic("simplify") & tactic("propagate-values") & tactic("solve-eqs") & tactic("simplify") &
          tactic("bit-blast") & tactic("sat"))
      .mk_solver();
}

Answer undecided(const z3::solver& solver) {
  const std::string reason = solver.reason_unknown();
  const bool timeout = reason == "timeout" || reason == "canceled";
  return {timeout ? Provability::timeout : Provability::unknown, "    z3 says: " + reason + "\n"};
}

// Why a formula that should have a model has none: the parts that contradict each other.
Answer contradiction(z3::context& context, const Claim& claim) {
  z3::solver solver(context);
  for (std::size_t i = 0; i < claim.parts.size(); ++i)
    solver.add(claim.parts[i].formula, fmt::format("part{}", i).c_str());
  if (solver.check() != z3::unsat) return {Provability::unknown, "    two runs of z3 disagree\n"};
  std::string text = "    these contradict each other:\n";
  const z3::expr_vector core = solver.unsat_core();
  for (std::size_t i = 0; i < claim.parts.size(); ++i) {
    for (const z3::expr& name : core) {
      if (name.decl().name().str() == fmt::format("part{}", i)) text += "      " + claim.parts[i].origin + "\n";
    }
  }
  return {Provability::refuted, text};
}

Answer ask_for_each(z3::context& context, const Claim& claim, unsigned timeout_seconds) {
  z3::solver solver(context, "QF_BV");
  z3::params params(context);
  params.set("timeout", timeout_seconds * 1000);
  solver.set(params);
  for (const z3::expr& formula : formulas_of(context, claim)) solver.add(formula);
  for (const Part& one : claim.each) {
    solver.push();
    solver.add(one.formula);
    const z3::check_result result = solver.check();
    if (result == z3::unknown) return undecided(solver);
    solver.pop();
    if (result == z3::unsat) return contradiction(context, with(claim, one));
  }
  return {Provability::proved, ""};
}

Answer ask_z3(const spec::Spec& spec, z3::context& context, const Obligation& obligation, const Claim& claim,
              unsigned timeout_seconds) {
  if (!claim.each.empty()) return ask_for_each(context, claim, timeout_seconds);
  z3::solver solver = fast_solver(context);
  z3::params params(context);
  params.set("timeout", timeout_seconds * 1000);
  solver.set(params);
  for (const z3::expr& formula : formulas_of(context, claim)) solver.add(formula);
  switch (solver.check()) {
    case z3::sat:
      if (obligation.goal == Aim::a_model) return {Provability::proved, ""};
      return {Provability::refuted, describe(spec, claim, solver.get_model())};
    case z3::unsat:
      if (obligation.goal == Aim::no_model) return {Provability::proved, ""};
      return contradiction(context, claim);
    case z3::unknown: break;
  }
  return undecided(solver);
}

// What cvc5 says of the claim. Case by case it is many times faster than with all of them at once; the first case that
// has a model, or that cvc5 cannot decide, settles it.
std::string ask_by_case(z3::context& context, const Claim& claim, unsigned timeout_seconds) {
  for (const Part& each : claim.each) {
    std::string said = ask_cvc5(script_of(context, with(claim, each)), timeout_seconds);
    if (said != "sat") return said;
  }
  if (!claim.each.empty()) return "sat";
  if (claim.cases.empty()) return ask_cvc5(script_of(context, claim), timeout_seconds);
  Claim one = claim;
  for (const z3::expr& each : claim.cases) {
    one.cases = {each};
    std::string said = ask_cvc5(script_of(context, one), timeout_seconds);
    if (said != "unsat") return said;
  }
  return "unsat";
}

Answer second_opinion(z3::context& context, const Obligation& obligation, const Claim& claim,
                      unsigned timeout_seconds) {
  const std::string said = ask_by_case(context, claim, timeout_seconds);
  if (said == (obligation.goal == Aim::no_model ? "unsat" : "sat")) return {Provability::proved, ""};
  if (said == "sat" || said == "unsat") {
    return {Provability::refuted, fmt::format("    cvc5 says {}; eptspec prove --solver z3 --obligation {} shows why\n",
                                              said, obligation.id)};
  }
  if (said == "timeout") return {Provability::timeout, ""};
  return {Provability::unknown, "    cvc5 says: " + said + "\n"};
}

}  // namespace

const char* name_of(Provability verdict) {
  switch (verdict) {
    case Provability::proved: return "proved";
    case Provability::refuted: return "REFUTED";
    case Provability::unknown: return "UNKNOWN";
    case Provability::timeout: return "TIMEOUT";
  }
  return "";
}

Claim with(const Claim& claim, const Part& one) {
  Claim result = claim;
  result.each.clear();
  result.parts.push_back(one);
  return result;
}

std::string script_of(z3::context& context, const Claim& claim) {
  return to_smtlib(context, formulas_of(context, claim));
}

Proof prove(const spec::Spec& spec, const Obligation& obligation, const ProveOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  z3::context context;
  const Claim claim = obligation.state(context);
  const Answer answer = options.solver == Solver::z3
                            ? ask_z3(spec, context, obligation, claim, options.timeout_seconds)
                            : second_opinion(context, obligation, claim, options.timeout_seconds);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return {obligation.id, obligation.text, answer.verdict, elapsed.count(), answer.explanation};
}

std::vector<Proof> prove_all(const spec::Spec& spec, const std::vector<Obligation>& obligations,
                             const ProveOptions& options, const std::function<void(const Proof&)>& finished) {
  std::vector<std::promise<Proof>> proofs(obligations.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < obligations.size(); i = next++) {
      try {
        proofs[i].set_value(prove(spec, obligations[i], options));
      } catch (...) {
        proofs[i].set_exception(std::current_exception());
        next = obligations.size();
      }
    }
  };
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t wanted = options.jobs == 0 ? processors : options.jobs;
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < std::min(wanted, obligations.size()); ++t) threads.emplace_back(work);
  std::vector<Proof> results;
  for (auto& proof : proofs) {
    results.push_back(proof.get_future().get());
    finished(results.back());
  }
  return results;
}

}  // namespace model
