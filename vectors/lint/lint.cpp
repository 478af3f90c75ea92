#include "vectors/lint/lint.h"

#include <optional>

#include <fmt/format.h>

#include "vectors/format/identity.h"
#include "vectors/generate/dense.h"
#include "vectors/generate/meets.h"
#include "vectors/generate/shown.h"
#include "vectors/lint/check_lint.h"

namespace vectors {

namespace {

// The mistakes in a vector. Without a profile it has a processor of its own, and is there for the situations it shows.
std::vector<std::string> mistakes_in(const Vector& vector, const spec::Profile* profile, const Shown& shown) {
  std::vector<std::string> mistakes;
  const auto check = [&](bool good, const char* mistake) {
    if (!good) mistakes.emplace_back(mistake);
  };
  const Case& asked = vector.asked;
  check(!has_outcome(asked.question) || tables_are_apart(asked), "two of its tables have the same address");
  check(asked.question != Question::sub_page || reaches_sub_page_check(asked), "no walk comes to its check");
  check(!is_of_open_order(asked),
        "its address is too wide and an entry misconfigured: which comes first is not stated");
  if (profile == nullptr) {
    check(!shown.by(vector).empty(), "it shows no rule alone and no report");
  } else {
    check(!vector.goals.empty(), "no goal names it");
    check(!vector.cite.empty(), "'cite' is missing");
    check(is_of_processor(asked.registers, configuration_of(*profile)),
          "width, capability or parameters are not the profile's");
    check(allows(*profile, asked.registers), "a control that the profile does not allow");
  }
  check(asked.question == Question::eptp || eptp_rules_of(asked.registers) == 0, "VM entry does not accept the EPTP");
  return mistakes;
}

// Those in the purpose of a vector: what it and its relatives show follows from the vector and the goal.
std::vector<std::string> mistakes_in(const Purpose& purpose, const spec::Spec& spec, const Goal& goal,
                                     const Vector& vector) {
  std::vector<std::string> mistakes;
  if (!meets(spec, goal, vector)) mistakes.push_back(vector.id + " does not meet it");
  if (purpose.cite != goal.cite) mistakes.emplace_back("another citation than the specification's");
  const bool cell = !goal.breaks.empty();
  const auto neighbour = cell ? nearest_legal(vector.asked, goal.last) : std::nullopt;
  if (purpose.neighbour != (neighbour ? id_of(*neighbour) : "")) mistakes.emplace_back("'neighbour' is no neighbour");
  const bool has_twin = cell && goal.question != Question::eptp;
  const std::string twin = has_twin ? id_of(not_present_twin(vector.asked, goal.last)) : "";
  if (purpose.twin != twin) mistakes.emplace_back("'twin' is no twin");
  return mistakes;
}

// By what purposes call them.
std::map<std::string, Goal> goals_of(const spec::Spec& spec, const spec::Profile* profile) {
  std::map<std::string, Goal> goals;
  if (profile == nullptr) return goals;
  for (Goal& goal : all_goals(spec, profile->maxphyaddr)) goals.emplace(goal.id, std::move(goal));
  return goals;
}

}  // namespace

std::vector<std::string> lint_document(const spec::Spec& spec, const Document& document, const std::string& file) {
  const spec::Profile* const profile = find_id(spec.profiles, document.profile);
  if (profile == nullptr && document.profile != kDenseProfile)
    return {fmt::format("{}:1: there is no profile '{}'", file, document.profile)};
  const auto goals = goals_of(spec, profile);
  const std::vector<Situation> situations = profile == nullptr ? all_situations(spec) : std::vector<Situation>();
  const Shown shown(spec, situations);
  std::optional<CheckLint> checks;
  if (profile != nullptr) checks.emplace(spec, *profile);
  std::vector<std::string> errors;
  const auto add = [&](const std::string& which, const std::vector<std::string>& mistakes) {
    for (const std::string& mistake : mistakes) errors.push_back(fmt::format("{}: {}: {}", file, which, mistake));
  };
  std::map<std::string, const Vector*> by_id;
  for (const Vector& vector : document.vectors) {
    if (!by_id.emplace(vector.id, &vector).second) add(vector.id, {"the id is there twice"});
  }
  for (const Vector& vector : document.vectors) {
    const bool is_check = checks && vector.asked.question == Question::check;
    add(vector.id, is_check ? checks->mistakes_in(vector) : mistakes_in(vector, profile, shown));
  }
  for (const Purpose& purpose : document.purposes) {
    const auto vector = by_id.find(purpose.vector);
    const auto goal = goals.find(purpose.goal);
    if (vector == by_id.end())
      add(purpose.goal, {"there is no vector " + purpose.vector});
    else if (checks && vector->second->asked.question == Question::check)
      add(purpose.goal, checks->mistakes_in(purpose, *vector->second));
    else if (goal == goals.end())
      add(purpose.goal, {"there is no such goal"});
    else
      add(purpose.goal, mistakes_in(purpose, spec, goal->second, *vector->second));
  }
  return errors;
}

std::vector<std::string> lint_ids(const std::vector<Document>& documents) {
  std::vector<std::string> errors;
  std::map<std::string, std::string> content;
  for (const Document& document : documents) {
    for (const Vector& vector : document.vectors) {
      const std::string text = canonical_text(vector.asked);
      if (content.emplace(vector.id, text).first->second != text)
        errors.push_back(fmt::format("{}: {}: the id stands for two cases", document.file, vector.id));
    }
  }
  return errors;
}

std::vector<std::string> lint(const spec::Spec& spec, const std::filesystem::path& directory) {
  std::vector<std::string> errors;
  const std::vector<Document> documents = read_directory(directory, errors);
  const auto add = [&](const std::vector<std::string>& more) { errors.insert(errors.end(), more.begin(), more.end()); };
  for (const Document& document : documents) {
    if (!document.profile.empty()) add(lint_document(spec, document, (directory / document.file).string()));
  }
  add(lint_ids(documents));
  return errors;
}

}  // namespace vectors
