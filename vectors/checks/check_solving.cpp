#include "vectors/checks/check_solving.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "model/smt/meaning.h"
#include "vectors/checks/capabilities.h"
#include "vectors/generate/canonical.h"

namespace vectors {

namespace {

// Proved: where this is assumed no choice comes before this one, or there is none at all.
struct Fact {
  Assumed assumed;
  std::optional<Choice> choice;
};

// Those of any processor, or of this one, whose capabilities and width are numbers then.
model::Inputs inputs_of(z3::context& context, const spec::Spec& spec, const spec::Profile* only) {
  model::Inputs inputs(context, spec);
  if (only == nullptr) return inputs;
  inputs.configuration.maxphyaddr = model::word(context, static_cast<std::uint64_t>(only->maxphyaddr));
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    const spec::Register& one = spec.registers[n];
    if (!is_chosen(one) && one.role != spec::Role::derived)
      inputs.configuration.at(n) = model::word(context, only->registers.at(n));
  }
  return inputs;
}

}  // namespace

struct CheckSolving::State {
  State(const spec::Spec& of, std::size_t number, unsigned seed, const spec::Profile* only)
      : spec(of),
        check(of.checks.at(number)),
        inputs(inputs_of(context, of, only)),
        meaning(context, of, inputs),
        solver(quick_solver(context, seed)) {
    add_rules();
    Support support;
    for (const std::size_t one : {number, check_called("vm_entry")}) {
      for (const WholeRule& rule : whole_rules(spec, spec.checks[one])) add_support(spec, rule.when, support);
    }
    words.push_back(context.bv_const("relaxed", model::kWordBits));
    solver.add(z3::ule(words.front(), model::word(context, kOthersBroken | kNotRunnable)));
    for (const std::size_t n : chosen_registers(spec)) add_register(n, support);
    const z3::expr nothing = model::word(context, 0);
    solver.add((words.front() & model::word(context, kNotRunnable)) != nothing || runnable(spec, meaning, inputs));
    for (const spec::Condition& one : given_of(spec, check)) solver.add(holds(one));
    if (only == nullptr) capabilities.emplace(spec, support, inputs, solver);
    for (const z3::expr& word : words) {
      are_zero.push_back(context.bool_const(fmt::format("zero {}", are_zero.size()).c_str()));
      solver.add(are_zero.back() == (word == model::word(context, 0)));
    }
  }

  // What is assumed of the processor. Nothing where the constraints are those of it alone.
  [[nodiscard]] Assumed assumed(const spec::Profile& processor) const {
    return capabilities ? capabilities->of(processor) : Assumed();
  }
  [[nodiscard]] z3::expr_vector literals(const Assumed& of) {
    return capabilities ? capabilities->literals(of) : z3::expr_vector(context);
  }
  [[nodiscard]] Assumed used(const Assumed& of) const {
    return capabilities ? capabilities->used(solver.unsat_core(), of) : Assumed();
  }

  [[nodiscard]] std::size_t check_called(const std::string& id) const {
    return static_cast<std::size_t>(find_id(spec.checks, id) - spec.checks.data());
  }

  z3::expr holds(const spec::Condition& condition) { return meaning.holds(condition, meaning.no_words()); }

  void add_rules() {
    z3::expr_vector all(context);
    for (const model::Meaning::RuleInCheck& one : meaning.rules_in(check)) {
      rules.push_back(context.bool_const(("broken " + one.rule->id).c_str()));
      endings.push_back(one.ending);
      solver.add(rules.back() == one.broken);
      all.push_back(rules.back());
    }
    any.emplace(context.bool_const("broken"));
    solver.add(*any == model::any_of(all));
  }

  void add_register(std::size_t number, Support& support) {
    const spec::Register& one = spec.registers.at(number);
    const z3::expr narrow = context.bv_const(("choice " + one.id).c_str(), one.width);
    const z3::expr choice = one.width == model::kWordBits ? narrow : z3::zext(narrow, model::kWordBits - one.width);
    const auto setting = [&](const spec::Operand& operand) {
      add_support(spec, bits_set(operand.word, operand.bits), support);
      const unsigned above = model::kWordBits - 1 - (operand.bits.high - operand.bits.low);
      return z3::zext(meaning.value(operand.word, meaning.no_words()).extract(operand.bits.high, operand.bits.low),
                      above);
    };
    z3::expr usual = model::word(context, usual_bits(number));
    if (one.role == spec::Role::control) {
      usual = one.allowed_1 ? usual & setting(*one.allowed_1) : model::word(context, 0);
      if (one.allowed_0) usual = usual | setting(*one.allowed_0);
    }
    solver.add(inputs.configuration.at(number) == (usual ^ choice));
    if (one.exists) {
      add_support(spec, *one.exists, support);
      solver.add(holds(*one.exists) || choice == model::word(context, 0));
    }
    words.push_back(choice);
  }

