#include "vectors/generate/lint.h"

#include <algorithm>

#include <fmt/format.h>

#include "vectors/format/binary.h"
#include "vectors/generate/generate.h"
#include "vectors/generate/meets.h"
#include "vectors/goals/goals.h"

namespace vectors {

namespace {

class Lint {
 public:
  Lint(const spec::Spec& spec, const Document& document, const std::string& file) : spec_(spec), document_(document) {
    file_ = file;
    const auto found = std::find_if(spec.profiles.begin(), spec.profiles.end(),
                                    [&](const spec::Profile& profile) { return profile.id == document.profile; });
    if (found != spec.profiles.end()) profile_ = &*found;
  }

  std::vector<std::string> run() {
    if (profile_ == nullptr) {
      errors_.push_back(fmt::format("{}:1: there is no profile '{}'", file_, document_.profile));
      return errors_;
    }
    for (const Goal& goal : all_goals(spec_, profile_->maxphyaddr)) goals_.emplace(goal.id, goal);
    for (const Vector& vector : document_.vectors) {
      if (!by_id_.emplace(vector.id, &vector).second) wrong(vector, "the id is there twice");
    }
    for (const Vector& vector : document_.vectors) check(vector);
    return errors_;
  }

 private:
  void wrong(const Vector& vector, const std::string& what) {
    errors_.push_back(fmt::format("{}: {}: {}", file_, vector.id, what));
  }

  void check(const Vector& vector) {
    check_content(vector);
    check_memory(vector);
    check_configuration(vector);
    check_relation(vector, vector.neighbour, "neighbour");
    check_relation(vector, vector.twin, "twin");
    for (const std::string& goal : vector.goals) check_goal(vector, goal);
  }

  void check_content(const Vector& vector) {
    const Expected expected = expected_of(vector.asked);
    const std::string id = id_of(vector.asked, expected);
    if (id_of(vector.asked, vector.expected) != id)
      wrong(vector, "another result than the reference model's");
    else if (id != vector.id)
      wrong(vector, fmt::format("the id of this content is {}", id));
    if (vector.cite.empty()) wrong(vector, "'cite' is missing");
    if (vector.drawn != drawn(spec_, vector.asked)) wrong(vector, "'fields' are not those of the entries");
    if (vector.broken != broken(spec_, vector.asked, expected)) wrong(vector, "'broken' does not name the rules");
  }

  void check_memory(const Vector& vector) {
    if (vector.asked.question == Question::walk && !tables_are_apart(vector.asked))
      wrong(vector, "two of its tables have the same address");
  }

  void check_configuration(const Vector& vector) {
    const ept_configuration& own = vector.asked.configuration;
    if (own.maxphyaddr != static_cast<ept_word>(profile_->maxphyaddr) || own.capability != profile_->capability ||
        own.parameters != profile_->parameters)
      wrong(vector, "width, capability or parameters are not the profile's");
    if (!allows(*profile_, own)) wrong(vector, "a control that the profile does not allow");
    if (vector.asked.question != Question::eptp && ept_check_eptp(&own, vector.asked.eptp) != 0)
      wrong(vector, "VM entry does not accept the EPTP");
  }

  void check_relation(const Vector& vector, const std::string& id, const char* name) {
    if (id.empty()) return;
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return wrong(vector, fmt::format("there is no {} {}", name, id));
    const auto& goals = found->second->goals;
    const bool known = std::any_of(goals.begin(), goals.end(), [&](const std::string& goal) {
      return goal.rfind(std::string(name) + "/", 0) == 0;
    });
    if (!known) wrong(vector, fmt::format("{} is no {}", id, name));
  }

  void check_goal(const Vector& vector, const std::string& id) {
    if (id.rfind("neighbour/", 0) == 0 || id.rfind("twin/", 0) == 0) return;
    const auto found = goals_.find(id);
    if (found == goals_.end()) return wrong(vector, fmt::format("there is no goal {}", id));
    if (!meets(spec_, found->second, vector)) wrong(vector, fmt::format("does not meet {}", id));
  }

  const spec::Spec& spec_;
  const Document& document_;
  std::string file_;
  const spec::Profile* profile_ = nullptr;
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
      const std::string record = binary_record(vector).substr(0, kIdentified);
      if (content.emplace(vector.id, record).first->second != record)
        errors.push_back(fmt::format("{}.json: {}: the id stands for two contents", document.profile, vector.id));
    }
  }
  return errors;
}

std::vector<std::string> lint(const spec::Spec& spec, const std::filesystem::path& directory) {
  std::vector<std::string> errors;
  const std::vector<Document> documents = read_directory(directory, errors);
  const auto add = [&](const std::vector<std::string>& more) { errors.insert(errors.end(), more.begin(), more.end()); };
  for (const Document& document : documents)
    add(lint_document(spec, document, (directory / (document.profile + ".json")).string()));
  add(lint_ids(documents));
  return errors;
}

}  // namespace vectors
