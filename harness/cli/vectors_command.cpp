// eptspec vectors: generate, lint, coverage, export and random. What a vector is: docs/vectors.md.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "vectors/checks/check_documents.h"
#include "vectors/checks/unmet_goals.h"
#include "vectors/format/binary.h"
#include "vectors/format/file.h"
#include "vectors/format/manifest.h"
#include "vectors/format/random.h"
#include "vectors/format/self_contained.h"
#include "vectors/generate/dense.h"
#include "vectors/generate/generate.h"
#include "vectors/generate/literal_table.h"
#include "vectors/goals/goals.h"
#include "vectors/lint/check_lint.h"
#include "vectors/lint/lint.h"

namespace cli {

namespace {

struct Arguments {
  std::string profile;
  std::string directory = EPTSPEC_SPEC_DIRECTORY "/../vectors/data";
  std::string out;
  std::string format = "json";
  bool literals = false;
  bool pairs = false;
  std::uint64_t seed = 1;
  std::uint64_t count = 0;
};

bool is_known(const spec::Spec& spec, const std::string& profile) {
  const bool known = profile.empty() || find_id(spec.profiles, profile) != nullptr;
  if (!known) fmt::print(stderr, "there is no profile '{}'; the files under spec/profiles name them\n", profile);
  return known;
}

std::string edition_of(const spec::Spec& spec) { return spec.violations.front().cite.edition; }

int generate(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !is_known(*spec, arguments.profile)) return kCouldNotRun;
  std::vector<vectors::Document> documents = vectors::generate(*spec, arguments.profile);
  std::vector<vectors::Document> dense;
  if (arguments.profile.empty()) dense.push_back(vectors::dense_document(*spec, documents));
  vectors::add_check_vectors(*spec, documents);
  std::move(dense.begin(), dense.end(), std::back_inserter(documents));
  const std::string& out = arguments.out.empty() ? arguments.directory : arguments.out;
  vectors::write_directory(out, documents, EPTSPEC_VERSION, edition_of(*spec));
  // Only now: a reader that closes the pipe early ends the program.
  for (const vectors::Document& document : documents)
    fmt::print("{:<22} {:5} vectors\n", document.profile, document.vectors.size());
  return 0;
}

int lint(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec) return kCouldNotRun;
  const auto errors = vectors::lint(*spec, arguments.directory);
  const bool good = are_none(errors);
  fmt::print("{}: {} mistakes\n", arguments.directory, errors.size());
  return good ? 0 : kDeviations;
}

void print(const vectors::Coverage& coverage) {
  fmt::print("{:<22} {}/{} goals covered, {} impossible for this processor\n", coverage.profile, coverage.covered,
             coverage.total(), coverage.impossible.size());
  std::string kinds;
  for (const auto& [kind, count] : coverage.kinds) kinds += fmt::format(" {} {}/{}", kind, count.covered, count.total);
  fmt::print(" {}\n", kinds);
  for (const std::string& gap : coverage.gaps) fmt::print("  gap: {}\n", gap);
}

// How many goals each reason makes impossible, and, where one profile was asked for, which.
void print_impossible(const vectors::Coverage& coverage, bool each) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const vectors::Impossible& one : coverage.impossible) by_reason[one.reason].push_back(one.goal);
  for (const auto& [reason, goals] : by_reason) {
    fmt::print("  impossible: {:4} goals: {}\n", goals.size(), reason);
    for (const std::string& goal : goals) {
      if (each) fmt::print("    {}\n", goal);
    }
  }
}

std::string counts(const vectors::LiteralCount& count) {
  return fmt::format("{} shown, {} impossible, {} open", count.shown, count.impossible, count.open);
}

// How many literals, and perhaps pairs of literals, the vectors show of each situation. Whether all literals are shown.
bool report_literals(const std::vector<vectors::LiteralRow>& rows, const Arguments& arguments) {
  vectors::LiteralCount literals;
  vectors::LiteralCount pairs;
  std::size_t alone = 0;
  for (const vectors::LiteralRow& row : rows) {
    literals += row.literals;
    pairs += row.pairs;
    alone += row.alone_impossible;
    if (arguments.literals) fmt::print("{:<64} {}\n", row.situation, counts(row.literals));
    if (arguments.pairs) fmt::print("{:<64} pairs: {}\n", row.situation, counts(row.pairs));
    for (const std::string& gap : row.gaps) fmt::print("  open: {}: {}\n", row.situation, gap);
  }
  fmt::print("literals in {} situations: {}\n", rows.size(), counts(literals));
  if (arguments.pairs)
    fmt::print("pairs of literals: {}; of {} of the impossible ones a literal is impossible by itself\n", counts(pairs),
               alone);
  return literals.open == 0;
}

