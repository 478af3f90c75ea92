#include "harness/suite/group.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace harness {

namespace {

bool unexplained(const Report& report, std::size_t n) {
  return deviates(report.judgements[n].verdict) && report.assessment.known.at(n).empty();
}

// Smaller is simpler.
auto simplicity(const vectors::Vector& vector) {
  return std::tuple(vector.asked.question, vector.neighbour.empty(), vector.asked.entries.size());
}

auto rank(const Report& report, const Group& group) {
  const bool several_rules = group.rule.find(',') != std::string::npos;
  const bool result_is_right = group.what == "wrong";
  const auto most = ~(group.members.size() + group.rest);
  return std::tuple(group.rule.empty(), result_is_right, several_rules, report.vectors[group.example].asked.question,
                    most, group.rule, group.what);
}

}  // namespace

std::vector<Group> group(const Report& report) {
  std::map<Cause, Group> groups;
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    if (!unexplained(report, n)) continue;
    const Cause key = cause_of(report.vectors[n], report.judgements[n]);
    const auto rest = report.rest.groups.find(key);
    const std::size_t more = rest == report.rest.groups.end() ? 0 : rest->second;
    Group& one = groups.try_emplace(key, Group{key.first, key.second, {}, more, n}).first->second;
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
