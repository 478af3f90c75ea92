#include "vectors/mutants/check_mutants.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

#include "model/smt/meaning.h"
#include "vectors/checks/check_solving.h"
#include "vectors/generate/canonical.h"
#include "vectors/generate/parallel.h"

namespace vectors {

namespace {

// Not the check of an EPTP: all_mutants has its mutants.
std::set<std::size_t> parts_of_checks(const spec::Spec& spec) {
  std::set<std::size_t> parts;
  for (const std::size_t check : checks_of_processors(spec)) {
    for (const std::size_t part : checks_in(spec, check)) parts.insert(part);
  }
  parts.erase(static_cast<std::size_t>(EPT_CHECK_EPTP));
  return parts;
}

std::vector<Site> check_sites(const spec::Spec& spec) {
  std::vector<Site> sites;
  const std::size_t any = spec.conditions.size();
  for (const std::size_t n : parts_of_checks(spec)) {
    const spec::Check& check = spec.checks[n];
    for (std::size_t i = 0; i < check.rules.size(); ++i) {
      sites.push_back({fmt::format("{}/{}/when", check.id, check.rules[i].id),
                       [=](spec::Spec& of) -> spec::Condition& { return of.checks.at(n).rules.at(i).when; }, any});
    }
    for (std::size_t i = 0; i < check.parts.size(); ++i) {
      if (!check.parts[i].when) continue;
      sites.push_back({fmt::format("{}/part_{}/when", check.id, check.parts[i].id),
                       [=](spec::Spec& of) -> spec::Condition& { return of.checks.at(n).parts.at(i).when.value(); },
                       any});
    }
  }
  return sites;
}

// A word that counts only with another control is taken as it stands.
void add_without_effect(const spec::Spec& spec, Mutants& mutants) {
  for (std::size_t n = 0; n < spec.registers.size(); ++n) {
    if (effect_of(spec, spec::word_of_register(n)) == nullptr) continue;
    mutants.push_back({"word/" + spec.registers[n].id + "/always", "effect",
                       fmt::format("{}: '{}' has an effect without what activates it",
                                   to_string(spec.registers[n].place), spec.registers[n].id),
                       [n](spec::Spec& of) { of.registers.at(n).derivation->choices.front().when.reset(); }});
  }
}

model::Circumstances circumstances(ept_registers registers) {
  model::Circumstances machine;
  machine.maxphyaddr = static_cast<int>(registers.maxphyaddr);
  for (int n = 0; n < EPT_REGISTERS; ++n) machine.registers.push_back(*ept_register_word(&registers, n));
  return machine;
}

struct Tried {
  const Vector* vector;
  model::Circumstances machine;
};

// The vectors of each check.
using Trials = std::map<std::size_t, std::vector<Tried>>;

// The rules that a mutant changes: one, or any where a part or a word is changed.
std::vector<std::size_t> changed_rules(const Mutant& mutant, const spec::Spec& spec,
                                       const std::vector<WholeRule>& rules) {
  std::vector<std::size_t> changed;
  const bool is_rule = !mutant.id.starts_with("word/") && mutant.id.find("/part_") == std::string::npos;
  for (std::size_t n = 0; n < rules.size(); ++n) {
    const std::string id = spec.checks.at(rules[n].check).id + "/" + rules[n].rule->id + "/when";
    if (mutant.id.starts_with(id)) return {n};
    if (!is_rule) changed.push_back(n);
  }
  return changed;
}

// A vector that ends otherwise in the changed specification.
const Tried* killer_of(const Mutant& mutant, const spec::Spec& changed, const Trials& trials) {
  const model::Interpreter interpreter(changed);
  for (const auto& [number, list] : trials) {
    const spec::Check& check = changed.checks.at(number);
    const std::vector<WholeRule> rules = whole_rules(changed, check);
    const std::vector<std::size_t> concerned = changed_rules(mutant, changed, rules);
    for (const Tried& one : list) {
      const bool differs = std::ranges::any_of(concerned, [&](std::size_t n) {
        const bool expected = (one.vector->expected.check.rules[rules[n].check] >> rules[n].rule->bit & 1) != 0;
        return interpreter.holds(one.machine, rules[n].when) != expected;
      });
      if (differs && interpreter.check(one.machine, check).outcome != one.vector->expected.check.outcome) return &one;
    }
  }
  return nullptr;
}

// Asks whether a case exists that ends otherwise.
class Differing {
 public:
  explicit Differing(const spec::Spec& spec)
      : spec_(spec), inputs_(context_, spec), meaning_(context_, spec, inputs_) {}