// How many goals of the checks some vector shows, and why others are not shown. Whether there is no gap.
bool report_checks(const spec::Spec& spec, const std::vector<vectors::Document>& documents) {
  const std::set<std::string> shown = vectors::shown_check_goals(spec, documents);
  std::size_t impossible = 0;
  std::size_t gaps = 0;
  std::map<std::string, std::size_t> lacking;
  for (const vectors::Unmet& one : vectors::unmet_goals(spec, shown)) {
    if (!one.profile.empty()) {
      ++gaps;
      fmt::print("  gap: {}, which {} can show\n", one.goal, one.profile);
    } else if (one.lacking.empty()) {
      ++impossible;
    } else {
      ++lacking[fmt::format("{}", fmt::join(one.lacking, ", or "))];
    }
  }
  fmt::print("checks: {} goals shown, {} gaps, {} impossible for any processor\n", shown.size(), gaps, impossible);
  for (const auto& [what, count] : lacking)
    fmt::print("  impossible for these processors: {:4} goals: needs {}\n", count, what);
  return gaps == 0;
}

int coverage(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !is_known(*spec, arguments.profile)) return kCouldNotRun;
  std::vector<std::string> errors;
  const auto documents = vectors::read_directory(arguments.directory, errors);
  bool complete = are_none(errors);
  vectors::Solving solving(*spec);
  for (const spec::Profile& profile : spec->profiles) {
    if (!arguments.profile.empty() && profile.id != arguments.profile) continue;
    const auto document = std::find_if(documents.begin(), documents.end(),
                                       [&](const vectors::Document& one) { return one.profile == profile.id; });
    const std::vector<vectors::Vector> none;
    const auto found = coverage_of(*spec, profile, document == documents.end() ? none : document->vectors, solving);
    print(found);
    print_impossible(found, !arguments.profile.empty());
    complete = complete && found.gaps.empty();
  }
  if (arguments.profile.empty()) {
    complete = report_checks(*spec, documents) && complete;
    complete = report_literals(vectors::literal_table(*spec, documents, arguments.pairs), arguments) && complete;
  }
  return complete ? 0 : kDeviations;
}

std::string exported(const vectors::Document& document, const std::string& format) {
  if (format == "binary") return vectors::to_binary(document.vectors);
  std::ostringstream text;
  if (format == "c")
    vectors::write_c_array(document.vectors, "ept_vectors", text);
  else
    vectors::write_self_contained(document, text);
  return text.str();
}

// Those of the profile, or of all profiles at once, where each case is there once.
vectors::Document all_of(const std::vector<vectors::Document>& documents, const std::string& profile) {
  vectors::Document all{profile, "", {}, {}};
  std::set<std::string> ids;
  for (const vectors::Document& document : documents) {
    if (!profile.empty() && document.profile != profile) continue;
    all.manual = document.manual;
    for (const vectors::Vector& vector : document.vectors) {
      if (ids.insert(vector.id).second) all.vectors.push_back(vector);
    }
  }
  if (all.vectors.empty()) throw std::runtime_error("there are no vectors of that profile");
  return all;
}

void write_export(const vectors::Document& document, const std::string& format, const std::string& path) {
  vectors::write_file(path, exported(document, format));
  fmt::print("{}: {} vectors\n", path, document.vectors.size());
}

int export_vectors(const Invocation& /*unused*/, const Arguments& arguments) {
  std::vector<std::string> errors;
  auto documents = vectors::read_directory(arguments.directory, errors);
  if (!are_none(errors)) return kCouldNotRun;
  std::sort(documents.begin(), documents.end(),
            [](const vectors::Document& a, const vectors::Document& b) { return a.profile < b.profile; });
  const bool each = arguments.format == "json" && arguments.profile.empty();
  if (each && arguments.out.empty()) {
    fmt::print(
        stderr,
        "a JSON file holds the vectors of one profile: say which with --profile, or where all go with --out DIR\n");
    return kCouldNotRun;
  }
  if (each) {
    std::filesystem::create_directories(arguments.out);
    for (const vectors::Document& document : documents)
      write_export(document, arguments.format, arguments.out + "/" + document.profile + ".json");
    return 0;
  }
  const vectors::Document all = all_of(documents, arguments.profile);
  if (arguments.out.empty())
    std::cout << exported(all, arguments.format);
  else
    write_export(all, arguments.format, arguments.out);
  return 0;
}

