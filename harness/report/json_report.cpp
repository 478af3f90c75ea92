// The report for programs, as report.schema.json says: one vector, one group a line.
#include <numeric>

#include <fmt/format.h>

#include "harness/report/capabilities.h"
#include "harness/report/forms.h"
#include "harness/report/matrix.h"
#include "harness/suite/report.h"
#include "vectors/format/object.h"

namespace harness {

namespace {

using vectors::json_text;

// [A,B]: each element of the list by `of`, before it `begin`.
template <class List, class Of>
std::string list_of(const List& list, Of of, const char* begin = "") {
  std::string text;
  for (const auto& one : list) text += (text.empty() ? "" : ",") + (begin + of(one));
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
  if (!judgement.deviations.empty())
    text += ",\"cites\":" + list_of(citations_of(report.vectors[n], judgement), json_text);
  return text + "}";
}

std::string shrunk_of(const Shrunk& shrunk) {
  const vectors::Case& asked = shrunk.vector.asked;
  return fmt::format(
      R"({{"differences":{},"eptp":"{:#x}","entries":{},"guest_physical_address":"{:#x}","access":"{:#x}",)"
      R"("deviations":{}}})",
      list_of(shrunk.differences, json_text), asked.registers.eptp,
      list_of(asked.entries, [](ept_word entry) { return fmt::format("\"{:#x}\"", entry); }),
      asked.guest_physical_address, asked.access, json_of(shrunk.judgement.deviations));
}

std::string group_of(const Report& report, const Group& group) {
  const auto id_of = [&](std::size_t n) { return json_text(report.vectors[n].id); };
  const auto shrunk = report.shrunk.find(group.example);
  return fmt::format(R"({{"rule":{},"what":{},"count":{},"example":{},"vectors":{}{}}})",
                     json_text(rule_text(group.cause)), json_text(what_text(group.cause)),
                     group.members.size() + group.rest, id_of(group.example), list_of(group.members, id_of),
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
  std::vector<std::size_t> numbers(report.vectors.size());
  std::iota(numbers.begin(), numbers.end(), std::size_t{0});
  std::string text = "{\"eptspec_report\":1,\n";
  text += fmt::format(" \"target\":{},\n \"name\":{},\n \"version\":{},\n", json_text(report.target),
                      json_text(report.name), json_text(report.version));
  text += fmt::format(" \"counts\":{},\n \"exit_code\":{},\n", counts_of(report), exit_code(report));
  text += capabilities_json(report.capabilities, " ") + rules_json(column_of(report), " ") + ",\n";
  text += " \"baseline_problems\":" + list_of(report.assessment.problems, json_text, "\n  ");
  text += ",\n \"groups\":" + list_of(
                                  group(report), [&](const Group& one) { return group_of(report, one); }, "\n  ");
  text += ",\n \"vectors\":" + list_of(
                                   numbers, [&](std::size_t n) { return vector_of(report, n); }, "\n  ");
  return text + "}\n";
}

}  // namespace harness
