#include "harness/suite/report.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/judge/draw.h"

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
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    if (!deviates(report.judgements[n].verdict) || is_known(report, n)) continue;
    const Cause key = cause_of(report.vectors[n], report.judgements[n]);
    const auto rest = report.rest.groups.find(key);
    const std::size_t more = rest == report.rest.groups.end() ? 0 : rest->second;
    Group& one = groups.try_emplace(key, Group{key, {}, more, n}).first->second;
    one.members.push_back(n);
    if (simplicity(report.vectors[n]) < simplicity(report.vectors[one.example])) one.example = n;
  }
  std::vector<Group> sorted;
  for (auto& [key, one] : groups) sorted.push_back(std::move(one));
  std::sort(sorted.begin(), sorted.end(),
            [&](const Group& a, const Group& b) { return rank(report, a) < rank(report, b); });
  return sorted;
}

}  // namespace harness
