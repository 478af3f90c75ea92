#include "vectors/generate/lint.h"

#include <fmt/format.h>

#include "vectors/format/identity.h"
#include "vectors/generate/meets.h"
#include "vectors/generate/relatives.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

class Lint {
 public:
  Lint(const spec::Spec& spec, const Document& document, std::string file)
      : spec_(spec), document_(document), file_(std::move(file)), profile_(find_id(spec.profiles, document.profile)) {}

  std::vector<std::string> run() {
    if (profile_ == nullptr) {
      errors_.push_back(fmt::format("{}:1: there is no profile '{}'", file_, document_.profile));
      return errors_;
    }
    for (const Goal& goal : all_goals(spec_, profile_->maxphyaddr)) goals_.emplace(goal.id, goal);
    for (const Vector& vector : document_.vectors) {
      if (!by_id_.emplace(vector.id, &vector).second) wrong(vector.id, "the id is there twice");
    }
    for (const Vector& vector : document_.vectors) check(vector);
    for (const Purpose& purpose : document_.purposes) check_purpose(purpose);
    return errors_;
  }

 private:
  void wrong(const std::string& which, const std::string& what) {
    errors_.push_back(fmt::format("{}: {}: {}", file_, which, what));
  }

  void check(const Vector& vector) {
    if (vector.goals.empty()) wrong(vector.id, "no goal names it");
    if (vector.cite.empty()) wrong(vector.id, "'cite' is missing");
    if (vector.asked.question == Question::walk && !tables_are_apart(vector.asked))
      wrong(vector.id, "two of its tables have the same address");
    const ept_configuration& own = vector.asked.configuration;
    if (!is_of_processor(own, configuration_of(*profile_)))
      wrong(vector.id, "width, capability or parameters are not the profile's");
    if (!allows(*profile_, own)) wrong(vector.id, "a control that the profile does not allow");
    if (vector.asked.question != Question::eptp && ept_check_eptp(&own, vector.asked.eptp) != 0)
      wrong(vector.id, "VM entry does not accept the EPTP");
  }

  // Of the purpose's vector and its relatives: what each shows follows from the vector and the goal.
  void check_purpose(const Purpose& purpose) {
    const auto found = by_id_.find(purpose.vector);
    if (found == by_id_.end()) return wrong(purpose.goal, "there is no vector " + purpose.vector);
    const auto goal = goals_.find(purpose.goal);
    if (goal == goals_.end()) return wrong(purpose.goal, "there is no such goal");
    const Vector& vector = *found->second;
    if (!meets(spec_, goal->second, vector)) wrong(purpose.goal, vector.id + " does not meet it");
    if (purpose.cite != goal->second.cite) wrong(purpose.goal, "another citation than the specification's");
    const bool cell = !goal->second.breaks.empty();
    const auto neighbour = cell ? nearest_legal(vector.asked, goal->second.last) : std::nullopt;
    if (purpose.neighbour != (neighbour ? id_of(*neighbour) : "")) wrong(purpose.goal, "'neighbour' is no neighbour");
    const bool has_twin = cell && goal->second.question != Question::eptp;
    const std::string twin = has_twin ? id_of(not_present_twin(vector.asked, goal->second.last)) : "";
    if (purpose.twin != twin) wrong(purpose.goal, "'twin' is no twin");
  }

  const spec::Spec& spec_;
  const Document& document_;
  std::string file_;
  const spec::Profile* profile_;
  std::map<std::string, Goal> goals_;
  std::map<std::string, const Vector*> by_id_;
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> lint_document(const spec::Spec& spec, const Document& document, const std::string& file) {
  return Lint(spec, document, file).run();
}

std::vector<std::string> lint_ids(const std::vector<Document>& documents) {
  std::vector<std::string> errors;
  std::map<std::string, std::string> content;
  for (const Document& document : documents) {
    for (const Vector& vector : document.vectors) {
      const std::string text = canonical_text(vector.asked);
      if (content.emplace(vector.id, text).first->second != text)
        errors.push_back(fmt::format("{}.jsonl: {}: the id stands for two cases", document.profile, vector.id));
    }
  }
  return errors;
}

std::vector<std::string> lint(const spec::Spec& spec, const std::filesystem::path& directory) {
  std::vector<std::string> errors;
  const std::vector<Document> documents = read_directory(directory, errors);
  const auto add = [&](const std::vector<std::string>& more) { errors.insert(errors.end(), more.begin(), more.end()); };
  for (const Document& document : documents)
    add(lint_document(spec, document, (directory / (document.profile + ".jsonl")).string()));
  add(lint_ids(documents));
  return errors;
}

}  // namespace vectors