// Ends after `count` vectors, or when the output is closed.
void stream_random(const spec::Spec& spec, const spec::Profile& profile, const Arguments& arguments,
                   std::ostream& out) {
  const ept_registers allowed = vectors::configuration_of(profile);
  const bool binary = arguments.format == "binary";
  if (binary)
    out << vectors::binary_header(arguments.count);
  else
    vectors::begin_lines(profile.id, edition_of(spec), allowed, out);
  for (std::uint64_t i = 0; out && (arguments.count == 0 || i < arguments.count); ++i) {
    const vectors::Vector vector = vectors::random_vector(allowed, profile.id, arguments.seed, i);
    if (binary)
      out << vectors::binary_record(vector);
    else
      vectors::write_lines(vector, out);
  }
}

int random(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !is_known(*spec, arguments.profile)) return kCouldNotRun;
  const spec::Profile* const profile = find_id(spec->profiles, arguments.profile);
  if (arguments.out.empty()) {
    stream_random(*spec, *profile, arguments, std::cout);
    return 0;
  }
  std::ofstream out(arguments.out, std::ios::binary);
  stream_random(*spec, *profile, arguments, out);
  out.close();
  if (!out) throw std::runtime_error(arguments.out + ": cannot be written");
  return 0;
}

}  // namespace

void add_vectors_command(Command& app, Invocation& invocation) {
  Command vectors = app.add_subcommand("vectors", "Work with vectors: cases and the answers that the manual demands");
  vectors.require_subcommand();

  Command command =
      vectors.add_subcommand("generate", "Generate the vectors: a file for each profile, and the dense ones");
  auto& of_generate = runs<Arguments>(command, invocation, generate);
  const std::string only = "Only this processor; all without it";
  const Option out = command.add_option("--out", of_generate.out, "Directory to write; vectors/data without it");
  command.add_option("--profile", of_generate.profile, "Only this processor, into a directory of its own").needs(out);

  command = vectors.add_subcommand("lint", "Check vector files by computing again everything that can be computed");
  const std::string directory = "Directory with manifest.json";
  command.add_option("DIR", runs<Arguments>(command, invocation, lint).directory, directory);

  command = vectors.add_subcommand("coverage", "Count the edge cases that the vectors cover; show the gaps");
  auto& of_coverage = runs<Arguments>(command, invocation, coverage);
  command.add_option("--profile", of_coverage.profile, only);
  command.add_flag("--literals", of_coverage.literals, "Show each situation with the literals that its vectors have");
  command.add_flag("--pairs", of_coverage.pairs, "Count pairs of literals as well; takes minutes");
  command.add_option("--in", of_coverage.directory, directory);

  command = vectors.add_subcommand("export", "Write vectors as JSON, as compact binary or as a C array");
  auto& of_export = runs<Arguments>(command, invocation, export_vectors);
  command.add_option("--profile", of_export.profile, only);
  command.add_option("--in", of_export.directory, directory);
  command.add_option("--format", of_export.format, "json, binary or c", one_of({"json", "binary", "c"}));
  command.add_option("--out", of_export.out,
                     "File to write, or directory for the JSON of all profiles; standard output without it");

  add_mutants_command(vectors, invocation);

  command = vectors.add_subcommand("random", "Write random vectors, the same for the same seed");
  auto& of_random = runs<Arguments>(command, invocation, random);
  of_random.profile = "graniterapids_658x";
  command.add_option("--seed", of_random.seed, "Seed of the stream", whole_number());
  command.add_option("--count", of_random.count, "How many; 0: without end", whole_number());
  command.add_option("--profile", of_random.profile, "The processor").shown();
  command.add_option("--format", of_random.format, "json (a vector a line) or binary", one_of({"json", "binary"}));
  command.add_option("--out", of_random.out, "File to write; standard output without it");
}

}  // namespace cli