  Fate fate_of(const spec::Spec& changed, std::string& text) {
    model::Meaning mutated(context_, changed, inputs_);
    z3::expr_vector ways(context_);
    for (const std::size_t number : checks_of_processors(spec_)) {
      z3::expr_vector parts(context_);
      parts.push_back(value_of(meaning_.check(spec_.checks[number]), "outcome") !=
                      value_of(mutated.check(changed.checks[number]), "outcome"));
      for (const spec::Condition& one : given_of(spec_, spec_.checks[number]))
        parts.push_back(meaning_.holds(one, meaning_.no_words()));
      if (spec_.checks[number].id != "vm_entry") parts.push_back(runnable(spec_, meaning_, inputs_));
      ways.push_back(model::all_of(parts));
    }
    z3::solver solver = quick_solver(context_);
    solver.add(model::any_of(ways));
    solver.add(model::width_in_range(spec_, inputs_.configuration));
    for (const std::size_t n : chosen_registers(spec_)) add_register(n, solver);
    if (!is_satisfied(solver, z3::expr_vector(context_))) return Fate::equivalent;
    for (const spec::Profile& profile : spec_.profiles) {
      z3::expr_vector is(context_);
      is.push_back(inputs_.configuration.maxphyaddr ==
                   model::word(context_, static_cast<std::uint64_t>(profile.maxphyaddr)));
      for (std::size_t n = 0; n < inputs_.configuration.size(); ++n) {
        if (!is_chosen(spec_.registers[n]))
          is.push_back(inputs_.configuration.at(n) == model::word(context_, profile.registers.at(n)));
      }
      solver.push();
      solver.add(model::all_of(is));
      const bool shows = is_satisfied(solver, z3::expr_vector(context_));
      solver.pop();
      text = profile.id;
      if (shows) return Fate::alive;
    }
    text.clear();
    return Fate::elsewhere;
  }

 private:
  void add_register(std::size_t number, z3::solver& solver) {
    const spec::Register& one = spec_.registers[number];
    const z3::expr nothing = model::word(context_, 0);
    const z3::expr value = inputs_.configuration.at(number);
    if (one.width < model::kWordBits)
      solver.add(z3::ule(value, model::word(context_, spec::mask_of({one.width - 1, 0}))));
    if (one.exists) solver.add(meaning_.holds(*one.exists, meaning_.no_words()) || value == nothing);
  }

  const spec::Spec& spec_;
  z3::context context_;
  model::Inputs inputs_;
  model::Meaning meaning_;
};

}  // namespace

Mutants check_mutants(const spec::Spec& spec) {
  Mutants mutants = mutants_at(spec, check_sites(spec), false);
  add_without_effect(spec, mutants);
  return mutants;
}

std::vector<Finding> assess_checks(const spec::Spec& spec, const Mutants& mutants,
                                   const std::vector<Document>& documents) {
  Trials trials;
  for (const Document& document : documents) {
    for (const Vector& vector : document.vectors) {
      if (vector.asked.question == Question::check)
        trials[vector.asked.check].push_back({&vector, circumstances(vector.asked.registers)});
    }
  }
  std::vector<Finding> findings(mutants.size());
  in_parallel<Differing>(
      mutants.size(), [&] { return std::make_unique<Differing>(spec); },
      [&](std::size_t n, Differing& differing) {
        spec::Spec changed = spec;
        mutants[n].change(changed);
        Finding& finding = findings[n];
        if (const Tried* const killer = killer_of(mutants[n], changed, trials)) {
          finding = {Fate::killed, killer->vector->id, {}, ""};
        } else {
          finding.fate = differing.fate_of(changed, finding.text);
        }
      });
  return findings;
}

}  // namespace vectors
