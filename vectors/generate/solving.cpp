#include "vectors/generate/solving.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <map>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

#include "vectors/generate/canonical.h"
#include "vectors/generate/formula.h"
#include "vectors/generate/meets.h"

namespace vectors {

namespace {

constexpr std::size_t kMost = 256;
using Assumed = std::bitset<kMost>;

// What a profile lets be assumed of a processor, each a Boolean constant of its own: the value of each capability and
// parameter, that a control is 0, the width.
class Processors {
 public:
  Processors(const spec::Spec& spec, z3::context& context, const Formulas& formulas)
      : context_(context), formulas_(formulas), meaning_(context.bool_val(true)) {
    for (const bool is_control : {false, true}) {
      for (const ept_register number : ept_configuration_registers) {
        const spec::Register& one = spec.registers.at(number);
        if ((one.role == spec::Role::control) == is_control) add_register(one, number);
      }
    }
    for (int width = spec.min_maxphyaddr; width <= spec.max_maxphyaddr; ++width) {
      add(fmt::format("another width than {}", width),
          formulas.maxphyaddr() == model::word(context, static_cast<std::uint64_t>(width)),
          [width](const spec::Profile& profile) { return profile.maxphyaddr == width; });
    }
  }

  // What the constants mean.
  [[nodiscard]] const z3::expr& meaning() const { return meaning_; }

  [[nodiscard]] Assumed of(const spec::Profile& profile) const {
    Assumed assumed;
    for (std::size_t i = 0; i < list_.size(); ++i) assumed[i] = list_[i].holds(profile);
    return assumed;
  }

  [[nodiscard]] z3::expr_vector literals(const Assumed& assumed) const {
    z3::expr_vector list(context_);
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (assumed[i]) list.push_back(list_[i].literal);
    }
    return list;
  }

  [[nodiscard]] Assumed used(const z3::expr_vector& core) const {
    Assumed assumed;
    for (const z3::expr& literal : core) assumed[by_id_.at(literal.id())] = true;
    return assumed;
  }

  // What a processor would need for which one of these does not hold.
  [[nodiscard]] std::vector<std::string> opposites(const Assumed& assumed) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (assumed[i]) names.push_back(list_[i].opposite);
    }
    return names;
  }

 private:
  struct One {
    std::string opposite;
    z3::expr literal;
    std::function<bool(const spec::Profile&)> holds;
  };

  void add(const std::string& opposite, const z3::expr& condition, std::function<bool(const spec::Profile&)> holds) {
    const z3::expr literal = context_.bool_const(fmt::format("assumed_{}", list_.size()).c_str());
    meaning_ = meaning_ && literal == condition;
    by_id_.emplace(literal.id(), list_.size());
    list_.push_back({opposite, literal, std::move(holds)});
    if (list_.size() > kMost) throw std::logic_error("more assumptions about a processor than there is room for");
  }

  void add_register(const spec::Register& one, ept_register number) {
    for (const spec::Field& field : one.fields) {
      if (field.kind != spec::FieldKind::field || (mask_of(bits_at(field.bits)) & one.of_walk) == 0) continue;
      if (!std::has_single_bit(mask_of(bits_at(field.bits)))) continue;
      const std::string name = one.scope + "." + field.id;
      if (one.role == spec::Role::control) {
        add_zero(name, masked(number, bits_at(field.bits)) == model::word(context_, 0), number, bits_at(field.bits));
      } else {
        add_both(name, number, bits_at(field.bits));
      }
    }
  }

  void add_zero(const std::string& opposite, const z3::expr& zero, ept_register of, spec::Bits bits) {
    add(opposite, zero, [=](const spec::Profile& profile) { return (profile.registers.at(of) & mask_of(bits)) == 0; });
  }

  void add_both(const std::string& name, ept_register of, spec::Bits bits) {
    const z3::expr set = masked(of, bits) != model::word(context_, 0);
    add("not " + name, set,
        [=](const spec::Profile& profile) { return (profile.registers.at(of) & mask_of(bits)) != 0; });
    add_zero(name, !set, of, bits);
  }

  z3::expr masked(ept_register of, spec::Bits bits) {
    return formulas_.processor(spec::word_of_register(of)) & model::word(context_, mask_of(bits));
  }

  z3::context& context_;
  const Formulas& formulas_;
  z3::expr meaning_;
  std::vector<One> list_;
  std::map<unsigned, std::size_t> by_id_;
};

