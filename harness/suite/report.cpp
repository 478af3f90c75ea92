#include "harness/suite/report.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "harness/judge/draw.h"
#include "harness/judge/walk_length.h"

namespace harness {

namespace {

// Smaller is simpler.
auto simplicity(const vectors::Vector& vector) {
  return std::tuple(vector.asked.question, vector.neighbour.empty(), vector.asked.entries.size());
}

auto rank(const Report& report, const Group& group) {
  const vectors::Vector& example = report.vectors[group.example];
  const auto most = ~(group.members.size() + group.rest);
  const bool of_field = is_of_field(group.cause);
  return std::tuple(!was_asked(report.judgements[group.example]), of_field, !of_field && breaks_several(example),
                    example.asked.question, most, group.cause);
}

// Whether all walks that deviate have one length and deviate as if they had the other.
bool ignores_walk_length(const Report& report) {
  std::set<int> lengths;
  std::set<std::uint64_t> results;  // of one kind they could fit by chance
  bool by_address = false;
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    const vectors::Vector& vector = report.vectors[n];
    const bool walk = vector.asked.question == vectors::Question::walk;
    if (!walk || !deviates(report.judgements[n].verdict) || is_known(report, n)) continue;
    const Fit fit = fit_to_other_walk_length(vector, report.judgements[n]);
    if (fit == Fit::no) return false;
    lengths.insert(vector.asked.level);
    by_address |= fit == Fit::by_address;
    const Deviation& first = report.judgements[n].deviations.front();
    if (first.field == Field::result) results.insert(first.observed);
  }
  return lengths.size() == 1 && (by_address || results.size() > 1);
}

}  // namespace

bool is_known(const Report& report, std::size_t n) {
  return !report.assessment.known.at(n).empty() || !report.judgements[n].attributed_to.empty();
}

Counts count(const Report& report) {
  Counts counts{report.rest.of};
  for (std::size_t n = 0; n < report.judgements.size(); ++n) {
    ++counts.of.at(static_cast<std::size_t>(report.judgements[n].verdict));
    counts.known += is_known(report, n) ? 1 : 0;
  }
  return counts;
}

int exit_code(const Report& report) {
  const Counts counts = count(report);
  const std::size_t deviations = counts[Verdict::fail] + counts[Verdict::error] + counts[Verdict::flaky] - counts.known;
  if (deviations != 0 || !report.assessment.problems.empty()) return 1;
  const bool judged = counts[Verdict::pass] + counts.known != 0;
  return judged ? 0 : 2;
}

std::vector<Group> group(const Report& report) {
  std::map<Cause, Group> groups;
  std::set<Cause> counted;
  const bool length_ignored = ignores_walk_length(report);
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    if (!deviates(report.judgements[n].verdict) || is_known(report, n)) continue;
    const vectors::Vector& vector = report.vectors[n];
    const Cause itself = cause_of(vector, report.judgements[n]);
    const bool of_length = length_ignored && vector.asked.question == vectors::Question::walk;
    const Cause key = of_length ? cause_of_walk_length(vector) : itself;
    Group& one = groups.try_emplace(key, Group{key, {}, 0, n}).first->second;
    const auto rest = report.rest.groups.find(itself);
    if (rest != report.rest.groups.end() && counted.insert(itself).second) one.rest += rest->second;
    one.members.push_back(n);
    if (simplicity(vector) < simplicity(report.vectors[one.example])) one.example = n;
  }
  std::vector<Group> sorted;
  for (auto& [key, one] : groups) sorted.push_back(std::move(one));
  std::sort(sorted.begin(), sorted.end(),
            [&](const Group& a, const Group& b) { return rank(report, a) < rank(report, b); });
  return sorted;
}

}  // namespace harness