  // As smaller() of canonical.h, for words most of which are 0.
  z3::expr before(const Choice& choice) {
    z3::expr_vector ways(context);
    z3::expr_vector same(context);
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (choice[i] == 0) {
        same.push_back(are_zero[i]);
        continue;
      }
      const z3::expr value = model::word(context, choice[i]);
      ways.push_back(model::all_of(same) && z3::ult(words[i], value));
      same.push_back(words[i] == value);
    }
    return model::any_of(ways);
  }

  z3::expr ends(std::size_t ending) {
    z3::expr_vector broken(context);
    for (std::size_t n = 0; n < rules.size(); ++n) {
      if (endings[n] == ending) broken.push_back(rules[n]);
    }
    return model::any_of(broken);
  }

  z3::expr outcome_is(std::size_t ending) {
    z3::expr_vector parts(context);
    for (std::size_t n = 0; n < ending; ++n) parts.push_back(!ends(n));
    parts.push_back(ends(ending));
    return model::all_of(parts);
  }

  // No rule but this one is broken.
  z3::expr only(std::size_t rule) {
    z3::expr_vector parts(context);
    for (std::size_t n = 0; n < rules.size(); ++n) {
      if (n != rule) parts.push_back(!rules[n]);
    }
    return model::all_of(parts);
  }

  // Nor one that has the same or an earlier ending.
  z3::expr decisive(std::size_t rule) {
    z3::expr_vector parts(context);
    for (std::size_t n = 0; n < rules.size(); ++n) {
      if (n != rule && endings[n] <= endings[rule]) parts.push_back(!rules[n]);
    }
    return model::all_of(parts);
  }

  z3::expr shows(const CheckGoal& goal) {
    const z3::expr strict = (words.front() & model::word(context, kOthersBroken)) == model::word(context, 0);
    switch (goal.shows) {
      case CheckGoal::Shows::only_rule: return rules.at(goal.rule) && only(goal.rule);
      case CheckGoal::Shows::rule:
        return rules.at(goal.rule) && outcome_is(endings.at(goal.rule)) && (!strict || decisive(goal.rule));
      case CheckGoal::Shows::not_rule: return !outcome_is(endings.at(goal.rule)) && (!strict || decisive(goal.rule));
      case CheckGoal::Shows::accepted: return !*any;
      case CheckGoal::Shows::two_endings: return outcome_is(goal.ending) && ends(goal.lower);
    }
    throw std::logic_error("unknown kind of goal");
  }

  void turn_to(const CheckGoal& goal, bool strict) {
    z3::expr_vector parts(context);
    if (strict) parts.push_back(are_zero.front());
    parts.push_back(shows(goal));
    for (const spec::Condition& one : goal.demands) parts.push_back(holds(one));
    wanted = model::all_of(parts);
    facts = &known.try_emplace(wanted->id(), *wanted, std::vector<Fact>()).first->second.second;
  }

  bool is_satisfiable(const z3::expr_vector& assumptions) {
    ++questions;
    return is_satisfied(solver, assumptions);
  }

  Choice choice_of(const z3::model& model) const {
    Choice choice;
    for (const z3::expr& one : words) choice.push_back(model.eval(one, true).get_numeral_uint64());
    return choice;
  }

  // Whether there is a choice; remembers why when there is none.
  std::optional<Choice> some(const Assumed& processor) {
    const auto none = [&](const Fact& fact) { return !fact.choice && fact.assumed.covers(processor); };
    if (std::ranges::any_of(*facts, none)) return std::nullopt;
    const Scope scope(solver, *wanted);
    if (is_satisfiable(literals(processor))) return choice_of(solver.get_model());
    Assumed core = used(processor);
    for (std::size_t i = 0; i < kMostCapabilities; ++i) {  // those without which there is no proof
      if (!core.which[i]) continue;
      core.which.reset(i);
      if (is_satisfiable(literals(core))) core.which.set(i);
    }
    facts->push_back({core, std::nullopt});
    return std::nullopt;
  }

  const spec::Spec& spec;
  const spec::Check& check;
  z3::context context;
  model::Inputs inputs;
  model::Meaning meaning;
  z3::solver solver;
  std::vector<z3::expr> rules;  // whether each is broken
  std::vector<std::size_t> endings;
  std::optional<z3::expr> any;
  std::vector<z3::expr> words;  // the choice
  std::vector<z3::expr> are_zero;
  std::optional<Capabilities> capabilities;                          // of any processor
  std::map<unsigned, std::pair<z3::expr, std::vector<Fact>>> known;  // by the id of the formula, which stays alive
  std::optional<z3::expr> wanted;
  std::vector<Fact>* facts = nullptr;
  std::optional<Choice> last;  // found for another goal
  std::size_t questions = 0;
};

