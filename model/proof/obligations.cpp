#include "model/proof/obligations.h"

#include <fmt/format.h>

#include "model/proof/header_terms.h"
#include "model/smt/meaning.h"

namespace model {

namespace {

using PathsOf = std::function<std::vector<Path>(const Inputs&, const z3::expr& assumption)>;
using TermsOf = std::function<Terms(Meaning&, const Inputs&)>;

// The header's terms on all paths as one set of terms.
Terms merge(const std::vector<Path>& paths) {
  Terms merged = paths.back().terms;
  for (auto path = paths.rbegin() + 1; path != paths.rend(); ++path) {
    for (Term& term : merged) term.value = z3::ite(path->condition, value_of(path->terms, term.name), term.value);
  }
  return merged;
}

Terms only(const Terms& terms, const std::vector<std::string>& names) {
  if (names.empty()) return terms;
  Terms result;
  for (const std::string& name : names) result.push_back({name, value_of(terms, name)});
  return result;
}

// Some path of the header leads to other terms than the constraints have; of all terms, or of those named.
Claim disagreement(const spec::Spec& spec, z3::context& context, const PathsOf& header, const TermsOf& constraints,
                   const std::vector<std::string>& names = {}) {
  const Inputs inputs(context);
  const z3::expr assumption = width_in_range(spec, inputs.configuration);
  Meaning meaning(context, spec, inputs);
  const Terms expected = only(constraints(meaning, inputs), names);
  const std::vector<Path> paths = header(inputs, assumption);
  std::vector<z3::expr> cases;
  for (const Path& path : paths) cases.push_back(path.condition && differ(only(path.terms, names), expected));
  return {inputs, {{assumption, "widths"}}, cases, only(merge(paths), names), expected, {}};
}

z3::expr any_word(z3::context& context, const char* name) { return context.bv_const(name, kWordBits); }

Progress any_progress(z3::context& context, int level) {
  const z3::expr zero = word(context, 0);
  return {level,
          any_word(context, "table"),
          any_word(context, "entry"),
          any_word(context, "all"),
          any_word(context, "nonleaf"),
          any_word(context, "used"),
          zero,
          zero};
}

Progress ended_progress(z3::context& context, int level, Ending ending, const spec::Spec& spec) {
  Progress progress = any_progress(context, level);
  if (ending == Ending::page) progress.page = word(context, std::uint64_t{1} << level);
  if (level > 0) return progress;
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage == spec::ViolationStage::before_walk) progress.rules = word(context, std::uint64_t{1} << rule.bit);
  }
  return progress;
}

Obligation entry_obligation(const spec::Spec& spec, const spec::Level& level) {
  const int number = level.level;
  return {fmt::format("entry.{}", number), fmt::format("classification of every entry of level {}", number),
          Aim::no_model, [&spec, number](z3::context& context) {
            return disagreement(
                spec, context,
                [number](const Inputs& inputs, const z3::expr& assumption) {
                  return header_classify(inputs, number, assumption);
                },
                [number](Meaning& meaning, const Inputs& inputs) {
                  return meaning.classify(number, inputs.entry(number));
                });
          }};
}

Obligation step_obligation(const spec::Spec& spec, int level) {
  return {fmt::format("step.{}", level), fmt::format("one step of a walk at level {}, from any state", level),
          Aim::no_model, [&spec, level](z3::context& context) {
            const Progress progress = any_progress(context, level);
            return disagreement(
                spec, context,
                [&](const Inputs& inputs, const z3::expr& assumption) {
                  return header_step(inputs, progress, inputs.entry(level), assumption);
                },
                [&](Meaning& meaning, const Inputs& inputs) { return meaning.step(progress, inputs.entry(level)); });
          }};
}

// As a step leaves it: with the rules that the entry breaks, where it breaks one.
Progress after_step(const Progress& progress, Ending ending, const spec::Spec& spec, const Inputs& inputs) {
  Progress left = progress;
  if (ending != Ending::misconfiguration) return left;
  Meaning meaning(inputs.eptp.ctx(), spec, inputs);
  left.rules = value_of(meaning.conclude(progress, ending, inputs.gpa, inputs.access), "rules");
  return left;
}

Claim ending_claim(const spec::Spec& spec, z3::context& context, int level, Ending ending,
                   const std::vector<std::string>& names) {
  const Progress progress = ended_progress(context, level, ending, spec);
  return disagreement(
      spec, context,
      [&](const Inputs& inputs, const z3::expr& assumption) {
        return header_conclude(inputs, after_step(progress, ending, spec, inputs), ending, assumption);
      },
      [&](Meaning& meaning, const Inputs& inputs) {
        return meaning.conclude(progress, ending, inputs.gpa, inputs.access);
      },
      names);
}

const char* name_of(Ending ending) {
  switch (ending) {
    case Ending::page: return "page";
    case Ending::violation: return "violation";
    case Ending::misconfiguration: return "misconfiguration";
  }
  return "";
}

void add_endings(std::vector<Obligation>& list, const spec::Spec& spec, Ending ending, int highest, int lowest) {
  for (int level = highest; level >= lowest; --level) {
    const std::string where = fmt::format("{}.{}", name_of(ending), level);
    const std::string state =
        fmt::format("a walk that ended as {} at level {}, from any state", name_of(ending), level);
    list.push_back(
        {"outcome." + where, "outcome of " + state, Aim::no_model,
         [&spec, level, ending](z3::context& context) { return ending_claim(spec, context, level, ending, {}); }});
    if (ending == Ending::misconfiguration) continue;
    list.push_back({"qualification." + where, "exit qualification and its defined bits of " + state, Aim::no_model,
                    [&spec, level, ending](z3::context& context) {
                      return ending_claim(spec, context, level, ending, {"qualification", "qualification_defined"});
                    }});
  }
}

}  // namespace

std::vector<Obligation> agreement_obligations(const spec::Spec& spec) {
  std::vector<Obligation> list;
  list.push_back({"walk", "whole walks: addresses read, result, everything reported", Aim::no_model,
                  [&spec](z3::context& context) {
                    return disagreement(spec, context, header_walk,
                                        [](Meaning& meaning, const Inputs&) { return meaning.walk(); });
                  }});
  list.push_back(
      {"eptp", "acceptance of every EPTP, with the rules it breaks", Aim::no_model, [&spec](z3::context& context) {
         return disagreement(spec, context, header_eptp_check,
                             [](Meaning& meaning, const Inputs&) { return meaning.eptp_check(); });
       }});
  for (const spec::Level& level : spec.levels) list.push_back(entry_obligation(spec, level));
  for (const spec::Level& level : spec.levels) list.push_back(step_obligation(spec, level.level));
  add_endings(list, spec, Ending::page, 3, 1);
  add_endings(list, spec, Ending::violation, 5, 0);
  add_endings(list, spec, Ending::misconfiguration, 5, 1);
  return list;
}

}  // namespace model
