#include "vectors/format/document.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "vectors/format/binary.h"
#include "vectors/format/lines.h"
#include "vectors/format/self_contained.h"

namespace vectors {

void link(Document& document) {
  std::sort(document.purposes.begin(), document.purposes.end(),
            [](const Purpose& a, const Purpose& b) { return std::tie(a.goal, a.vector) < std::tie(b.goal, b.vector); });
  std::stable_sort(document.vectors.begin(), document.vectors.end(),
                   [](const Vector& a, const Vector& b) { return a.id < b.id; });
  std::map<std::string, Vector*> by_id;
  for (Vector& vector : document.vectors) {
    vector.profile = document.profile;
    by_id.emplace(vector.id, &vector);
  }
  // The vector, which now has the goal; null when there is none.
  const auto give = [&](const std::string& id, const std::string& goal, const std::string& cite) -> Vector* {
    const auto found = by_id.find(id);
    if (found == by_id.end()) return nullptr;
    Vector& vector = *found->second;
    const auto place = std::lower_bound(vector.goals.begin(), vector.goals.end(), goal);
    if (place == vector.goals.end() || *place != goal) vector.goals.insert(place, goal);
    if (vector.cite.empty()) vector.cite = cite;
    return &vector;
  };
  for (const Purpose& purpose : document.purposes) {
    const std::string family = purpose.goal.substr(0, purpose.goal.rfind('/'));  // which bit it was does not matter
    Vector* const vector = give(purpose.vector, purpose.goal, purpose.cite);
    give(purpose.neighbour, "neighbour/" + family, purpose.cite);
    give(purpose.twin, "twin/" + family, purpose.cite);
    if (vector != nullptr && !purpose.neighbour.empty()) vector->neighbour = purpose.neighbour;
    if (vector != nullptr && !purpose.twin.empty()) vector->twin = purpose.twin;
  }
}

Document renamed(Document document, const std::string& profile) {
  document.profile = profile;
  for (Vector& vector : document.vectors) vector.profile = profile;
  return document;
}

Document read_vectors(std::string_view bytes, const std::string& file, std::vector<std::string>& errors) {
  if (is_binary(bytes)) return {"", "", {}, from_binary(bytes, file, errors)};
  return are_lines(bytes) ? read_lines(bytes, file, errors) : read_self_contained(bytes, file, errors);
}

}  // namespace vectors
