#include "tests/vectors/format/samples.h"

#include <algorithm>
#include <stdexcept>

#include "vectors/format/file.h"

namespace samples {

using vectors::Vector;

namespace {

vectors::Document read(const std::string& name) {
  const std::string path = EPTSPEC_SOURCE_DIR + name;
  std::vector<std::string> errors;
  vectors::Document read = vectors::read_vectors(vectors::read_file(path), path, errors);
  if (!errors.empty()) throw std::runtime_error(errors.front());
  return read;
}

}  // namespace

vectors::Document committed(const std::string& profile) { return read("/vectors/data/" + profile + ".jsonl"); }

const vectors::Document& committed() {
  static const vectors::Document document = committed(kProfile);
  return document;
}

const vectors::Document& dense() {
  static const vectors::Document all = read("/vectors/data/any.bin");
  return all;
}

const Vector& with_goal(const std::string& goal) {
  const auto& all = committed().vectors;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Vector& vector) {
    return std::find(vector.goals.begin(), vector.goals.end(), goal) != vector.goals.end();
  });
  if (found == all.end()) throw std::runtime_error("no vector has the goal " + goal);
  return *found;
}

const Vector& with_id(const std::string& id) {
  const auto& all = committed().vectors;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Vector& vector) { return vector.id == id; });
  if (found == all.end()) throw std::runtime_error("no vector has the id " + id);
  return *found;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the text does not have " + from);
  return text.replace(at, from.size(), to);
}

bool has(const std::vector<std::string>& errors, const std::string& what) {
  return std::any_of(errors.begin(), errors.end(),
                     [&](const std::string& error) { return error.find(what) != std::string::npos; });
}

}  // namespace samples
