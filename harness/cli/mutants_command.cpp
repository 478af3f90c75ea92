// eptspec vectors mutants: how much of the specification the vectors hold fast.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "spec/draw.h"
#include "vectors/format/manifest.h"
#include "vectors/generate/literal_table.h"
#include "vectors/mutants/adequacy.h"
#include "vectors/mutants/check_mutants.h"

namespace cli {

namespace {

constexpr std::size_t kMostShown = 20;  // disagreements

struct Arguments {
  std::string directory = EPTSPEC_SPEC_DIRECTORY "/../vectors/data";
  std::string mutant;
  bool list = false;
};

std::vector<vectors::Vector> all_of(const std::vector<vectors::Document>& documents) {
  std::vector<vectors::Vector> all;
  for (const vectors::Document& document : documents)
    all.insert(all.end(), document.vectors.begin(), document.vectors.end());
  return all;
}

void print_case(const spec::Spec& spec, const vectors::Case& asked) {
  ept_registers has = asked.registers;
  const auto width = static_cast<int>(has.maxphyaddr);
  fmt::print("    maxphyaddr {}\n", width);
  for (const ept_register number : ept_configuration_registers) {
    const ept_word value = *ept_register_word(&has, number);
    fmt::print("    {} {:#x}: {}\n", spec.registers.at(number).id, value,
               spec::draw(spec.registers.at(number), value, width));
  }
  fmt::print("    EPTP {:#x}: {}\n", asked.registers.eptp,
             spec::draw(register_of(spec, "eptp"), asked.registers.eptp, width));
  if (asked.question == vectors::Question::walk) {
    fmt::print("    access to {:#x}: {}\n", asked.guest_physical_address,
               spec::draw_bits(spec.attributes, asked.access));
  }
  int level = asked.level;
  for (const ept_word entry : asked.entries) {
    const spec::Format& format = spec::format_of(spec, level--, entry);
    fmt::print("    {}: {}\n", format.id, spec::draw(format, entry, static_cast<int>(has.maxphyaddr)));
  }
}

void print_survivor(const spec::Spec& spec, const vectors::Mutant& mutant, const vectors::Finding& finding) {
  fmt::print("{}: {}\n  {}\n  {}\n", name_of(finding.fate), mutant.id, mutant.what, finding.text);
  for (const vectors::Case& asked : finding.shows) print_case(spec, asked);
}

using Counts = std::map<vectors::Fate, std::size_t>;

// Literals that an implementation adds: a rule or a report is right only if one holds, or what is good is refused also
// if it does. Whether such a fault shows follows from the literals that the vectors have. One that nothing shows is
// equivalent.
std::map<std::string, Counts> inserted(const std::vector<vectors::LiteralRow>& rows) {
  std::map<std::string, Counts> groups;
  for (const vectors::LiteralRow& row : rows) {
    Counts& counts = groups[row.kind == vectors::Situation::Kind::good ? "also_if_literal" : "only_if_literal"];
    counts[vectors::Fate::killed] += row.literals.shown;
    counts[vectors::Fate::equivalent] += row.literals.impossible;
    counts[vectors::Fate::alive] += row.literals.open;
  }
  return groups;
}

void print_groups(const vectors::Mutants& mutants, const std::vector<vectors::Finding>& findings,
                  std::map<std::string, Counts> groups) {
  Counts total;
  for (std::size_t i = 0; i < mutants.size(); ++i) ++groups[mutants[i].group][findings[i].fate];
  for (const auto& [group, counts] : groups) {
    for (const auto& [fate, count] : counts) total[fate] += count;
  }
  fmt::print("{:<16}", "");
  for (const vectors::Fate fate : vectors::kFates) fmt::print(" {:>10}", name_of(fate));
  const auto print = [](const std::string& group, Counts& counts) {
    fmt::print("\n{:<16}", group);
    for (const vectors::Fate fate : vectors::kFates) fmt::print(" {:>10}", counts[fate]);
  };
  for (auto& [group, counts] : groups) print(group, counts);
  print("total", total);
  fmt::print("\n");
}

// Mutants of walks and mutants of checks, and what became of them.
struct Assessed {
  vectors::Mutants mutants;
  std::vector<vectors::Finding> findings;
};

// All mutants, or those with this id.
vectors::Mutants chosen(vectors::Mutants mutants, const std::string& id) {
  if (!id.empty()) std::erase_if(mutants, [&](const vectors::Mutant& mutant) { return mutant.id != id; });
  return mutants;
}

Assessed assess(const spec::Spec& spec, const std::string& id, const std::vector<vectors::Trial>& trials,
                const std::vector<vectors::Document>& documents) {
  Assessed all;
  all.mutants = chosen(vectors::all_mutants(spec), id);
  all.findings = vectors::assess(spec, all.mutants, trials);
  vectors::Mutants checks = chosen(vectors::check_mutants(spec), id);
  auto found = vectors::assess_checks(spec, checks, documents);
  for (vectors::Mutant& mutant : checks) mutant.group = "check " + mutant.group;
  std::move(checks.begin(), checks.end(), std::back_inserter(all.mutants));
  std::move(found.begin(), found.end(), std::back_inserter(all.findings));
  return all;
}

int report(const spec::Spec& spec, const std::vector<vectors::Trial>& trials,
           const std::vector<vectors::Document>& documents) {
  const auto start = std::chrono::steady_clock::now();
  const auto [mutants, findings] = assess(spec, "", trials, documents);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  for (std::size_t i = 0; i < mutants.size(); ++i) {
    if (findings[i].fate == vectors::Fate::alive || findings[i].fate == vectors::Fate::unknown)
      print_survivor(spec, mutants[i], findings[i]);
  }
  const auto rows = vectors::literal_table(spec, documents, false);
  bool complete = true;
  for (const vectors::LiteralRow& row : rows) {
    for (const std::string& gap : row.gaps) fmt::print("alive: {} if {}\n", row.situation, gap);
    complete = complete && row.gaps.empty();
  }
  print_groups(mutants, findings, inserted(rows));
  const vectors::Score score = vectors::score_of(findings);
  fmt::print("{} of {} mutants of the specification killed by {} vectors in {:.1f} s\n", score.killed, score.counted,
             all_of(documents).size(), elapsed.count());
  return score.complete() && complete ? 0 : kDeviations;
}

int report_one(const spec::Spec& spec, const std::string& id, const std::vector<vectors::Trial>& trials,
               const std::vector<vectors::Document>& documents) {
  const auto [mutants, findings] = assess(spec, id, trials, documents);
  if (mutants.empty()) {
    fmt::print(stderr, "there is no mutant '{}'; --list names them\n", id);
    return kCouldNotRun;
  }
  print_survivor(spec, mutants.front(), findings.front());
  for (const vectors::Trial& trial : trials) {
    if (trial.id != findings.front().killer) continue;
    fmt::print("  by {}\n", trial.id);
    print_case(spec, trial.asked);
  }
  return vectors::score_of(findings).complete() ? 0 : kDeviations;
}

int run(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec) return kCouldNotRun;
  if (arguments.list) {
    for (const vectors::Mutants& list : {vectors::all_mutants(*spec), vectors::check_mutants(*spec)}) {
      for (const vectors::Mutant& mutant : list) fmt::print("{:<70} {}\n", mutant.id, mutant.what);
    }
    return 0;
  }
  std::vector<std::string> errors;
  const auto documents = vectors::read_directory(arguments.directory, errors);
  const auto trials = vectors::trials_of(all_of(documents));
  if (!are_none(errors) || trials.empty()) return kCouldNotRun;
  const auto wrong = vectors::disagreements(*spec, trials);
  for (std::size_t i = 0; i < std::min(wrong.size(), kMostShown); ++i)
    fmt::print(stderr, "the specification itself gives another answer than {} expects\n", wrong[i]);
  if (!wrong.empty()) return kCouldNotRun;
  return arguments.mutant.empty() ? report(*spec, trials, documents)
                                  : report_one(*spec, arguments.mutant, trials, documents);
}

}  // namespace

void add_mutants_command(Command& vectors, Invocation& invocation) {
  Command command = vectors.add_subcommand(
      "mutants", "Change the specification in small ways and report which changes the vectors detect");
  auto& arguments = runs<Arguments>(command, invocation, run);
  command.add_option("--in", arguments.directory, "Directory with manifest.json");
  command.add_flag("--list", arguments.list, "Only name the mutants");
  command.add_option("--mutant", arguments.mutant, "Only this mutant, with the vector that kills it");
}

}  // namespace cli
