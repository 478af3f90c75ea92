#include "vectors/requirements.h"

#include <bit>
#include <memory>

#include <fmt/format.h>

#include "vectors/canonical.h"
#include "vectors/formula.h"

namespace vectors {

namespace {

// Something that a processor has or has not.
struct Ability {
  std::string name;
  spec::Word word;
  ept_word mask;
};

std::vector<Ability> abilities(const spec::Spec& spec) {
  std::vector<Ability> list;
  for (const spec::Field& field : spec.capability.fields) {
    const ept_word mask = mask_of(bits_at(field.bits));
    if (field.kind == spec::FieldKind::field && std::has_single_bit(mask))
      list.push_back({"capability." + field.id, spec::Word::capability, mask});
  }
  for (const spec::NamedBits& control : spec.controls)
    list.push_back({"control." + control.id, control.word, mask_of(control.bits)});
  for (const spec::NamedBits& parameter : spec.parameters)
    list.push_back({"parameter." + parameter.id, spec::Word::parameter, mask_of(parameter.bits)});
  return list;
}

ept_word word_of(const spec::Profile& profile, spec::Word word) {
  switch (word) {
    case spec::Word::pin_based: return profile.pin_based;
    case spec::Word::primary: return profile.primary;
    case spec::Word::secondary: return profile.secondary;
    case spec::Word::tertiary: return profile.tertiary;
    case spec::Word::parameter: return profile.parameters;
    default: return profile.capability;
  }
}

const z3::expr& term_of(const Formulas& formulas, spec::Word word) {
  for (const auto& [which, term] : formulas.processor()) {
    if (which == word) return term;
  }
  throw std::logic_error("a word that no processor has");
}

}  // namespace

struct Requirements::Solver {
  Solver(const spec::Spec& spec, const spec::Profile* profile)
      : formulas(context, spec, profile), solver(quick_solver(context)) {}

  bool satisfies(const Goal& goal) {
    wanted.emplace(formulas.common(goal) && formulas.demanded(goal));
    return !wanted->is_false() && is_satisfied(solver, *wanted);
  }

  // The abilities that have this value whenever the goal is met: every model takes some out of the list.
  std::vector<Ability> fixed(std::vector<Ability> list, bool value) {
    solver.push();
    solver.add(*wanted);
    for (;;) {
      z3::expr_vector others(context);
      for (const Ability& ability : list) others.push_back(is(ability, !value));
      solver.push();
      solver.add(model::any_of(others));
      const bool found = solver.check() == z3::sat;
      if (found) {
        const z3::model seen = solver.get_model();
        std::erase_if(list, [&](const Ability& ability) { return seen.eval(is(ability, !value), true).is_true(); });
      }
      solver.pop();
      if (!found) break;
    }
    solver.pop();
    return list;
  }

  z3::expr is(const Ability& ability, bool value) {
    const z3::expr bits = term_of(formulas, ability.word) & model::word(context, ability.mask);
    return (bits != model::word(context, 0)) == context.bool_val(value);
  }

  z3::context context;
  Formulas formulas;
  z3::solver solver;
  std::optional<z3::expr> wanted;
};

Requirements::Requirements(const spec::Spec& spec) : spec_(spec), any_(std::make_unique<Solver>(spec, nullptr)) {}
Requirements::~Requirements() = default;

const Requirement& Requirements::of(const Goal& goal) {
  const auto [found, is_new] = known_.try_emplace(goal.id);
  Requirement& requirement = found->second;
  if (!is_new) return requirement;
  requirement.possible = any_->satisfies(goal);
  if (!requirement.possible) return requirement;
  for (const bool value : {true, false}) {
    for (const Ability& ability : any_->fixed(abilities(spec_), value)) {
      requirement.needs.push_back((value ? "" : "not ") + ability.name);
      requirement.bits.emplace_back(ability.word, Way{ability.name, ability.mask, value ? ability.mask : 0});
    }
  }
  return requirement;
}

// A control that must be 0 is no obstacle: every control can be left off.
std::vector<std::string> Requirements::missing(const Goal& goal, const spec::Profile& profile) {
  const Requirement& requirement = of(goal);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < requirement.needs.size(); ++i) {
    const auto& [word, need] = requirement.bits[i];
    const bool control = word != spec::Word::capability && word != spec::Word::parameter;
    const bool has = (word_of(profile, word) & need.mask) == need.value;
    if (!has && !(control && need.value == 0)) list.push_back(requirement.needs[i]);
  }
  return list;
}

bool Requirements::possible_for(const Goal& goal, const spec::Profile& profile) {
  auto& solver = of_profile_[profile.id];
  if (!solver) solver = std::make_unique<Solver>(spec_, &profile);
  return solver->satisfies(goal);
}

}  // namespace vectors
