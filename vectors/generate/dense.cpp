#include "vectors/generate/dense.h"

#include <memory>
#include <set>

#include "vectors/format/identity.h"
#include "vectors/generate/drawing.h"
#include "vectors/generate/meets.h"
#include "vectors/generate/parallel.h"
#include "vectors/generate/shown.h"

namespace vectors {

namespace {

// Of each situation, the canonical walks in which it comes about.
std::vector<std::vector<Start>> starts_among(const spec::Spec& spec, const std::vector<Situation>& situations,
                                             const std::vector<Document>& canonical) {
  std::vector<Situation> walks = situations;
  for (Situation& situation : walks) {
    for (Goal& goal : situation.goals) goal = of_walk(std::move(goal));
  }
  const Shown shown(spec, walks);
  std::vector<std::vector<Start>> starts(situations.size());
  for (const Document& document : canonical) {
    const spec::Profile* const profile = find_id(spec.profiles, document.profile);
    if (profile == nullptr || !profile->synthetic) continue;
    for (const Vector& vector : document.vectors) {
      for (const auto& [index, goal] : shown.by(vector)) {
        const std::ptrdiff_t place = goal - walks[index].goals.data();
        if (goal->question == Question::eptp || solves(spec, *goal, vector.asked))
          starts[index].push_back({&situations[index].goals[static_cast<std::size_t>(place)], vector.asked});
      }
    }
  }
  return starts;
}

// Situations that are reports, or are not, by index. Which case a solver finds depends on what it was asked before: so
// there are always two parts, each with a solver of its own, and the number of threads does not show.
std::vector<std::vector<std::size_t>> parts_of(const std::vector<Situation>& situations, bool reports) {
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < situations.size(); ++i) {
    if ((situations[i].kind == Situation::Kind::report) == reports) all.push_back(i);
  }
  const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  return {{all.begin(), middle}, {middle, all.end()}};
}

}  // namespace

Document dense_document(const spec::Spec& spec, const std::vector<Document>& canonical) {
  const std::vector<Situation> situations = all_situations(spec);
  const Literals literals(spec);
  const auto starts = starts_among(spec, situations, canonical);
  std::vector<std::vector<Vector>> made(situations.size());
  std::vector<Pairs> seen(situations.size());
  const auto make = [&](bool reports) {
    const auto parts = parts_of(situations, reports);
    in_parallel<int>(  // a solver of its own has each part, not each thread
        parts.size(), [] { return std::make_unique<int>(); },
        [&](std::size_t part, int&) {
          Solving solving(spec);
          for (const std::size_t i : parts[part])
            made[i] = Drawing(spec, literals, situations[i], solving).make(starts[i], seen[i]);
        });
  };
  make(false);
  const Shown shown(spec, situations);
  for (const std::vector<Vector>& some : made) {
    for (const Vector& vector : some) {
      const LiteralSet row = Pairs::row_of(literals.of(vector));
      for (const auto& [index, goal] : shown.by(vector)) seen[index].add(row);
    }
  }
  make(true);
  Document document{kDenseProfile, spec.violations.front().cite.edition, {}, {}};
  std::set<std::string> ids;
  for (std::vector<Vector>& some : made) {
    for (Vector& vector : some) {
      vector.id = id_of(vector.asked);
      vector.goals = {kDenseGoal};
      if (ids.insert(vector.id).second) document.vectors.push_back(std::move(vector));
    }
  }
  link(document);
  return document;
}

}  // namespace vectors
