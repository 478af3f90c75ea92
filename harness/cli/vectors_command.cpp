// eptspec vectors: generate, lint, coverage, export and random. What a vector is: docs/vectors.md.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/load_or_report.h"
#include "vectors/format/binary.h"
#include "vectors/format/c_array.h"
#include "vectors/format/manifest.h"
#include "vectors/format/random.h"
#include "vectors/generate/coverage.h"
#include "vectors/generate/generate.h"
#include "vectors/generate/lint.h"

namespace cli {

namespace {

constexpr int kDeviations = 1;
constexpr int kCouldNotRun = 2;

struct Arguments {
  std::string profile;
  std::string directory = EPTSPEC_SPEC_DIRECTORY "/../vectors/data";
  std::string out;
  std::string format = "json";
  std::uint64_t seed = 1;
  std::uint64_t count = 0;
};

bool is_known(const spec::Spec& spec, const std::string& profile) {
  const bool known = profile.empty() || std::any_of(spec.profiles.begin(), spec.profiles.end(),
                                                    [&](const spec::Profile& one) { return one.id == profile; });
  if (!known) fmt::print(stderr, "there is no profile '{}'; the files under spec/profiles name them\n", profile);
  return known;
}

void report(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) fmt::print(stderr, "{}\n", error);
}

int generate(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !is_known(*spec, arguments.profile)) return kCouldNotRun;
  std::vector<vectors::Document> documents;
  for (vectors::ProfileVectors& made : vectors::generate(*spec, arguments.profile))
    documents.push_back({made.profile, std::move(made.vectors)});
  const std::string& out = arguments.out.empty() ? arguments.directory : arguments.out;
  vectors::write_directory(out, documents, EPTSPEC_VERSION, spec->violations.front().cite.edition);
  // Only now: a reader that closes the pipe early ends the program.
  for (const vectors::Document& document : documents)
    fmt::print("{:<22} {:5} vectors\n", document.profile, document.vectors.size());
  return 0;
}

int lint(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec) return kCouldNotRun;
  const auto errors = vectors::lint(*spec, arguments.directory);
  report(errors);
  fmt::print("{}: {} mistakes\n", arguments.directory, errors.size());
  return errors.empty() ? 0 : kDeviations;
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

int coverage(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !is_known(*spec, arguments.profile)) return kCouldNotRun;
  std::vector<std::string> errors;
  const auto documents = vectors::read_directory(arguments.directory, errors);
  report(errors);
  vectors::Solving solving(*spec);
  bool complete = errors.empty();
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
  return complete ? 0 : kDeviations;
}

std::string exported(const std::vector<vectors::Document>& documents, const Arguments& arguments) {
  std::vector<vectors::Vector> all;
  for (const vectors::Document& document : documents) {
    if (arguments.profile.empty() || document.profile == arguments.profile)
      all.insert(all.end(), document.vectors.begin(), document.vectors.end());
  }
  if (all.empty()) throw std::runtime_error("there are no vectors of that profile");
  if (arguments.format == "binary") return vectors::to_binary(all);
  std::ostringstream text;
  if (arguments.format == "c")
    vectors::write_c_array(all, "ept_vectors", text);
  else
    vectors::write_json(arguments.profile, all, text);
  return text.str();
}

