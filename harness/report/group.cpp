#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "harness/draw.h"
#include "harness/report/report.h"

namespace harness {

namespace {

bool unexplained(const Report& report, std::size_t n) {
  return deviates(report.judgements[n].verdict) && report.assessment.known.at(n).empty();
}

bool is_misconfiguration(const std::string& result) {
  return result == "misconfigured" || result == "misconfiguration";
}

// That an entry is taken for a page or a table and that a walk goes on through it are one cause.
bool is_good(const std::string& result) { return result == "page" || result == "table" || result == "translated"; }

std::string what(const Judgement& judgement) {
  if (judgement.verdict != Verdict::fail) return judgement.reason;
  const Deviation& first = judgement.deviations.front();
  if (first.field != "result") return "wrong";
  if (is_misconfiguration(first.expected) && is_good(first.observed)) return "misconfiguration missed";
  if (is_good(first.expected) && is_misconfiguration(first.observed)) return "misconfiguration reported";
  return fmt::format("{} instead of {}", first.observed, first.expected);
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

// A field that is wrong is one cause, whichever rule decided on the access.
Cause cause_of(const vectors::Vector& vector, const Judgement& judgement) {
  if (!was_asked(judgement)) return {"", judgement.reason};  // no rule has to do with it
  const bool of_field = judgement.verdict == Verdict::fail && judgement.deviations.front().field != "result";
  return {of_field ? judgement.deviations.front().field : rule_of(vector), what(judgement)};
}

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

Counts count(const Report& report) {
  Counts counts{report.rest.of};
  for (const Judgement& judgement : report.judgements) ++counts.of.at(static_cast<std::size_t>(judgement.verdict));
  const auto& known = report.assessment.known;
  counts.known = static_cast<std::size_t>(
      std::count_if(known.begin(), known.end(), [](const auto& entries) { return !entries.empty(); }));
  return counts;
}

int exit_code(const Report& report) {
  const Counts counts = count(report);
  const std::size_t deviations = counts[Verdict::fail] + counts[Verdict::error] + counts[Verdict::flaky] - counts.known;
  if (deviations != 0 || !report.assessment.problems.empty()) return 1;
  const bool judged = counts[Verdict::pass] + counts.known != 0;
  return judged ? 0 : 2;
}

}  // namespace harness
