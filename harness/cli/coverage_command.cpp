// eptspec coverage: every rule of the specification with its proofs, its vectors, and what targets did with these.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/report/rule_coverage.h"
#include "harness/suite/selection.h"
#include "model/proof/obligations.h"
#include "spec/ir.h"
#include "vectors/checks/whole_rules.h"

namespace cli {

namespace {

using harness::CoveredRule;
using harness::RuleGroup;

constexpr const char* kEptp = "EPTP";  // what is decided where VM entry is asked for an EPTP alone

struct CoverageArguments {
  std::vector<std::string> reports;
  std::string vectors = EPTSPEC_VECTORS_DIRECTORY;
  std::string out;
};

// The obligations that there are: none is taken for granted.
class Proofs {
 public:
  explicit Proofs(const spec::Spec& spec) {
    for (const auto& list : {model::agreement_obligations(spec), model::specification_obligations(spec)})
      for (const model::Obligation& one : list) ids_.push_back(one.id);
  }
  // Those of the list that there are, each once.
  [[nodiscard]] std::vector<std::string> found(const std::vector<std::string>& wanted) const {
    std::vector<std::string> list;
    for (const std::string& id : ids_) {
      if (std::ranges::find(wanted, id) != wanted.end()) list.push_back(id);
    }
    return list;
  }
  // PREFIX itself and PREFIX.ANYTHING.
  [[nodiscard]] std::vector<std::string> below(const std::string& prefix) const {
    std::vector<std::string> list;
    for (const std::string& id : ids_) {
      if (id == prefix || id.starts_with(prefix + ".")) list.push_back(id);
    }
    return list;
  }