int write_export(const Arguments& arguments) {
  if (arguments.format == "json" && arguments.profile.empty()) {
    fmt::print(stderr, "a JSON file holds the vectors of one profile: say which with --profile\n");
    return kCouldNotRun;
  }
  std::vector<std::string> errors;
  const auto documents = vectors::read_directory(arguments.directory, errors);
  report(errors);
  if (!errors.empty()) return kCouldNotRun;
  const std::string text = exported(documents, arguments);
  if (arguments.out.empty()) {
    std::cout << text;
    return 0;
  }
  std::ofstream out(arguments.out, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw std::runtime_error(arguments.out + ": cannot be written");
  return 0;
}

ept_configuration configuration_of(const spec::Profile& profile) {
  return {static_cast<ept_word>(profile.maxphyaddr),
          profile.capability,
          profile.pin_based,
          profile.primary,
          profile.secondary,
          profile.tertiary,
          profile.parameters};
}

// Ends after `count` vectors, or when the output is closed.
void stream_random(const spec::Spec& spec, const spec::Profile& profile, const Arguments& arguments,
                   std::ostream& out) {
  const ept_configuration allowed = configuration_of(profile);
  const bool binary = arguments.format == "binary";
  std::optional<vectors::JsonLines> lines;
  if (binary)
    out << vectors::binary_header(arguments.count);
  else
    lines.emplace(profile.id, allowed, out);
  for (std::uint64_t i = 0; out && (arguments.count == 0 || i < arguments.count); ++i) {
    vectors::Vector vector = vectors::random_vector(allowed, profile.id, arguments.seed, i);
    if (binary) {
      out << vectors::binary_record(vector);
      continue;
    }
    vector.drawn = vectors::drawn(spec, vector.asked);
    vector.broken = vectors::broken(spec, vector.asked, vector.expected);
    lines->write(vector);
  }
}

int random(const Invocation& invocation, const Arguments& arguments) {
  const auto spec = load_or_report(invocation.spec_directory);
  if (!spec || !is_known(*spec, arguments.profile)) return kCouldNotRun;
  const auto profile = std::find_if(spec->profiles.begin(), spec->profiles.end(),
                                    [&](const spec::Profile& one) { return one.id == arguments.profile; });
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

void add_profile(Command* command, Arguments& arguments) {
  command->add_option("--profile", arguments.profile, "Only this processor; all without it");
}

void add_generate(Command* vectors, Invocation& invocation) {
  Command* command = vectors->add_subcommand("generate", "Generate the vectors, one file for each profile");
  auto arguments = std::make_shared<Arguments>();
  add_profile(command, *arguments);
  command->add_option("--out", arguments->out, "Directory to write; vectors/data without it");
  command->callback([&invocation, arguments] { invocation.status = generate(invocation, *arguments); });
}

void add_lint(Command* vectors, Invocation& invocation) {
  Command* command =
      vectors->add_subcommand("lint", "Check vector files by computing again everything that can be computed");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("DIR", arguments->directory, "Directory with manifest.json");
  command->callback([&invocation, arguments] { invocation.status = lint(invocation, *arguments); });
}

void add_coverage(Command* vectors, Invocation& invocation) {
  Command* command = vectors->add_subcommand("coverage", "Count the edge cases that the vectors cover; show the gaps");
  auto arguments = std::make_shared<Arguments>();
  add_profile(command, *arguments);
  command->add_option("--in", arguments->directory, "Directory with manifest.json");
  command->callback([&invocation, arguments] { invocation.status = coverage(invocation, *arguments); });
}

void add_export(Command* vectors, Invocation& invocation) {
  Command* command = vectors->add_subcommand("export", "Write vectors as JSON, as compact binary or as a C array");
  auto arguments = std::make_shared<Arguments>();
  add_profile(command, *arguments);
  command->add_option("--in", arguments->directory, "Directory with manifest.json");
  command->add_option("--format", arguments->format, "json, binary or c")
      ->check(one_of({"json", "binary", "c"}))
      ->capture_default_str();
  command->add_option("--out", arguments->out, "File to write; standard output without it");
  command->callback([&invocation, arguments] { invocation.status = write_export(*arguments); });
}

void add_random(Command* vectors, Invocation& invocation) {
  Command* command = vectors->add_subcommand("random", "Write random vectors, the same for the same seed");
  auto arguments = std::make_shared<Arguments>();
  arguments->profile = "graniterapids_658x";
  command->add_option("--seed", arguments->seed, "Seed of the stream")->check(whole_number())->capture_default_str();
  command->add_option("--count", arguments->count, "How many; 0: without end")
      ->check(whole_number())
      ->capture_default_str();
  command->add_option("--profile", arguments->profile, "The processor")->capture_default_str();
  command->add_option("--format", arguments->format, "json (a vector a line) or binary")
      ->check(one_of({"json", "binary"}))
      ->capture_default_str();
  command->add_option("--out", arguments->out, "File to write; standard output without it");
  command->callback([&invocation, arguments] { invocation.status = random(invocation, *arguments); });
}

}  // namespace

void add_vectors_command(Command& app, Invocation& invocation) {
  Command* vectors = app.add_subcommand("vectors", "Work with vectors: cases and the answers that the manual demands");
  vectors->require_subcommand(1);
  add_generate(vectors, invocation);
  add_lint(vectors, invocation);
  add_coverage(vectors, invocation);
  add_export(vectors, invocation);
  add_mutants_command(*vectors, invocation);
  add_random(vectors, invocation);
}

}  // namespace cli
