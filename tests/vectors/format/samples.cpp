#include "tests/vectors/format/samples.h"

#include <algorithm>
#include <stdexcept>

#include "vectors/format/file.h"
#include "vectors/format/lines.h"

namespace samples {

using vectors::Vector;

vectors::Document committed(const std::string& profile) {
  const std::string path = EPTSPEC_SOURCE_DIR "/vectors/data/" + profile + ".jsonl";
  std::vector<std::string> errors;
  vectors::Document read = vectors::read_lines(vectors::read_file(path), path, errors);
  if (!errors.empty()) throw std::runtime_error(errors.front());
  return read;
}

const vectors::Document& committed() {
  static const vectors::Document document = committed(kProfile);
  return document;
}

const vectors::Document& dense() {
  static const vectors::Document all = committed("any");
  return all;
}

vectors::Document dense(std::size_t most) {
  vectors::Document some = dense();
  some.vectors.resize(most);
  std::erase_if(some.purposes, [&](const vectors::Purpose& one) {
    return std::none_of(some.vectors.begin(), some.vectors.end(),
                        [&](const Vector& vector) { return vector.id == one.vector; });
  });
  return some;
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