// Proved: where all this is assumed no solution comes before these values, or there is none at all.
struct Fact {
  Assumed assumed;
  std::optional<Values> values;
};

bool covers(const Fact& fact, const Assumed& assumed) { return (fact.assumed & ~assumed).none(); }

}  // namespace

Group group_of(const spec::Spec& spec, const Goal& goal) {
  return {goal.question == Question::eptp, goal.levels, page_of(spec, goal), goal.ending, goal.last};
}

struct Solving::State {
  State(const spec::Spec& of, unsigned start)
      : spec(of), seed(start), formulas(context, spec), processors(spec, context, formulas) {}

  // What is asked of one group, with all that is known of its goals by the id of their formula, which stays alive.
  struct Asked {
    z3::solver solver;
    z3::expr_vector results;  // which it knows by these names, to work them out once
    z3::expr_vector names;
    std::map<unsigned, std::pair<z3::expr, std::vector<Fact>>> known;
    std::set<Values> solutions;  // canonical ones of its goals, and the baseline
  };

  void turn_to(const Goal& goal) {
    given = &formulas.common(goal);
    auto group = groups.find(given);
    if (group == groups.end()) {
      Asked asked{quick_solver(context, seed), formulas.results(goal), z3::expr_vector(context), {}, {}};
      asked.solver.add(processors.meaning());
      asked.solver.add(*given);
      for (const z3::expr& result : asked.results) {
        asked.names.push_back(context.bv_const(fmt::format("result_{}", result.id()).c_str(), model::kWordBits));
        asked.solver.add(asked.names.back() == result);
      }
      asked.solutions.insert(Values(formulas.chosen().size(), 0));
      group = groups.emplace(given, std::move(asked)).first;
    }
    solver = &group->second.solver;
    wanted = formulas.demanded(goal);
    asserted = wanted.substitute(group->second.results, group->second.names);
    solutions = &group->second.solutions;
    facts = &group->second.known.try_emplace(wanted.id(), wanted, std::vector<Fact>()).first->second.second;
  }

  // Whether there is a solution; remembers why when there is none.
  bool possible(const Assumed& assumed) {
    const auto none = [&](const Fact& fact) { return !fact.values && covers(fact, assumed); };
    if (std::any_of(facts->begin(), facts->end(), none)) return false;
    const Scope scope(*solver, asserted);
    if (is_satisfied(*solver, processors.literals(assumed))) {
      found = formulas.values_in(solver->get_model());
      return true;
    }
    Assumed core = processors.used(solver->unsat_core());  // becomes those without which there is no proof
    for (std::size_t i = 0; i < kMost; ++i) {
      if (!core[i]) continue;
      core[i] = false;
      core[i] = is_satisfied(*solver, processors.literals(core));
    }
    facts->push_back({core, std::nullopt});
    return false;
  }

  const spec::Spec& spec;
  unsigned seed;
  z3::context context;
  Formulas formulas;
  Processors processors;
  const z3::expr* given = nullptr;
  std::map<const z3::expr*, Asked> groups;
  z3::solver* solver = nullptr;
  z3::expr wanted{context};
  z3::expr asserted{context};  // the same, with the names of results
  std::vector<Fact>* facts = nullptr;
  std::set<Values>* solutions = nullptr;
  Values found;
};

Solving::Solving(const spec::Spec& spec, unsigned seed) : state_(std::make_unique<State>(spec, seed)) {}
Solving::~Solving() = default;

