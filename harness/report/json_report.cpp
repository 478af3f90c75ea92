// The report for programs, as report.schema.json says: one vector, one group a line.
#include <fmt/format.h>

#include "harness/report/forms.h"
#include "harness/report/matrix.h"
#include "harness/report/words.h"
#include "harness/suite/group.h"
#include "vectors/format/object.h"

namespace harness {

namespace {

using vectors::json_text;

// Each element by `of`, one a line.
template <class Of>
std::string lines(std::size_t count, Of of) {
  std::string text;
  for (std::size_t n = 0; n < count; ++n) text += (n == 0 ? "\n  " : ",\n  ") + of(n);
  return "[" + text + "]";
}

std::string cites_of(const vectors::Vector& vector, const Judgement& judgement) {
  std::string text;
  for (const std::string& place : citations_of(vector, judgement)) text += (text.empty() ? "" : ",") + json_text(place);
  return "[" + text + "]";
}

std::string vector_of(const Report& report, std::size_t n) {
  const Judgement& judgement = report.judgements[n];
  std::string text =
      fmt::format(R"({{"id":{},"verdict":"{}")", json_text(report.vectors[n].id), name_of(judgement.verdict));
  if (const auto& known = report.assessment.known[n]; !known.empty()) {
    text += ",\"known\":" + json_text(reasons_of(known));
  }
  if (!judgement.attributed_to.empty()) text += ",\"attributed_to\":" + json_text(judgement.attributed_to);
  const bool flaky = judgement.verdict == Verdict::flaky;
  text += json_members(judgement, flaky ? reason_text(judgement) : judgement.reason);
  if (!judgement.deviations.empty()) text += ",\"cites\":" + cites_of(report.vectors[n], judgement);
  return text + "}";
}

std::string shrunk_of(const Shrunk& shrunk) {
  const vectors::Case& asked = shrunk.vector.asked;
  std::string entries;
  for (const ept_word entry : asked.entries) entries += fmt::format("{}\"{:#x}\"", entries.empty() ? "" : ",", entry);
  std::string differences;
  for (const std::string& one : shrunk.differences) differences += (differences.empty() ? "" : ",") + json_text(one);
  return fmt::format(
      R"({{"differences":[{}],"eptp":"{:#x}","entries":[{}],"guest_physical_address":"{:#x}","access":"{:#x}",)"
      R"("deviations":{}}})",
      differences, asked.eptp, entries, asked.guest_physical_address, asked.access,
      json_of(shrunk.judgement.deviations));
}

std::string group_of(const Report& report, const Group& group) {
  std::string ids;
  for (const std::size_t n : group.members) ids += (ids.empty() ? "" : ",") + json_text(report.vectors[n].id);
  const auto shrunk = report.shrunk.find(group.example);
  return fmt::format(R"({{"rule":{},"what":{},"count":{},"example":{},"vectors":[{}]{}}})",
                     json_text(rule_text(group.cause)), json_text(what_text(group.cause)),
                     group.members.size() + group.rest, json_text(report.vectors[group.example].id), ids,
                     shrunk == report.shrunk.end() ? "" : ",\"shrunk\":" + shrunk_of(shrunk->second));
}

std::string counts_of(const Report& report) {
  const Counts counts = count(report);
  std::string text;
  for (const Verdict verdict : kVerdicts) text += fmt::format("\"{}\":{},", name_of(verdict), counts[verdict]);
  return fmt::format("{{{}\"known\":{}}}", text, counts.known);
}

}  // namespace

std::string json_report(const Report& report) {
  const std::vector<Group> groups = group(report);
  const std::vector<std::string>& problems = report.assessment.problems;
  std::string text = "{\"eptspec_report\":1,\n";
  text += fmt::format(" \"target\":{},\n \"name\":{},\n \"version\":{},\n", json_text(report.target),
                      json_text(report.name), json_text(report.version));
  text += fmt::format(" \"counts\":{},\n \"exit_code\":{},\n", counts_of(report), exit_code(report));
  text += rules_json(column_of(report), " ") + ",\n";
  text += " \"baseline_problems\":" + lines(problems.size(), [&](std::size_t n) { return json_text(problems[n]); });
  text += ",\n \"groups\":" + lines(groups.size(), [&](std::size_t n) { return group_of(report, groups[n]); });
  text += ",\n \"vectors\":" + lines(report.vectors.size(), [&](std::size_t n) { return vector_of(report, n); });
  return text + "}\n";
}

}  // namespace harness