CheckSolving::CheckSolving(const spec::Spec& spec, std::size_t check, unsigned seed, const spec::Profile* only)
    : state_(std::make_unique<State>(spec, check, seed, only)) {}
CheckSolving::~CheckSolving() = default;

z3::expr runnable(const spec::Spec& spec, model::Meaning& meaning, const model::Inputs& inputs) {
  const std::size_t number = spec::register_at(word_of(spec, "processor_state"));
  z3::expr_vector from(inputs.context());
  z3::expr_vector to(inputs.context());
  from.push_back(inputs.configuration.at(number));
  to.push_back(model::word(inputs.context(), usual_bits(number)));
  z3::expr_vector broken(inputs.context());
  for (const model::Meaning::RuleInCheck& one : meaning.rules_in(*find_id(spec.checks, "vm_entry")))
    broken.push_back(z3::expr(one.broken).substitute(from, to));
  const spec::Register& state = spec.registers[number];
  const spec::Bits operation = bits_at(find_id(state.fields, "vmx_operation")->bits);
  const z3::expr in_guest =
      meaning.holds(has_value(spec::word_of_register(number), operation, {2}), meaning.no_words());
  return !in_guest || !model::any_of(broken);
}

std::size_t CheckSolving::questions() const { return state_->questions; }

std::optional<Choice> CheckSolving::smallest(const CheckGoal& goal, CheckedProcessor& processor, bool strict) {
  if (!processor.is_in_reach(goal)) return std::nullopt;
  State& state = *state_;
  state.turn_to(goal, strict);
  const Assumed assumed = state.assumed(processor.profile());
  const auto is_solution = [&](const Choice& choice) {
    return (!strict || choice.front() == 0) && processor.meets(goal, choice);
  };
  std::optional<Choice> found;
  for (const Fact& fact : *state.facts) {
    const bool proved = fact.assumed.covers(assumed);
    if (proved && !fact.choice) return std::nullopt;
    if (!fact.choice || (!proved && found) || !is_solution(*fact.choice)) continue;
    found = fact.choice;
    if (proved) return found;
  }
  if (!found && state.last) {
    const Choice guess = processor.changed(goal, *state.last);
    if (is_solution(guess)) found = guess;
  }
  if (!found) found = state.some(assumed);
  if (!found) return std::nullopt;
  const z3::expr_vector literals = state.literals(assumed);
  for (;;) {
    if (!is_solution(*found)) throw std::logic_error("header and constraints disagree about " + goal.id);
    found = descend(*found, Choice(found->size(), 0), is_solution);
    const Scope scope(state.solver, *state.wanted && state.before(*found));
    if (!state.is_satisfiable(literals)) {
      state.facts->push_back({state.used(assumed), found});
      state.last = found;
      return found;
    }
    found = state.choice_of(state.solver.get_model());
  }
}

std::optional<std::vector<std::string>> CheckSolving::lacking(const CheckGoal& goal,
                                                              const CheckedProcessor& processor) {
  State& state = *state_;
  state.turn_to(goal, false);
  const Assumed assumed = state.assumed(processor.profile());
  if (state.some(assumed)) return std::nullopt;
  const auto fact =
      std::ranges::find_if(*state.facts, [&](const Fact& one) { return !one.choice && one.assumed.covers(assumed); });
  return state.capabilities->opposites(fact->assumed);
}

}  // namespace vectors