 private:
  std::vector<std::string> ids_;
};

std::string file_of(const spec::Place& place) {
  const std::filesystem::path path = place.file;
  return (std::filesystem::path("spec") / path.parent_path().filename() / path.filename()).string();
}

CoveredRule covered(const spec::Rule& rule, std::vector<std::string> proofs, std::vector<std::string> alone) {
  CoveredRule one;
  one.id = rule.id;
  one.proofs = std::move(proofs);
  one.alone = std::move(alone);
  return one;
}

RuleGroup group_of(const std::string& title, const std::string& key, const std::vector<spec::Rule>& rules) {
  RuleGroup group;
  group.title = title;
  group.key = key;
  group.decides = {key};
  if (!rules.empty()) group.file = file_of(rules.front().place);
  return group;
}

RuleGroup misconfigurations(const spec::Spec& spec, const Proofs& proofs) {
  RuleGroup group = group_of("EPT misconfiguration", "misconfiguration", spec.misconfigurations);
  for (const spec::Rule& rule : spec.misconfigurations) {
    std::vector<std::string> entries;
    for (const std::size_t format : rule.formats)
      entries.push_back(fmt::format("entry.{}", spec.formats.at(format).level));
    group.rules.push_back(covered(rule, proofs.found(entries), proofs.below("rule." + rule.id)));
  }
  return group;
}

RuleGroup violations(const spec::Spec& spec, const Proofs& proofs) {
  RuleGroup group = group_of("EPT violation", "violation", spec.violations);
  for (const spec::Rule& rule : spec.violations) {
    std::vector<std::string> walks = proofs.below("walk");
    for (std::string& id : proofs.below("outcome.violation")) walks.push_back(std::move(id));
    group.rules.push_back(covered(rule, std::move(walks), proofs.below("rule." + rule.id)));
  }
  return group;
}

RuleGroup sub_pages(const spec::Spec& spec, const Proofs& proofs) {
  RuleGroup group = group_of("Sub-page write permission", "sub-page permission", spec.sub_page.rules);
  for (const spec::Rule& rule : spec.sub_page.rules)
    group.rules.push_back(covered(rule, proofs.below("sub_page"), proofs.below("rule." + rule.id)));
  return group;
}

// A check by itself, whichever others it is part of.
RuleGroup check_of(const spec::Spec& spec, std::size_t number, const Proofs& proofs) {
  const spec::Check& check = spec.checks.at(number);
  RuleGroup group;
  group.title = check.title;
  group.key = check.id;
  group.of_registers = true;
  group.file = file_of(check.place);
  const std::vector<std::size_t> made = vectors::checks_of_processors(spec);
  std::vector<std::string> agreement;
  std::vector<std::string> alone;
  for (std::size_t whole = 0; whole < spec.checks.size(); ++whole) {
    const std::vector<std::size_t> parts = checks_in(spec, whole);
    if (!is_whole(spec, whole) || std::ranges::find(parts, number) == parts.end()) continue;
    agreement.push_back("check." + spec.checks[whole].id);
    alone.push_back("rules." + spec.checks[whole].id);
    if (std::ranges::find(made, whole) != made.end()) group.of_registers = false;
    group.decides.insert(spec.checks[whole].title);
  }
  const bool eptp = &check.rules == &eptp_rules(spec);
  if (eptp) {
    agreement.emplace_back("eptp");
    group.decides.insert(kEptp);
  }
  for (const spec::Rule& rule : check.rules)
    group.rules.push_back(
        covered(rule, proofs.found(agreement), eptp ? proofs.below("rule." + rule.id) : proofs.found(alone)));
  for (const spec::Named& one : check.left_out) group.left_out.push_back(one.id);
  return group;
}

// Where no rule is broken, each result has the proof of the question that has it.
void add_proofs_of_results(const spec::Spec& spec, const Proofs& proofs, RuleGroup& results) {
  for (CoveredRule& result : results.rules) {
    const std::size_t end = result.id.find(": ");
    const std::string decides = result.id.substr(0, end);
    const auto check = std::ranges::find(spec.checks, decides, &spec::Check::title);
    if (find_id(spec.entry_kinds, result.id.substr(end + 2)) != nullptr) {
      result.proofs = proofs.below("entry");
    } else if (check != spec.checks.end()) {
      result.proofs = decides == kEptp ? proofs.below("eptp") : proofs.found({"check." + check->id});
    } else if (decides == "sub-page permission") {
      result.proofs = proofs.below("sub_page");
    } else {
      result.proofs = proofs.below("walk");
    }
  }
}

std::vector<RuleGroup> groups_of(const spec::Spec& spec, const Proofs& proofs) {
  std::vector<RuleGroup> groups = {misconfigurations(spec, proofs), violations(spec, proofs), sub_pages(spec, proofs)};
  for (std::size_t n = 0; n < spec.checks.size(); ++n) groups.push_back(check_of(spec, n, proofs));
  RuleGroup results;
  results.title = "Results where no rule is broken";
  results.key = harness::kNoRule;
  groups.push_back(results);
  return groups;
}

int coverage(const Invocation& invocation, const CoverageArguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec) return kCouldNotRun;
  std::vector<std::string> errors;
  const harness::VectorSet set = harness::load_vectors(arguments.vectors, errors);
  if (!are_none(errors)) return kCouldNotRun;
  harness::Matrix matrix;
  for (const std::string& path : arguments.reports) add_columns(path, matrix);
  const Proofs proofs(*spec);
  std::vector<RuleGroup> groups = groups_of(*spec, proofs);
  count_vectors(set.vectors, groups);
  add_proofs_of_results(*spec, proofs, groups.back());
  add_targets(matrix, groups);
  put_out(arguments.out, harness::coverage_markdown(groups));
  return 0;
}

}  // namespace

void add_coverage_command(Command& app, Invocation& invocation) {
  Command command =
      app.add_subcommand("coverage", "List every rule with its proofs, its vectors, and what targets did with these");
  auto& arguments = runs<CoverageArguments>(command, invocation, coverage);
  command
      .add_option("REPORT", arguments.reports,
                  "A matrix in JSON, or reports that run --json wrote; their order gives the targets their letters")
      .required();
  command.add_option("--in", arguments.vectors, "Directory of the vectors").shown();
  command.add_option("--out", arguments.out, "File to write; standard output without it");
}

}  // namespace cli
