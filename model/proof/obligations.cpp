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
  const Inputs inputs(context, spec);
  const z3::expr assumption = width_in_range(spec, inputs.configuration);
  Meaning meaning(context, spec, inputs);
  const Terms expected = only(constraints(meaning, inputs), names);
  const std::vector<Path> paths = header(inputs, assumption);
  std::vector<z3::expr> cases;
  for (const Path& path : paths) cases.push_back(path.condition && differ(only(path.terms, names), expected));
  return {inputs, {{assumption, "widths"}}, cases, only(merge(paths), names), expected, {}};
}

Progress any_progress(const Inputs& inputs, int level) {
  z3::context& context = inputs.context();
  const auto any = [&](const char* name) { return context.bv_const(name, kWordBits); };
  const z3::expr zero = word(context, 0);
  return {level, any("table"), any("entry"), any("all"), any("nonleaf"), any("used"), zero, zero};
}

Progress ended_progress(const Inputs& inputs, int level, Ending ending, const spec::Spec& spec) {
  Progress progress = any_progress(inputs, level);
  z3::context& context = inputs.context();
  if (ending == Ending::page) progress.page = word(context, std::uint64_t{1} << level);
  if (level > 0) return progress;
  for (const spec::Rule& rule : spec.violations) {
    if (rule.stage == spec::ViolationStage::before_walk) progress.rules = word(context, std::uint64_t{1} << rule.bit);
  }
  return progress;
}

// As a step leaves it: with the rules that the entry breaks, where it breaks one.
Progress after_step(Progress progress, Ending ending, const spec::Spec& spec, const Inputs& inputs) {
  if (ending != Ending::misconfiguration) return progress;
  Meaning meaning(inputs.context(), spec, inputs);
  progress.rules = value_of(meaning.conclude(progress, ending, inputs.gpa, inputs.access), "rules");
  return progress;
}

Claim ending_claim(const spec::Spec& spec, z3::context& context, int level, Ending ending,
                   const std::vector<std::string>& names) {
  return disagreement(
      spec, context,
      [&](const Inputs& inputs, const z3::expr& assumption) {
        const Progress progress = ended_progress(inputs, level, ending, spec);
        return header_conclude(inputs, after_step(progress, ending, spec, inputs), ending, assumption);
      },
      [&](Meaning& meaning, const Inputs& inputs) {
        const Progress progress = ended_progress(inputs, level, ending, spec);
        return meaning.conclude(progress, ending, inputs.gpa, inputs.access);
      },
      names);
}

void add_endings(std::vector<Obligation>& list, const spec::Spec& spec, Ending ending, const char* name, int highest,
                 int lowest) {
  const auto add = [&](int level, const char* id, const char* what, const std::vector<std::string>& names) {
    list.push_back({fmt::format("{}.{}.{}", id, name, level),
                    fmt::format("{} of a walk that ended as {} at level {}, from any state", what, name, level),
                    Aim::no_model, [&spec, level, ending, names](z3::context& context) {
                      return ending_claim(spec, context, level, ending, names);
                    }});
  };
  for (int level = highest; level >= lowest; --level) {
    add(level, "outcome", "outcome", {});
    if (ending == Ending::misconfiguration) continue;
    add(level, "qualification", "exit qualification and its defined bits", {"qualification", "qualification_defined"});
  }
}

}  // namespace

std::vector<Obligation> agreement_obligations(const spec::Spec& spec) {
  std::vector<Obligation> list;
  const auto add = [&](const std::string& id, const std::string& text, const PathsOf& header, const TermsOf& terms) {
    list.push_back({id, text, Aim::no_model, [&spec, header, terms](z3::context& context) {
                      return disagreement(spec, context, header, terms);
                    }});
  };
  add("walk", "whole walks: addresses read, result, everything reported", header_walk,
      [](Meaning& meaning, const Inputs&) { return meaning.walk(); });
  add("eptp", "acceptance of every EPTP, with the rules it breaks", header_eptp_check,
      [](Meaning& meaning, const Inputs&) { return meaning.eptp_check(); });
  for (std::size_t n = 0; n < spec.checks.size(); ++n) {
    if (!is_whole(spec, n)) continue;
    add(
        "check." + spec.checks[n].id, "which rules are broken, and the outcome: " + spec.checks[n].title,
        [&spec, n](const Inputs& inputs, const z3::expr& assumption) {
          return header_check(spec, n, inputs, assumption);
        },
        [&spec, n](Meaning& meaning, const Inputs&) { return meaning.check(spec.checks[n]); });
  }
  add("sub_page", "whole checks of a sub-page write permission, likewise", header_sub_page_check,
      [](Meaning& meaning, const Inputs&) { return meaning.sub_page_check(); });
  for (const spec::Level& each : spec.levels) {
    const int level = each.level;
    add(
        fmt::format("entry.{}", level), fmt::format("classification of every entry of level {}", level),
        [level](const Inputs& inputs, const z3::expr& assumption) {
          return header_classify(inputs, level, assumption);
        },
        [level](Meaning& meaning, const Inputs& inputs) { return meaning.classify(level, inputs.entry(level)); });
  }
  for (const spec::Level& each : spec.levels) {
    const int level = each.level;
    add(
        fmt::format("step.{}", level), fmt::format("one step of a walk at level {}, from any state", level),
        [level](const Inputs& inputs, const z3::expr& assumption) {
          return header_step(inputs, any_progress(inputs, level), inputs.entry(level), assumption);
        },
        [level](Meaning& meaning, const Inputs& inputs) {
          return meaning.step(any_progress(inputs, level), inputs.entry(level));
        });
  }
  add_endings(list, spec, Ending::page, "page", 3, 1);
  add_endings(list, spec, Ending::violation, "violation", 5, 0);
  add_endings(list, spec, Ending::misconfiguration, "misconfiguration", 5, 1);
  return list;
}

}  // namespace model
