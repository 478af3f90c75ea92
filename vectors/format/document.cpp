#include "vectors/format/document.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace vectors {

namespace {

using ById = std::map<std::string, Vector*>;

// "neighbour/cell/pde_2m/reserved_bit": which bit it was does not matter.
std::string relation(const char* kind, const std::string& goal) {
  return std::string(kind) + "/" + goal.substr(0, goal.rfind('/'));
}

class Linker {
 public:
  explicit Linker(Document& document) {
    for (Vector& vector : document.vectors) {
      vector.profile = document.profile;
      by_id_.emplace(vector.id, &vector);
    }
  }

  void add(const Purpose& purpose) {
    Vector* const vector = give(purpose.vector, purpose.goal, purpose.cite);
    if (!purpose.neighbour.empty()) give(purpose.neighbour, relation("neighbour", purpose.goal), purpose.cite);
    if (!purpose.twin.empty()) give(purpose.twin, relation("twin", purpose.goal), purpose.cite);
    if (vector == nullptr) return;
    if (!purpose.neighbour.empty()) vector->neighbour = purpose.neighbour;
    if (!purpose.twin.empty()) vector->twin = purpose.twin;
  }

  std::vector<std::string> unknown;

 private:
  // The vector, which now has the goal; null when there is none.
  Vector* give(const std::string& id, const std::string& goal, const std::string& cite) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
      unknown.push_back(id);
      return nullptr;
    }
    Vector& vector = *found->second;
    const auto place = std::lower_bound(vector.goals.begin(), vector.goals.end(), goal);
    if (place == vector.goals.end() || *place != goal) vector.goals.insert(place, goal);
    if (vector.cite.empty()) vector.cite = cite;
    return &vector;
  }

  ById by_id_;
};

}  // namespace

std::vector<std::string> link(Document& document) {
  std::sort(document.purposes.begin(), document.purposes.end(),
            [](const Purpose& a, const Purpose& b) { return std::tie(a.goal, a.vector) < std::tie(b.goal, b.vector); });
  std::stable_sort(document.vectors.begin(), document.vectors.end(),
                   [](const Vector& a, const Vector& b) { return a.id < b.id; });
  Linker linker(document);
  for (const Purpose& purpose : document.purposes) linker.add(purpose);
  return linker.unknown;
}

}  // namespace vectors