std::optional<Case> Solving::smallest(const Goal& goal, const spec::Profile& profile) {
  State& state = *state_;
  if (is_out_of_reach(state.spec, goal, profile)) return std::nullopt;
  state.turn_to(goal);
  const Assumed assumed = state.processors.of(profile);
  const auto is_solution = [&](const Values& values) {
    // What another profile has for the goal may need a control that this one does not have.
    const Case asked = state.formulas.walk_of(goal, values, profile);
    return allows(profile, asked.registers) && solves(state.spec, goal, asked);
  };
  for (const Fact& fact : *state.facts) {
    if (!covers(fact, assumed)) continue;
    if (!fact.values) return std::nullopt;
    if (is_solution(*fact.values)) return state.formulas.case_of(goal, *fact.values, profile);
  }
  const auto known = std::find_if(state.facts->begin(), state.facts->end(),
                                  [&](const Fact& fact) { return fact.values && is_solution(*fact.values); });
  // A solution of another goal, changed in what this one names, may be one of this goal.
  const auto guessed = [&](const Values& other) {
    state.found = state.formulas.with_demands(goal, other);
    return is_solution(state.found);
  };
  if (known != state.facts->end())
    state.found = *known->values;
  else if (std::none_of(state.solutions->begin(), state.solutions->end(), guessed) && !state.possible(assumed))
    return std::nullopt;
  const z3::expr_vector literals = state.processors.literals(assumed);
  for (;;) {
    if (!is_solution(state.found)) throw std::logic_error("reference model and constraints disagree about " + goal.id);
    state.found = descend(state.found, Formulas::addresses(), is_solution);
    const Scope scope(*state.solver, state.asserted && smaller(state.formulas.chosen(), state.found));
    if (!is_satisfied(*state.solver, literals)) {
      state.facts->push_back({state.processors.used(state.solver->unsat_core()), state.found});
      state.solutions->insert(state.found);
      break;
    }
    state.found = state.formulas.values_in(state.solver->get_model());
  }
  if (!state.formulas.holds(*state.given && state.wanted, state.found, profile))
    throw std::logic_error("reference model and constraints disagree about " + goal.id);
  return state.formulas.case_of(goal, state.found, profile);
}

std::optional<std::vector<std::string>> Solving::lacking(const Goal& goal, const spec::Profile& profile) {
  State& state = *state_;
  state.turn_to(goal);
  const Assumed assumed = state.processors.of(profile);
  if (state.possible(assumed)) return std::nullopt;
  const auto fact = std::find_if(state.facts->begin(), state.facts->end(),
                                 [&](const Fact& one) { return !one.values && covers(one, assumed); });
  return state.processors.opposites(fact->assumed);
}

std::optional<Case> Solving::showing(const Goal& goal, const LiteralPairs& pairs) {
  State& state = *state_;
  Goal walk = goal;
  if (goal.question == Question::entry) walk.question = Question::walk;
  state.turn_to(walk);
  z3::expr_vector ways(state.context);
  for (const auto& [one, others] : pairs) {
    LiteralSet alone{};
    alone[one.place] = bit_of(one.bit);
    ways.push_back(state.formulas.any_of(goal, alone) && state.formulas.any_of(goal, others));
  }
  const Scope scope(*state.solver, state.asserted && model::any_of(ways));
  if (!is_satisfied(*state.solver, z3::expr_vector(state.context))) return std::nullopt;
  const z3::model found = state.solver->get_model();
  const auto value = [&](const z3::expr& word) { return found.eval(word, true).get_numeral_uint64(); };
  spec::Profile profile;
  profile.maxphyaddr = static_cast<int>(value(state.formulas.maxphyaddr()));
  profile.registers.resize(state.spec.registers.size(), 0);
  for (const ept_register number : {EPT_REGISTER_CAPABILITY, EPT_REGISTER_PARAMETERS})
    profile.registers[number] = value(state.formulas.processor(spec::word_of_register(number)));
  return state.formulas.walk_of(walk, state.formulas.values_in(found), profile);
}

}  // namespace vectors
