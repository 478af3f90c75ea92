#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "harness/judge/draw.h"
#include "harness/judge/walk_length.h"
#include "harness/report/capabilities.h"
#include "harness/report/forms.h"
#include "harness/suite/report.h"

namespace harness {

namespace {

constexpr std::size_t kMostGroups = 20;
constexpr std::size_t kMostReasons = 8;

// "pde_2m 9, pte 3": in which formats, and how often.
std::string formats_of(const Report& report, const Group& group) {
  std::map<std::string, std::size_t> counts;
  for (const std::size_t n : group.members) ++counts[format_of(report.vectors[n])];
  std::string text;
  for (const auto& [format, number] : counts) {
    if (!format.empty()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", format, number);
  }
  return text;
}

// The legal entry nearest to the example, when it was run and passed: what the implementation does tell apart.
std::string neighbour(const Report& report, const vectors::Vector& example) {
  for (std::size_t n = 0; n < report.vectors.size(); ++n) {
    const vectors::Vector& vector = report.vectors[n];
    if (vector.id != example.neighbour || example.neighbour.empty()) continue;
    if (report.judgements[n].verdict != Verdict::pass) return {};
    std::string text = fmt::format("  its neighbour {} passes ({}):\n", vector.id, rule_of(vector));
    if (const ept_word other = vector.asked.registers.eptp ^ example.asked.registers.eptp; other != 0) {
      text += fmt::format("    eptp {}, which differs in bit {}\n", eptp_text(vector.asked), numbers_of(other));
    }
    for (std::size_t k = 0; k < vector.asked.entries.size() && k < example.asked.entries.size(); ++k) {
      const ept_word entry = vector.asked.entries[k];
      if (entry == example.asked.entries[k]) continue;
      const int level = vector.asked.level - static_cast<int>(k);
      text += fmt::format("    level {}  {:#018x}  {}\n", level, entry, bits_of(vector.asked, level, entry));
    }
    return text;
  }
  return {};
}

// The first of the goals of a random vector is its id.
std::string goal_of(const vectors::Vector& vector) {
  return vector.goals.empty() || vector.goals.front() == vector.id ? "" : "  " + vector.goals.front();
}

std::string shrunk_text(const Shrunk& shrunk) {
  if (shrunk.differences.empty()) return "  made smaller: the plain case deviates already\n";
  return fmt::format("  made smaller: it differed in {} bits from a plain case that passes; needed: {}\n",
                     shrunk.bits_before, fmt::join(shrunk.differences, ", "));
}

std::string group_text(const Report& report, const Group& group) {
  const auto shrunk = report.shrunk.find(group.example);
  const bool is_shrunk = shrunk != report.shrunk.end();
  const vectors::Vector& example = is_shrunk ? shrunk->second.vector : report.vectors[group.example];
  const Judgement& judgement = is_shrunk ? shrunk->second.judgement : report.judgements[group.example];
  const std::size_t members = group.members.size() + group.rest;
  const std::string rule = rule_text(group.cause);
  std::string text = fmt::format("\n{}{}{}\n  {} vector{}", rule, rule.empty() ? "" : ": ", what_text(group.cause),
                                 members, members == 1 ? "" : "s");
  const std::string formats = group.rest == 0 ? formats_of(report, group) : "";
  if (!formats.empty()) text += ": " + formats;
  text += fmt::format("\n  vector {}{}\n", example.id, goal_of(example));
  if (is_shrunk) text += shrunk_text(shrunk->second);
  text += draw(example.asked, "    ");
  for (const Deviation& one : judgement.deviations) {
    text += fmt::format("  {}\n", deviation_text(one));
  }
  if (const std::string reason = reason_text(judgement); !reason.empty()) text += fmt::format("  {}\n", reason);
  std::vector<std::string> places = citations_of(example, judgement);
  if (is_of_walk_length(group.cause)) places = {citation_of_walk_length()};
  for (const std::string& place : places) text += fmt::format("  {}\n", place);
  return text + neighbour(report, example);
}

// Reasons of one verdict, the most frequent first.
std::string reasons_text(const Report& report, Verdict verdict) {
  std::map<std::string, std::size_t> counts;
  for (const Judgement& judgement : report.judgements) {
    if (judgement.verdict == verdict) ++counts[judgement.reason];
  }
  for (const auto& [key, number] : report.rest.reasons) {
    if (key.first == verdict) counts[key.second] += number;
  }
  std::vector<std::pair<std::size_t, std::string>> sorted;
  for (const auto& [reason, number] : counts) sorted.emplace_back(~number, reason);
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (std::size_t n = 0; n < sorted.size() && n < kMostReasons; ++n) {
    text += fmt::format("  {:>7}  {}: {}\n", ~sorted[n].first, name_of(verdict), sorted[n].second);
  }
  if (sorted.size() > kMostReasons) text += fmt::format("           {} more reasons\n", sorted.size() - kMostReasons);
  return text;
}

std::string counts_of_known(const Report& report) {
  std::map<const KnownDeviation*, std::size_t> counts;
  for (const auto& entries : report.assessment.known) {
    for (const KnownDeviation* entry : entries) ++counts[entry];
  }
  std::string text;
  for (const KnownDeviation& entry : report.baseline) {
    if (const auto found = counts.find(&entry); found != counts.end()) {
      text += fmt::format("  {:>7}  known until {}: {} ({})\n", found->second, entry.expires, entry.reason, entry.link);
    }
  }
  std::map<std::string, std::size_t> attributed;
  for (const Judgement& one : report.judgements) ++attributed[one.attributed_to];
  for (const auto& [beneath, number] : attributed) {
    if (!beneath.empty())
      text += fmt::format("  {:>7}  known: {} beneath deviates in the same way (docs/findings.md#bochs)\n", number,
                          beneath);
  }
  return text;
}

}  // namespace

std::string terminal_report(const Report& report) {
  std::string text = fmt::format("{} {} ({})\n", report.name, report.version, report.target);
  if (report.capabilities) text += capabilities_text(*report.capabilities);
  const std::vector<Group> groups = group(report);
  for (std::size_t n = 0; n < groups.size() && n < kMostGroups; ++n) text += group_text(report, groups[n]);
  if (groups.size() > kMostGroups) {
    text += fmt::format("\n{} more groups; --json has every vector\n", groups.size() - kMostGroups);
  }
  text += "\n" + counts_of_known(report) + reasons_text(report, Verdict::skipped) +
          reasons_text(report, Verdict::not_applicable);
  for (const std::string& warning : report.assessment.warnings)
    text += fmt::format("  baseline warning: {}\n", warning);
  for (const std::string& problem : report.assessment.problems) text += fmt::format("  baseline: {}\n", problem);
  const Counts counts = count(report);
  const std::size_t all = std::accumulate(counts.of.begin(), counts.of.end(), std::size_t{0});
  text += fmt::format(
      "{} vector{}: {} pass, {} fail, {} error, {} flaky ({} of these known), {} skipped, {} not applicable\n", all,
      all == 1 ? "" : "s", counts[Verdict::pass], counts[Verdict::fail], counts[Verdict::error], counts[Verdict::flaky],
      counts.known, counts[Verdict::skipped], counts[Verdict::not_applicable]);
  if (exit_code(report) == 2) text += "nothing was judged: the run shows nothing about the target\n";
  return text;
}

}  // namespace harness
